/** @file Wilson's interval against published examples and the equation that it solves. */
import { expect, it } from 'vitest';
import { shareInterval } from './share-interval.ts';

// Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
it.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('is of %i in %i what Newcombe publishes: %f to %f', (hits, trials, low, high) => {
  const found = shareInterval(hits / trials, trials);
  expect(found.low).toBeCloseTo(low, 4);
  expect(found.high).toBeCloseTo(high, 4);
});

it.each([
  [3, 10],
  [40, 60],
  [500, 1000],
])('ends for %i in %i where the share is 1.96 deviations of its own away', (hits, trials) => {
  const share = hits / trials;
  const { low, high } = shareInterval(share, trials);
  for (const end of [low, high])
    expect(Math.abs(share - end) / Math.sqrt((end * (1 - end)) / trials)).toBeCloseTo(1.959964, 9);
});

it('is from 0 for no hit, up to 1 for nothing but hits, and the other way round for misses', () => {
  expect(shareInterval(0, 7).low).toBe(0);
  expect(shareInterval(1, 7).high).toBe(1);
  const [hits, misses] = [shareInterval(0.25, 8), shareInterval(0.75, 8)];
  expect(misses.low).toBeCloseTo(1 - hits.high, 12);
  expect(misses.high).toBeCloseTo(1 - hits.low, 12);
});
