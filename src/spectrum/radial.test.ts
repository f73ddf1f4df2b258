/** @file Slopes against least squares by hand. */
import { expect, test } from 'vitest';
import { spectralSlope } from './radial.ts';

const spectrumOf = (frequency: readonly number[], power: readonly number[]) => ({
  frequency: Float64Array.from(frequency),
  power: Float64Array.from(power),
  count: new Float64Array(frequency.length).fill(1),
});

test('a slope weighs rings by 1 / f', () => {
  // In octaves x = 0, 1, 2 and y = 0, 0, 1 with weights 4, 2, 1: covariance 2 / 7 - 4 / 49 over variance 6 / 7 - 16 / 49.
  // Unweighted it is 1 / 2.
  expect(spectralSlope(spectrumOf([0.05, 0.1, 0.2], [1, 1, 2])).slope).toBeCloseTo(5 / 13, 12);
});

test('a slope of a bent spectrum counts every octave the same, however many rings lie in it', () => {
  // Power 1 up to 0.1, then falling as f^-2: over the octaves from 0.025 to 0.1 and from 0.1 to 0.4, the least squares
  // slope of a hinge over a log-uniform line is half of -2 by symmetry.
  const frequency = Array.from({ length: 3751 }, (_, i) => 0.025 + i * 1e-4);
  const power = frequency.map((f) => Math.max(1, f / 0.1) ** -2);
  expect(spectralSlope(spectrumOf(frequency, power), [0.025, 0.4]).slope).toBeCloseTo(-1, 2);
});

test('a power law has its exponent as slope, over the rings of the range alone', () => {
  const frequency = [0.01, 0.03, 0.07, 0.2, 0.39, 0.45];
  const power = frequency.map((f) => (f < 0.02 || f > 0.4 ? 1e9 : 3 * f ** -1.7));
  expect(spectralSlope(spectrumOf(frequency, power))).toEqual({ slope: expect.closeTo(-1.7, 10), range: [0.02, 0.4] });
});
