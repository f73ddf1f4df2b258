/** @file Distances told from noise, at a flat boundary whose distance is known. */
import { expect, it } from 'vitest';
import { halves } from '../../test/support/tiny-data.ts';
import { linearSource, toyContext } from '../../test/support/toy-experiment.ts';
import { ddn } from '../attack/ddn.ts';
import { pickImages, pixelsOf } from '../data/image-array.ts';
import { median } from '../distance/mean.ts';
import { flatDistance, noiseErrors, rankCorrelation } from './noise-distance.ts';
import { pictureSet } from './picture-set.ts';

it('at a flat boundary the told distance is the distance', async () => {
  // Two classes of a linear network: one flat boundary.
  const four = halves(200);
  const two = {
    ...four,
    ...pickImages(
      four,
      Array.from(four.labels.keys()).filter((i) => four.labels[i]! < 2),
    ),
    classNames: ['left', 'right'],
  };
  const context = await toyContext(two);
  const { model } = await context.open(await linearSource(0, 1, two), 'linear');
  const set = await pictureSet(pickImages(two, [0, 1, 2, 3]));
  const sigma = 0.8;
  const errors = await noiseErrors(model, set, sigma, 4000);
  const results = await ddn(
    model,
    [0, 1, 2, 3].map((i) => pixelsOf(set.array, [i])),
    [...set.array.labels],
  );
  errors.forEach((error, i) => {
    expect(error).toBeGreaterThan(0.005);
    expect(flatDistance(error, sigma, 4000) / results[i]!.distances.l2).toBeCloseTo(1, 1);
  });
});

it('no errors and nothing but errors give bounds', () => {
  expect(flatDistance(0, 1, 100)).toBeCloseTo(2.576, 3);
  expect(flatDistance(1, 2, 100)).toBeCloseTo(-5.152, 3);
});

it('medians and ranks', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  expect(rankCorrelation([1, 2, 3], [10, 20, 1000])).toBeCloseTo(1, 12);
  expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
  // By hand: ranks 1 2.5 2.5 4 against 1 3 2 4.
  expect(rankCorrelation([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
});
