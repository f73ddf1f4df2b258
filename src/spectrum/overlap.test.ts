/** @file Overlap against the published formula. */
import { expect, it } from 'vitest';
import { overlapOf, planeRatio } from './overlap.ts';

it('covers phase i by ceil((k - i) / s) elements, and evenly just where the stride divides the kernel', () => {
  for (let k = 1; k <= 11; k++)
    for (let s = 1; s <= 5; s++) {
      const { counts, even, ratio } = overlapOf(k, s);
      expect(counts).toEqual(Array.from({ length: s }, (_, i) => Math.max(0, Math.ceil((k - i) / s))));
      expect(even).toBe(k % s === 0);
      expect(ratio).toBe(Math.ceil(k / s) / Math.floor(k / s));
    }
});

it.each([
  [3, 2, 4],
  [5, 2, 9 / 4],
  [7, 2, 16 / 9],
  [11, 4, 9 / 4],
  [4, 2, 1],
])('gives kernel %i, stride %i its ratio in the plane', (k, s, ratio) => {
  expect(planeRatio([overlapOf(k, s), overlapOf(k, s)])).toBeCloseTo(ratio, 12);
});

it('puts dilated elements where they fall: all on one phase where the stride divides the dilation', () => {
  expect(overlapOf(3, 2, 2).counts).toEqual([3, 0]);
  expect(overlapOf(3, 2, 3).counts).toEqual([2, 1]);
});
