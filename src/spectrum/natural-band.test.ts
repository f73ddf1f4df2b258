/** @file The band of natural pictures: quantiles, and spectra's places in it. */
import { expect, test } from 'vitest';
import { whiteNoise } from '../../test/support/picture-noise.ts';
import { logSlope } from '../prior/log-slope.ts';
import { bandAt, describeSpectrum, placeInBand } from './describe-spectrum.ts';
import { bandOf, naturalBand, relativePower } from './natural-band.ts';
import { naturalPictureBand } from './natural-band-data.ts';
import { powerSpectra, powerSpectrum } from './power-spectrum.ts';
import { radialSpectrum } from './radial.ts';
import { spectrumPicture } from './spectrum-picture.ts';

const shape = [40, 1, 32, 32] as const;

test('white noise has a relative power of 1 at any strength, and lies in the band of white noise', async () => {
  const weak = await powerSpectrum({ shape, pixels: whiteNoise(shape, 0.01) });
  for (const value of relativePower(radialSpectrum(weak)).slice(3, 16)) expect(value).toBeCloseTo(1, 0.5);
  const band = await naturalBand('noise', { shape, pixels: whiteNoise(shape, 1, 2) });
  expect(band.pictures).toBe(40);
  expect(placeInBand(describeSpectrum(weak), band)).toEqual({ below: 0, inside: 1, above: 0 });
  band.low.forEach((low, i) => {
    expect(low).toBeLessThan(band.middle[i]!);
    expect(band.middle[i]).toBeLessThan(band.high[i]!);
  });
});

test('what has other frequencies lies above and below the band', async () => {
  const noise = whiteNoise(shape, 1);
  const rough = noise.map((v, at) => v - (at % 32 === 0 ? 0 : noise[at - 1]!));
  const band = bandOf('noise', await powerSpectra({ shape, pixels: whiteNoise(shape, 1, 2) }));
  const place = placeInBand(describeSpectrum(await powerSpectrum({ shape, pixels: rough })), band);
  expect(place.below).toBeGreaterThan(0.2);
  expect(place.below + place.inside + place.above).toBeCloseTo(1, 12);
});

test.each([0, 0.4, 0.5, 0.9])('a flat picture of %f lies nowhere in a band, and is refused', async (value) => {
  const pixels = new Float32Array(3072).fill(value);
  for (const mean of ['kept', 'removed'] as const) {
    const flat = describeSpectrum(await powerSpectrum({ shape: [1, 3, 32, 32], pixels }, { mean }));
    expect([flat.slope, flat.highShare, flat.lowShare, flat.centroid]).toEqual([undefined, NaN, NaN, NaN]);
    expect(() => placeInBand(flat, naturalPictureBand)).toThrow('A picture of one colour');
  }
  // One pixel that is another by a single 255th is a picture.
  const spot = pixels.with(40, value + 1 / 255);
  const { highShare } = describeSpectrum(await powerSpectrum({ shape: [1, 3, 32, 32], pixels: spot }));
  expect(highShare).toBeGreaterThan(0.7);
});

test('a picture without a frequency of the band is refused too', async () => {
  const some = describeSpectrum(await powerSpectrum({ shape: [1, 1, 8, 8], pixels: whiteNoise([1, 1, 8, 8], 1) }));
  const late = { ...naturalPictureBand, frequency: [0.8, 0.9] };
  expect(() => placeInBand(some, late)).toThrow('no frequency of the band');
});

test('the embedded band falls with frequency, as photographs do, and noise lies above it where frequencies are high', async () => {
  const { frequency, low, middle, high } = naturalPictureBand;
  const slope = logSlope(frequency.flatMap((x, i) => (x > 0.02 && x < 0.4 ? [{ x, y: middle[i]! }] : [])));
  expect(slope).toBeLessThan(-1.8);
  expect(slope).toBeGreaterThan(-3);
  low.forEach((value, i) => {
    expect(value).toBeLessThan(middle[i]!);
    expect(middle[i]).toBeLessThan(high[i]!);
  });
  const noise = describeSpectrum(await powerSpectrum({ shape, pixels: whiteNoise(shape, 1) }));
  const { above, below } = placeInBand(noise, naturalPictureBand);
  expect(above).toBeGreaterThan(0.25);
  expect(below).toBeGreaterThan(0.1);
});

test('a spectrum as a picture is light where power is, and its mean dark', () => {
  const power = Float64Array.of(1, 1, 1, 1, 100, 1, 1e3, 1, 1);
  const { data, width, height } = spectrumPicture({ height: 3, width: 3, power, pictures: 1 });
  const red = (row: number, column: number) =>
    data[Math.floor(((row + 0.5) * height) / 3) * width + Math.floor(((column + 0.5) * width) / 3)]!;
  expect(red(2, 0)).toBeCloseTo(252 / 255, 5);
  expect(red(1, 1)).toBe(0);
  expect(red(0, 0)).toBe(0);
});

test('a band between its frequencies lies on straight lines in logarithms', () => {
  const band = { name: '', pictures: 1, frequency: [0.1, 0.4], low: [1, 1], middle: [16, 1], high: [20, 20] };
  expect(bandAt(band, band.middle, 0.2)).toBeCloseTo(4, 10);
  expect(bandAt(band, band.middle, 0.1)).toBeCloseTo(16, 10);
});
