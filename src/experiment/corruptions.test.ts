/** @file Corruptions: what they keep and what they change. */
import { expect, it } from 'vitest';
import { halves } from '../../test/support/tiny-data.ts';
import { pixelsOf } from '../data/image-array.ts';
import { bandPassed, bands } from '../spectrum/band.ts';
import { bandNoise, contrast, corrupted, onlyBands } from './corruptions.ts';
import { pictureSet } from './picture-set.ts';

const array = halves(4, { size: 16 });
const size = [3, 16, 16] as const;
const x = pixelsOf(array, [0]);
const energy = (v: Float32Array) => v.reduce((sum, value) => sum + value * value, 0);

it('contrast moves every value towards the mean', () => {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  contrast(0.25)(x, 0, size).forEach((value, j) => {
    expect(value - mean).toBeCloseTo(0.25 * (x[j]! - mean), 5);
  });
});

it('bands are kept with the channel’s mean, and all of them are everything', () => {
  const high = onlyBands([bands.high])(x, 0, size);
  expect(energy(bandPassed(high, 16, 16, bands.middle))).toBeLessThan(1e-6);
  for (const c of [0, 1, 2]) {
    const meanOf = (v: Float32Array) => v.subarray(256 * c, 256 * c + 256).reduce((sum, value) => sum + value, 0) / 256;
    expect(meanOf(high)).toBeCloseTo(meanOf(x), 5);
  }
  onlyBands([bands.low, bands.middle, bands.high])(x, 0, size).forEach((value, j) => {
    expect(value).toBeCloseTo(x[j]!, 5);
  });
});

it('noise of a band has its length and lies in it', () => {
  const noise = bandNoise(bands.middle, 2)(x, 3, size).map((value, j) => value - x[j]!);
  expect(Math.sqrt(energy(noise))).toBeCloseTo(2, 4);
  expect(energy(bandPassed(noise, 16, 16, bands.middle))).toBeCloseTo(4, 3);
});

it('a changed set keeps its labels and stays within 0 and 1', async () => {
  const set = await pictureSet(array);
  const { array: changed } = await corrupted(set, 'loud', bandNoise(bands.high, 30));
  expect([...changed.labels]).toEqual([...array.labels]);
  expect(Math.max(...changed.pixels)).toBe(1);
  expect(Math.min(...changed.pixels)).toBe(0);
});
