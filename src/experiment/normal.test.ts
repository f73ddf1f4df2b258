/** @file The normal distribution against published values. */
import { expect, it } from 'vitest';
import { normalCdf, normalQuantile } from './normal.ts';

it.each([
  [0, 0.5],
  [1, 0.8413447460685429],
  [-1.959963984540054, 0.025],
  [3.999, 0.9999681947516951],
  [-4.001, 3.1538e-5],
  [-6, 9.865876450376946e-10],
])('Phi(%d) is %d, and the way back', (x, p) => {
  expect(Math.abs(normalCdf(x) - p)).toBeLessThan(1e-9);
  expect(normalQuantile(normalCdf(x))).toBeCloseTo(x, 9);
});

it('is infinite at both ends, and no number elsewhere', () => {
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  expect(normalQuantile(1.1)).toBeNaN();
});
