import { expect, it } from 'vitest';
import { deepfool } from '../../src/attack/deepfool.ts';
import { superdeepfool } from '../../src/attack/superdeepfool.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { nearestMeanNetwork, smallNetwork } from '../support/network.ts';

const small = await loadModel(smallNetwork(), { preprocessing: 'none' });

function pictures(count: number): Float32Array[] {
  const random = pseudoRandom(12);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255),
  );
}

it('deepfool passes the nearest of many planes in one step, by the overshoot', async () => {
  const random = pseudoRandom(4);
  const means = Array.from({ length: 8 }, () => Float64Array.from({ length: 768 }, () => 0.35 + 0.3 * random()));
  await using model = await loadModel(nearestMeanNetwork(means), { preprocessing: 'none' });
  const x = Float32Array.from(means[3]!, (value, i) => value + 0.25 * (means[7]![i]! - value));
  const squared = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  const optimum = Math.min(
    ...means
      .filter((_, k) => k !== 3)
      .map((mean) => (squared(x, mean) - squared(x, means[3]!)) / (2 * Math.sqrt(squared(mean, means[3]!)))),
  );
  const [result] = await deepfool(model, [x], [3], { finalSearch: false });
  expect(result!.backwards).toBe(7);
  expect(result!.distances.l2).toBeCloseTo(1.02 * (optimum + 1e-4), 3);
});

it('deepfool stops for each picture when it is fooled, and looks only at the candidates', async () => {
  const results = await deepfool(small, pictures(4), undefined, { candidates: 3, finalSearch: false });
  const steps = results.map(({ backwards }) => backwards / 2);
  expect(steps.every(Number.isInteger)).toBe(true);
  expect(Math.max(...steps)).toBeGreaterThan(Math.min(...steps));
  for (const [i, { path }] of results.entries()) {
    // Start, then a gradient and a look for each step; only the last look sees an adversarial picture.
    const seen = path.slice(0, 1 + 2 * steps[i]!).map(({ excess }) => excess > 0);
    expect(seen).toEqual([...new Array(2 * steps[i]!).fill(false), true]);
  }
});

it('superdeepfool comes nearer than deepfool, by its projections and not by the line search', async () => {
  await using curved = await loadModel(smallNetwork(2), { preprocessing: 'none' });
  const images = pictures(8);
  const plain = await deepfool(curved, images, undefined, { finalSearch: false });
  const more = await superdeepfool(curved, images, undefined, { finalSearch: false });
  const ratios = more.map(({ distances }, i) => distances.l2 / plain[i]!.distances.l2).sort((a, b) => a - b);
  expect(ratios[7]).toBeLessThanOrEqual(1);
  expect(ratios[4]).toBeLessThan(0.99);
  // It ends by itself, long before its limits.
  expect(Math.max(...more.map(({ backwards }) => backwards))).toBeLessThan(60);
});

it('deepfool refuses a target', async () => {
  await expect(deepfool(small, pictures(1), undefined, { target: 1 })).rejects.toThrow(/not to a target/);
  await expect(superdeepfool(small, pictures(1), undefined, { target: 1 })).rejects.toThrow(/not to a target/);
});
