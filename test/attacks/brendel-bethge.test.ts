import { expect, it } from 'vitest';
import { brendelBethge } from '../../src/attack/brendel-bethge.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { smallNetwork } from '../support/network.ts';

const small = await loadModel(smallNetwork(), { preprocessing: 'none' });

function pictures(count: number): Float32Array[] {
  const random = pseudoRandom(21);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255),
  );
}

it("bb's radius is a picture's own (foolbox's grows with the batch): in a batch of 8 it ends where it ends alone", async () => {
  const images = pictures(8);
  const options = { steps: 10, decays: 2, norm: 'l2' as const };
  const together = await brendelBethge(small, images, undefined, { ...options, batch: 8 });
  for (const i of [0, 5]) {
    const [alone] = await brendelBethge(small, [images[i]!], undefined, { ...options, batch: 1 });
    expect(alone!.adversarial).toEqual(together[i]!.adversarial);
  }
});

it('bb begins at the nearest given picture that fools, and takes no other way to one', async () => {
  const [image] = pictures(1);
  const label = (await small.predictPlain(image!)).label;
  const random = pseudoRandom(5);
  const fooling: Float32Array[] = [];
  while (fooling.length < 2) {
    const x = Float32Array.from({ length: 768 }, () => random());
    if ((await small.predictPlain(x)).label !== label) fooling.push(x);
  }
  const far = fooling[0]!;
  const near = far.map((value, i) => image![i]! + 0.99 * (value - image![i]!));
  const [result] = await brendelBethge(small, [image!], undefined, {
    starts: [far, image!, near],
    steps: 1,
    finalSearch: false,
  });
  const length = (x: Float32Array) => Math.hypot(...x.map((value, i) => value - image![i]!));
  // The original is the nearest and does not fool; the next is where it begins, and then it halves the way.
  expect(result!.path[0]!.distance).toBe(0);
  expect(result!.path[1]!.distance).toBeCloseTo(length(near), 4);
  expect(result!.path[2]!.distance).toBeCloseTo(length(near) / 2, 4);
  expect(result!.backwards).toBe(1);
});

it('bb follows the border: nearly every step ends next to it, and nearer the original than noise is', async () => {
  const results = await brendelBethge(small, pictures(4), undefined, { steps: 60, decays: 6, finalSearch: false });
  for (const { path, distances } of results) {
    const start = path.findIndex(({ excess, distance }) => excess > 0 && distance > 0);
    expect(distances.l2).toBeLessThan(path[start]!.distance / 2);
    const steps = path.slice(-80, -20).map(({ excess }) => Math.abs(excess));
    expect(steps.sort((a, b) => a - b)[30]).toBeLessThan(0.05);
  }
});

it('bb refuses options out of range', async () => {
  const images = pictures(1);
  await expect(brendelBethge(small, images, undefined, { momentum: 1 })).rejects.toThrow(/Momentum/);
  await expect(brendelBethge(small, images, undefined, { overshoot: 2 })).rejects.toThrow(/Overshoot/);
  await expect(brendelBethge(small, images, undefined, { starts: [new Float32Array(3)] })).rejects.toThrow(/Start 0/);
});
