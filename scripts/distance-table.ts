/**
 * @file `node scripts/distance-table.ts [model] [count] [steps] [distance …] [--data SPEC]`: attacks pictures by the smallest change under every distance
 * of the registry, and sets each beside the smallest change in l2 measured by the same distance. Prints Markdown.
 * Pictures are those that the model knows of a data set's test split: `shapes`, which are drawn, unless said otherwise.
 */
import { parseArgs } from 'node:util';
import { distanceAttack } from '../src/attack/distance-attack.ts';
import type { DistanceAttackResult } from '../src/attack/result.ts';
import { openDataset } from '../src/data/open-dataset.ts';
import type { Distance } from '../src/distance/distance.ts';
import { enlarged } from '../src/distance/enlarged.ts';
import { l2 } from '../src/distance/lp.ts';
import { median } from '../src/distance/mean.ts';
import { measure, type Pair } from '../src/distance/measure.ts';
import { openDistance } from '../src/distance/open-distance.ts';
import { distanceRegistry } from '../src/distance/registry.ts';
import { fitPicture } from '../src/model/fit-picture.ts';
import { loadModel } from '../src/model/load-model.ts';
import type { Model } from '../src/model/model.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { data: { type: 'string' } } });
const [address = 'zoo:shapes-standard', countWord = '50', stepsWord = '100', ...names] = positionals;
const [count, steps] = [Number(countWord), Number(stepsWord)];
if (!(Number.isInteger(count) && count > 0 && Number.isInteger(steps) && steps > 0)) {
  process.stderr.write(
    'node scripts/distance-table.ts [model] [count] [steps] [distance …] [--data SPEC]: count and steps are whole numbers.\n',
  );
  process.exit(2);
}
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

await using model = await loadModel(address);
const { images, labels } = await knownPictures(model, count);
const distances = (
  names.length === 0 ? distanceRegistry : await Promise.all(names.map((name) => openDistance(name)))
).map((one) => enlarged(one, model.height, model.width));
process.stdout.write(
  `${model.name}, ${images.length} pictures that it knows, ${steps} steps a search; 8-bit pictures, confirmed by the plain model.\n\n`,
);
process.stdout.write(
  '| distance | fooled | median of its own attack | median of the l2 attack | own at most l2 | seconds a picture |\n|---|---|---|---|---|---|\n',
);
const byL2 = await attack(l2);
for (const distance of distances)
  process.stdout.write(await row(distance, distance === l2 ? byL2 : await attack(distance)));

/** Pictures that the model answers rightly. */
async function knownPictures(judge: Model, wanted: number): Promise<{ images: Float32Array[]; labels: number[] }> {
  const set = await openDataset(values.data ?? 'shapes', { split: 'test' });
  const found: { images: Float32Array[]; labels: number[] } = { images: [], labels: [] };
  for (let i = 0; i < set.length && found.images.length < wanted; i++) {
    const picture = fitPicture(await set.image(i), judge);
    if ((await judge.predictPlain(picture)).label !== set.label(i)) continue;
    found.images.push(picture);
    found.labels.push(set.label(i));
  }
  return found;
}

async function attack(distance: Distance): Promise<{ results: DistanceAttackResult[]; seconds: number }> {
  const begun = performance.now();
  process.stderr.write(`${distance.name} …\n`);
  const results = await distanceAttack(model, images, labels, { distance, steps, signal: stop.signal });
  return { results, seconds: (performance.now() - begun) / 1000 };
}

async function row(distance: Distance, own: { results: DistanceAttackResult[]; seconds: number }): Promise<string> {
  const both = own.results.flatMap((result, i) => {
    const other = byL2.results[i]!;
    return result.success8 && other.success8 ? [[result, other] as const] : [];
  });
  const measured = await measure([distance], both.flat().map(pairOf), { device: model.device });
  const distances = measured.map(([one]) => {
    if (one!.kind === 'not defined') throw new Error(one!.reason);
    return one!.distance;
  });
  const pairs = both.map((_, i) => ({ own: distances[2 * i]!, l2: distances[2 * i + 1]! }));
  const fooled = own.results.filter(({ success8 }) => success8).length;
  const atMost = pairs.filter((pair) => pair.own <= pair.l2 * (1 + 1e-6)).length;
  const share = (part: number, whole: number) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(0)} %`);
  return `| ${[
    distance.name,
    share(fooled, own.results.length),
    middle(pairs.map((pair) => pair.own)),
    middle(pairs.map((pair) => pair.l2)),
    share(atMost, pairs.length),
    (own.seconds / own.results.length).toFixed(2),
  ].join(' | ')} |\n`;
}

/** The 8-bit picture of a result beside its original. */
function pairOf({ adversarial8, original }: DistanceAttackResult): Pair {
  const { channels, height, width } = model;
  const picture = (data: Float32Array) => ({ data, channels, height, width });
  return { x: picture(adversarial8), y: picture(original) };
}

function middle(values: readonly number[]): string {
  return values.length === 0 ? '-' : median(values).toPrecision(3);
}
