/** @file Drawing classes: the score rises, the prior smooths, seeds decide, batches do not, and inside a ball it is an attack. */
import { describe, expect, it } from 'vitest';
import { constantNetwork, linearNetwork, smallNetwork } from '../../test/support/network.ts';
import { distances, withinBudget } from '../distance/ball.ts';
import { loadModel } from '../model/load-model.ts';
import { type VisualizeOptions, visualizeClass, visualizeClasses } from './visualize-class.ts';

const model = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'small' });
const size = 768;
const all = [0, 1, 2, 3, 4];

/** Sum of the lengths of neighbours' differences. */
function variation(x: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < size; at++) {
    const dx = at % 16 < 15 ? x[at + 1]! - x[at]! : 0;
    const dy = at % 256 < 240 ? x[at + 16]! - x[at]! : 0;
    sum += Math.hypot(dx, dy);
  }
  return sum;
}

it('without a prior makes the plain model answer each class, its score far beyond that of noise', async () => {
  const drawings = await visualizeClasses(model, all, { smoothness: 0, jitter: 0 });
  for (const { label, path, picture, answer, notes } of drawings) {
    expect(path).toHaveLength(129);
    // The scores of noise lie between -2 and 1.
    expect(path.at(-1)!.score - path[0]!.score).toBeGreaterThan(6);
    expect(answer).toMatchObject({ label, name: `class ${label}` });
    const { scores } = await model.predictPlain(picture);
    expect(Math.abs(scores[label]! - path.at(-1)!.score)).toBeLessThan(0.1);
    expect(Math.min(...picture)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...picture)).toBeLessThanOrEqual(1);
    for (const value of picture) expect(Math.abs(value * 255 - Math.round(value * 255))).toBeLessThan(1e-4);
    expect(notes).toEqual([]);
  }
});

it('raises every score also under the prior', async () => {
  for (const { path } of await visualizeClasses(model, all)) {
    expect(path.at(-1)!.score - path[0]!.score).toBeGreaterThan(1);
    expect(path.at(-1)!.value - path[0]!.value).toBeGreaterThan(1);
  }
});

it('is smoother the more smoothness is asked for', async () => {
  const variations: number[] = [];
  for (const smoothness of [0, 0.2, 1])
    variations.push(variation((await visualizeClass(model, 2, { smoothness })).picture));
  expect(variations[1]).toBeLessThan(0.7 * variations[0]!);
  expect(variations[2]).toBeLessThan(0.7 * variations[1]!);
});

it('raises the score less the weighted total variation, and says both', async () => {
  const { path, weight, picture } = await visualizeClass(model, 1, { smoothness: 0.3 });
  const { score, value } = path.at(-1)!;
  expect(weight).toBeGreaterThan(0);
  expect(Math.abs((score - value) / weight - variation(picture))).toBeLessThan(0.05 * variation(picture));
});

it('gives the same drawing for the same seed, another for another, alone or in a batch', async () => {
  const options = { steps: 20, seed: 3 };
  const together = await visualizeClasses(model, all, { ...options, batch: 4 });
  for (const label of all) {
    const alone = await visualizeClass(model, label, options);
    expect(Array.from(alone.picture)).toEqual(Array.from(together[label]!.picture));
    expect(alone.path).toEqual(together[label]!.path);
  }
  const other = await visualizeClass(model, 0, { ...options, seed: 4 });
  expect(distances(other.picture, together[0]!.picture).l0).toBeGreaterThan(size / 2);
});

it('of a linear model without a prior becomes black and white, as its weights say', async () => {
  const w = Float64Array.from({ length: size }, (_, i) => Math.sin(3 * i + 1) + Math.sign(Math.sin(3 * i + 1)));
  await using linear = await loadModel(linearNetwork(w, 0), { preprocessing: 'none' });
  const { picture } = await visualizeClass(linear, 1, { smoothness: 0, jitter: 0, stepSize: 4 });
  for (const [i, value] of picture.entries()) expect(value).toBe(w[i]! > 0 ? 1 : 0);
});

it.each(['linf', 'l2', 'l1'] as const)('from a picture, inside a ball of %s, is a targeted attack', async (norm) => {
  const start = Float32Array.from({ length: size }, (_, i) => Math.round(127 + 60 * Math.sin(i)) / 255);
  const { label } = await model.predictPlain(start);
  const target = (label + 1) % 5;
  const epsilon = { linf: 40 / 255, l2: 3, l1: 60 }[norm];
  const { picture, answer } = await visualizeClass(model, target, {
    start,
    within: { norm, epsilon },
    smoothness: 0,
    jitter: 0,
  });
  expect(answer.label).toBe(target);
  // Rounding moves each value by at most half a step of 255.
  const slack = { linf: 0.5 / 255, l2: (0.5 / 255) * Math.sqrt(size), l1: (0.5 / 255) * size }[norm];
  expect(withinBudget(distances(picture, start)[norm], epsilon + slack)).toBe(true);
});

it('says so where nothing can be raised', async () => {
  await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
  const { notes } = await visualizeClass(constant, 1, { steps: 3 });
  expect(notes).toEqual([
    'The gradient was exactly zero on the way: nothing leads on there.',
    'The score of the class did not rise.',
  ]);
});

describe('bad input', () => {
  const start = new Float32Array(size).fill(0.5);
  it.each<[string, number, VisualizeOptions, string]>([
    ['a class that does not exist', 5, {}, 'Class 5 does not exist: the model has 5 classes, 0 to 4.'],
    ['no steps', 0, { steps: 0 }, 'Steps must be a whole number of at least 1, got 0.'],
    ['a negative smoothness', 0, { smoothness: -1 }, 'Smoothness must be a number of at least 0, got -1.'],
    ['a step of nothing', 0, { stepSize: 0 }, 'Step size must be a positive number, got 0.'],
    ['jitter of half the picture', 0, { jitter: 8 }, 'moves a picture of 16 x 16 by more than half'],
    ['a start of another size', 0, { start: new Float32Array(5) }, 'has 5 values; the model takes 3 x 16 x 16 = 768.'],
    [
      'a start out of range',
      0,
      { start: start.with(3, 200) },
      'holds 200; pixels run from 0 to 1, so divide levels by 255.',
    ],
    ['a ball without a middle', 0, { within: { norm: 'linf', epsilon: 0.1 } }, 'needs a picture in its middle'],
    ['a ball in the wrong unit', 0, { start, within: { norm: 'linf', epsilon: 8 } }, 'Did you mean 8/255?'],
  ])('refuses %s', async (_name, label, options, message) => {
    await expect(visualizeClass(model, label, options)).rejects.toThrow(message);
  });

  it('stops between steps when told to', async () => {
    const controller = new AbortController();
    const run = visualizeClass(model, 0, {
      steps: 1000,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(run).rejects.toThrow(/abort/i);
  });
});
