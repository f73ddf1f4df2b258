/** @file Input gradients against differences, and what is measured of them. */
import { expect, it } from 'vitest';
import { linearSource, toyContext } from '../../test/support/toy-experiment.ts';
import { pixelsOf } from '../data/image-array.ts';
import { cosine, highFrequencyShare, inputGradients } from './input-gradients.ts';
import { firstOf } from './picture-set.ts';

it('a gradient is the change of the own score less the mean of all', async () => {
  const context = await toyContext();
  const { model } = await context.open(await linearSource(0), 'linear');
  const set = await firstOf(await context.pictures('test', 100), 2);
  const { gradient } = (await inputGradients(model, set))[0]!;
  const x = pixelsOf(set.array, [0]);
  const value = async (picture: Float32Array) => {
    const scores = await model.predict(picture, 1);
    return scores[set.array.labels[0]!]! - scores.reduce((sum, score) => sum + score, 0) / scores.length;
  };
  for (const at of [0, 57, 190]) {
    const moved = (step: number) => x.map((v, j) => v + (j === at ? step : 0));
    expect(gradient[at]).toBeCloseTo(((await value(moved(0.5))) - (await value(moved(-0.5)))) / 1, 3);
  }
});

it('cosines and shares of high frequencies', () => {
  expect(cosine([1, 2], [2, 4])).toBeCloseTo(1, 12);
  expect(cosine([1, 0], [0, 0])).toBe(0);
  const checks = Float32Array.from({ length: 256 }, (_, at) => ((at + (at >> 4)) % 2 === 0 ? 1 : -1));
  expect(highFrequencyShare(checks, 16, 16)).toBeCloseTo(1, 5);
  expect(
    highFrequencyShare(
      checks.map(() => 1),
      16,
      16,
    ),
  ).toBeCloseTo(0, 5);
});
