/**
 * @file Plane waves: the real pictures whose spectrum lies at one frequency and its mirror image alone (Yin et al. 2019, section 3, U_ij).
 * Theirs are cosines; here a phase may be given, since a network need not treat a cosine and a sine alike.
 */
import { SpectrumError } from './spectrum-error.ts';

/** Periods of `k` over a row of n, from -floor((n - 1) / 2) to floor(n / 2): what frequencies that look alike on n pixels are called. */
export function wrapped(k: number, n: number): number {
  const rest = ((k % n) + n) % n;
  return 2 * rest > n ? rest - n : rest;
}

/**
 * Whether a wave is its own mirror image, as the mean and the highest frequencies of even sizes are: every pixel has the largest
 * value or its negative, and no phase but the sign.
 */
export function isSelfConjugate(i: number, j: number, height: number, width: number): boolean {
  return (2 * i) % height === 0 && (2 * j) % width === 0;
}

/** Frequency of a wave in cycles a pixel: 0 for the mean, 0.5 for stripes of one pixel, 0.7071 for a chequerboard of single pixels. */
export function radiusOf(i: number, j: number, height: number, width: number): number {
  return Math.hypot(wrapped(i, height) / height, wrapped(j, width) / width);
}

/**
 * The wave cos(2 pi (i y / height + j x / width) + phase), scaled to l2 length 1: [height, width] row by row.
 * @param i periods from top to bottom, a whole number of either sign
 * @param j periods from left to right
 * @param phase in radians; 0 unless given. A wave that is its own mirror image has but a sign, that of the phase's cosine
 * @throws SpectrumError unless i and j are whole numbers
 * @example
 * const stripes = fourierBasis(0, 16, 32, 32); // 1 / 32 and -1 / 32 in turn from column to column
 */
export function fourierBasis(i: number, j: number, height: number, width: number, phase = 0): Float32Array {
  if (!Number.isInteger(i) || !Number.isInteger(j))
    throw new SpectrumError(`A wave of a picture has whole numbers of periods down and across, got (${i}, ${j}).`);
  const alone = isSelfConjugate(i, j, height, width);
  // The cosine of a quarter of a period is 0 but for rounding, and counts as positive.
  const shift = !alone ? phase : Math.cos(phase) < -1e-9 ? Math.PI : 0;
  const scale = Math.sqrt((alone ? 1 : 2) / (height * width));
  // Remainders keep the angles small, so that their cosines are exact to the last bits.
  const down = Float64Array.from({ length: height }, (_, y) => wrapped(i * y, height) / height);
  const across = Float64Array.from({ length: width }, (_, x) => wrapped(j * x, width) / width);
  return Float32Array.from(
    { length: height * width },
    (_, at) => scale * Math.cos(2 * Math.PI * (down[Math.floor(at / width)]! + across[at % width]!) + shift),
  );
}
