/** @file Targets of D_rand. */
import { expect, it } from 'vitest';
import { otherClass } from './other-class.ts';

it('is never the true class, is every other one alike, and the same each time', () => {
  const counts = new Array<number>(5).fill(0);
  for (let i = 0; i < 4000; i++) counts[otherClass(2, 5, i)]!++;
  expect(counts[2]).toBe(0);
  for (const label of [0, 1, 3, 4]) expect(Math.abs(counts[label]! - 1000)).toBeLessThan(120);
  expect(otherClass(2, 5, 17)).toBe(otherClass(2, 5, 17));
});
