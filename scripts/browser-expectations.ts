/** @file Writes test/browser/expected.json: what native ONNX Runtime gives for the attack that the browser test repeats. */
import { writeFileSync } from 'node:fs';
import { pgd } from '../src/attack/pgd.ts';
import { loadModel } from '../src/model/load-model.ts';
import { pseudoRandom } from '../test/random.ts';
import { smallNetwork } from '../test/support/network.ts';

await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
const image = Float32Array.from({ length: 768 }, pseudoRandom(3));
const scores = await model.predict(image, 1);
const [result] = await pgd(model, [image], undefined, { epsilon: 8 / 255, steps: 10, exhaust: true, seed: 1 });
const expected = { scores: Array.from(scores), after: result!.after.label, probability: result!.after.probability };
writeFileSync(new URL('../test/browser/expected.json', import.meta.url), `${JSON.stringify(expected, null, 2)}\n`);
console.log(expected, result!.success8);
