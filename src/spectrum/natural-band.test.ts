/** @file The band of natural pictures: quantiles, and spectra's places in it. */
import { expect, test } from 'vitest';
import { whiteNoise } from '../../test/support/picture-noise.ts';
import { bandAt, describeSpectrum, placeInBand } from './describe-spectrum.ts';
import { bandOf, naturalBand, relativePower } from './natural-band.ts';
import { powerSpectra, powerSpectrum } from './power-spectrum.ts';
import { radialSpectrum } from './radial.ts';

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

test('a band between its frequencies lies on straight lines in logarithms', () => {
  const band = { name: '', pictures: 1, frequency: [0.1, 0.4], low: [1, 1], middle: [16, 1], high: [20, 20] };
  expect(bandAt(band, band.middle, 0.2)).toBeCloseTo(4, 10);
  expect(bandAt(band, band.middle, 0.1)).toBeCloseTo(16, 10);
});
