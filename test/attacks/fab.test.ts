import { expect, it } from 'vitest';
import { logitGap, topK } from '../../src/attack/criterion.ts';
import { fab, fabT } from '../../src/attack/fab.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { nearestMeanNetwork, smallNetwork } from '../support/network.ts';

const small = await loadModel(smallNetwork(), { preprocessing: 'none' });

function picture(seed: number): Float32Array {
  const random = pseudoRandom(seed);
  return Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255);
}

it('fab costs two forward passes a step and a backward pass for each other class', async () => {
  const plain = { finalSearch: false, norm: 'l2' as const };
  const [a] = await fab(small, [picture(1)], undefined, { ...plain, steps: 10 });
  const [b] = await fab(small, [picture(1)], undefined, { ...plain, steps: 20 });
  expect(b!.backwards - a!.backwards).toBe(10 * 4);
  expect(a!.backwards).toBe(10 * 4);
  // One more at the start; what rounding and the plain model's word take differs.
  expect(a!.forwards).toBeGreaterThanOrEqual(21);
  expect(a!.path.filter((_, i) => i <= 20).at(-1)!.forwards).toBe(22);
});

it('fab-t costs two forward passes and one backward pass a step and target', async () => {
  const [result] = await fabT(small, [picture(1)], undefined, { finalSearch: false, steps: 10, targets: 3 });
  expect(result!.backwards).toBe(3 * 10);
  expect(result!.path[3 * 20]!.forwards).toBe(2 + 3 * 20);
});

it('fab finds the nearest of many borders', async () => {
  // Nearest-mean classifiers have planes for borders, whose distances are known.
  const random = pseudoRandom(4);
  const means = Array.from({ length: 20 }, () => Float64Array.from({ length: 768 }, () => 0.35 + 0.3 * random()));
  await using model = await loadModel(nearestMeanNetwork(means), { preprocessing: 'none' });
  const x = Float32Array.from(means[3]!, (value, i) => value + 0.25 * (means[7]![i]! - value));
  const squared = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  const borders = means
    .filter((_, k) => k !== 3)
    .map((mean) => (squared(x, mean) - squared(x, means[3]!)) / (2 * Math.sqrt(squared(mean, means[3]!))));
  const optimum = Math.min(...borders);
  for (const attack of [fab, fabT]) {
    const [result] = await attack(model, [x], [3], { norm: 'l2', steps: 20 });
    expect(result!.distances.l2 / optimum).toBeGreaterThan(1 - 1e-3);
    expect(result!.distances.l2 / optimum).toBeLessThan(1.01);
  }
});

it('fab reaches what a criterion asks for beyond another answer', async () => {
  for (const criterion of [topK(2), logitGap(1)]) {
    const images = [picture(2), picture(3)];
    const plain = await fab(small, images, undefined, { norm: 'l2', steps: 20 });
    const further = await fab(small, images, undefined, { norm: 'l2', steps: 20, criterion });
    for (const [i, result] of further.entries()) {
      expect(result.success).toBe(true);
      expect(result.distances.l2).toBeGreaterThan(plain[i]!.distances.l2);
    }
  }
});

it('fab refuses options out of range', async () => {
  const images = [picture(1)];
  await expect(fab(small, images, undefined, { beta: 1 })).rejects.toThrow(/Beta/);
  await expect(fab(small, images, undefined, { eta: 0.9 })).rejects.toThrow(/Eta/);
  await expect(fab(small, images, undefined, { norm: 'l0' as 'l1' })).rejects.toThrow(/defined for linf, l2, l1/);
});
