/** @file Intervals: against scipy's quantiles and Wilson's published examples. */
import { expect, it } from 'vitest';
import { randomStream } from '../random/random-stream.ts';
import { meanInterval, shareInterval, studentQuantile } from './interval.ts';

it('has the quantiles of Student that scipy has', () => {
  // scipy.stats.t.ppf(0.975, n)
  for (const [degrees, quantile] of [
    [1, 12.70620474],
    [2, 4.30265273],
    [10, 2.22813885],
    [11, 2.20098516],
    [20, 2.08596345],
    [100, 1.98397152],
  ] as const) {
    expect(studentQuantile(degrees)).toBeCloseTo(quantile, 3);
  }
});

it('gives the mean of a few normal values an interval that holds it in 95 of 100 cases', () => {
  const { normal } = randomStream(5);
  const trials = 4000;
  let held = 0;
  for (let i = 0; i < trials; i++) {
    const { low, high } = meanInterval([3 + normal(), 3 + normal(), 3 + normal()])!;
    if (low <= 3 && 3 <= high) held++;
  }
  expect(held / trials).toBeGreaterThan(0.94);
  expect(held / trials).toBeLessThan(0.96);
});

it('says nothing of the spread of one value', () => {
  expect(meanInterval([1])).toBeUndefined();
});

it('gives shares the intervals of Wilson', () => {
  // statsmodels.stats.proportion.proportion_confint(15, 148, method='wilson') and (0, 20), (20, 20)
  const some = shareInterval(15 / 148, 148);
  expect(some.low).toBeCloseTo(0.0624, 4);
  expect(some.high).toBeCloseTo(0.1605, 4);
  expect(shareInterval(0, 20)).toEqual({ low: 0, high: expect.closeTo(0.1611, 4) });
  expect(shareInterval(1, 20)).toEqual({ low: expect.closeTo(0.8389, 4), high: 1 });
});
