/** @file What a network says of content and style, on the embedded network of shapes. */

import { expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { shapes } from '../data/shapes/shapes.ts';
import { layerNames } from '../model/layer-names.ts';
import { loadModel } from '../model/load-model.ts';
import { openStyleJudge, styleLayers } from './style-judge.ts';

const set = shapes({ length: 2, split: 'test' });
const [a, b] = await Promise.all([0, 1].map(async (i) => (await set.image(i)).data));

it('content and style of a picture are its own, and style does not ask where', async () => {
  const device = await openRuntime('cpu', { threads: 1 });
  await using model = await loadModel('zoo:shapes-robust', { device });
  const { content, style } = styleLayers(model);
  expect([...layerNames(model.file).values()]).toEqual(expect.arrayContaining([content, ...style]));
  const { judge, release } = await openStyleJudge(model);
  expect(await judge(a!, a!, a!)).toEqual({ content: 0, style: 0 });
  const other = await judge(b!, a!, a!);
  const moved = await judge(shifted(a!), a!, a!);
  expect(other.style).toBeGreaterThan(0.1);
  // A picture that is moved is another content, and nearly the same style.
  expect(moved.content).toBeGreaterThan(0.2);
  expect(moved.style).toBeLessThan(other.style / 2);
  await release();
});

/** Moved by 8 pixels down; what leaves below enters above. */
function shifted(x: Float32Array): Float32Array {
  return x.map((_, at) => x[at - (at % 1024) + ((at + 1024 - 8 * 32) % 1024)]!);
}
