/** @file Power spectra against Parseval's theorem, plane waves, white noise, pictures of known slopes, and networks' strides. */
import { describe, expect, test } from 'vitest';
import { interpret } from '../../test/reference/interpret.ts';
import { planeWave, whiteNoise } from '../../test/support/picture-noise.ts';
import { frequencies, halfOf, inverseSpectrum } from '../tensor/half-spectrum.ts';
import { hostTensor } from '../tensor/host.ts';
import { input } from '../tensor/tensor.ts';
import { spectralLines } from './lines.ts';
import { meanSpectrum, powerSpectra, powerSpectrum } from './power-spectrum.ts';
import { centroid, highShare, lowShare, radialSpectrum, spectralSlope } from './radial.ts';
import { SpectrumError } from './spectrum-error.ts';

const sum = (values: ArrayLike<number>, f = (v: number) => v) => Array.from(values).reduce((a, v) => a + f(v), 0);

/** Pictures [n, 1, side, side] whose amplitudes are exactly f^-decay, with random phases; none on the borders of the half spectrum. */
function powerLaw(side: number, decay: number, seed: number): Float32Array {
  const noise = whiteNoise([1, 2, side, halfOf(side)], 1, seed);
  const all = frequencies(side, side);
  const part = (i: number) =>
    hostTensor(
      all.map((f, at) => {
        const [a, b] = [noise[at]!, noise[all.length + at]!];
        return f === 0 || at % halfOf(side) === 0 ? 0 : ((i === 0 ? a : b) / Math.hypot(a, b)) * f ** -decay;
      }),
      [1, 1, side, halfOf(side)],
    );
  const [re, im] = [input('re', [1, 1, side, halfOf(side)]), input('im', [1, 1, side, halfOf(side)])];
  const [picture] = interpret([inverseSpectrum(re, im, side)], { re: part(0), im: part(1) });
  return Float32Array.from(picture!.data);
}

describe.each([
  [8, 12],
  [7, 9],
  [1, 5],
])('pictures of %i x %i pixels', (height, width) => {
  const pixels = whiteNoise([3, 2, height, width], 0.3);
  const batch = { shape: [3, 2, height, width] as const, pixels };

  test('have as much power in all as the mean over pictures and channels of their sums of squares', async () => {
    const { power, pictures } = await powerSpectrum(batch);
    expect(pictures).toBe(3);
    expect(sum(power)).toBeCloseTo(sum(pixels, (v) => v * v) / 6, 5);
  });

  test('have their mean in the middle, and none there when it is removed', async () => {
    const bright = { ...batch, pixels: pixels.map((v) => v + 5) };
    const middle = Math.floor(height / 2) * width + Math.floor(width / 2);
    const [kept, removed] = [await powerSpectrum(bright), await powerSpectrum(bright, { mean: 'removed' })];
    expect(kept.power[middle]! / (25 * height * width)).toBeCloseTo(1, 0);
    expect(removed.power[middle]).toBeLessThan(1e-9);
    const plain = (await powerSpectrum(batch)).power;
    removed.power.forEach((value, at) => {
      if (at !== middle) expect(value).toBeCloseTo(plain[at]!, 4);
    });
  });

  test('have the same spectrum upside down and the other way round, since they are real', async () => {
    const { power } = await powerSpectrum(batch);
    const at = (ky: number, kx: number) =>
      power[
        ((ky + Math.floor(height / 2) + height) % height) * width + ((kx + Math.floor(width / 2) + width) % width)
      ]!;
    for (let ky = 0; ky < height; ky++)
      for (let kx = 0; kx < width; kx++) expect(at(ky, kx)).toBe(at(height - ky, width - kx));
  });
});

test('a plane wave has its power at its frequency and the opposite one, half of it each', async () => {
  const { power } = await powerSpectrum({ shape: [1, 1, 16, 24], pixels: planeWave(16, 24, 3, -5) });
  const expected = new Float64Array(16 * 24);
  expected[(8 + 3) * 24 + 12 - 5] = (16 * 24) / 4;
  expected[(8 - 3) * 24 + 12 + 5] = (16 * 24) / 4;
  power.forEach((value, at) => {
    expect(value).toBeCloseTo(expected[at]!, 3);
  });
});

test('a plane wave is one ring, one centroid, one side of the shares', async () => {
  const spectrum = await powerSpectrum({ shape: [1, 1, 32, 32], pixels: planeWave(32, 32, 6, 8) });
  const f = Math.hypot(6, 8) / 32;
  expect(centroid(spectrum)).toBeCloseTo(f, 5);
  expect(highShare(spectrum)).toBeCloseTo(1, 6);
  expect(highShare(spectrum, f)).toBeCloseTo(0, 6);
  expect(lowShare(spectrum, f)).toBeCloseTo(1, 6);
  const { frequency, power, count } = radialSpectrum(spectrum);
  const loudest = power.indexOf(Math.max(...power));
  expect(frequency[loudest]).toBeCloseTo(f, 1);
  expect(power[loudest]! * count[loudest]!).toBeCloseTo(512, 2);
});

test.each(['none', 'hann'] as const)('white noise is flat at its variance, window %s', async (window) => {
  const batch = { shape: [40, 3, 32, 32] as const, pixels: whiteNoise([40, 3, 32, 32], 0.2) };
  const spectrum = await powerSpectrum(batch, { window });
  const { power, frequency } = radialSpectrum(spectrum);
  for (const [ring, value] of power.entries()) if (frequency[ring]! > 0.05) expect(value / 0.04).toBeCloseTo(1, 0.5);
  expect(Math.abs(spectralSlope(spectrum).slope)).toBeLessThan(0.06);
  expect(highShare(spectrum)).toBeCloseTo(1 - Math.PI / 16, 1);
  for (const { index } of spectralLines(spectrum)) expect(Math.abs(index - 1)).toBeLessThan(0.3);
});

test.each([1, 0.5])(
  'pictures whose amplitudes fall as f^-%d have twice that as slope of their power',
  async (decay) => {
    const pictures = [1, 2, 3].map((seed) => powerLaw(64, decay, seed));
    const spectra = await Promise.all(pictures.map((pixels) => powerSpectrum({ shape: [1, 1, 64, 64], pixels })));
    // The left-out column of the half spectrum is a ring's fixed share, but for the innermost ones.
    expect(spectralSlope(meanSpectrum(spectra), [0.05, 0.5]).slope).toBeCloseTo(-2 * decay, 1);
    expect(spectralSlope(radialSpectrum(meanSpectrum(spectra)), [0.05, 0.5]).range).toEqual([0.05, 0.5]);
  },
);

test('a slope of a picture that does not repeat needs the window', async () => {
  const ramp = Float32Array.from({ length: 64 * 64 }, (_, at) => (at % 64) / 64 + Math.floor(at / 64) / 64);
  const batch = { shape: [1, 1, 64, 64] as const, pixels: ramp };
  const [jump, fade] = [
    await powerSpectrum(batch, { mean: 'removed' }),
    await powerSpectrum(batch, { window: 'hann' }),
  ];
  expect(highShare(jump)).toBeGreaterThan(0.01);
  expect(highShare(fade)).toBeLessThan(1e-5);
});

test('each picture counts the same when normalised, and those without power do not', async () => {
  const [wave, other] = [planeWave(8, 8, 1, 0), planeWave(8, 8, 0, 2).map((v) => 100 * v)];
  const pixels = Float32Array.from([...wave, ...other, ...new Float32Array(64)]);
  const { power, pictures } = await powerSpectrum({ shape: [3, 1, 8, 8], pixels }, { normalise: 'picture' });
  expect(pictures).toBe(2);
  expect(power[3 * 8 + 4]).toBeCloseTo(0.25, 6);
  expect(power[4 * 8 + 6]).toBeCloseTo(0.25, 6);
  expect(sum(power)).toBeCloseTo(1, 6);
});

test('a picture has the same spectrum to the last bit in any company, and bytes count as 255ths', async () => {
  const bytes = Uint8Array.from(whiteNoise([3, 3, 10, 10], 40), (v) => 128 + v);
  const all = await powerSpectra({ shape: [3, 3, 10, 10], pixels: bytes });
  const [alone] = await powerSpectra({
    shape: [1, 3, 10, 10],
    pixels: Float32Array.from(bytes.subarray(300, 600), (v) => v / 255),
  });
  expect(all[1]!.power).toEqual(alone!.power);
});

test('a pattern that repeats every p pixels has lines of period p and of no other', async () => {
  const noise = whiteNoise([1, 1, 32, 32], 0.1);
  for (const period of [2, 4, 8]) {
    const tile = whiteNoise([1, 1, period, period], 0.2, 7);
    const pixels = noise.map((v, at) => v + tile[((at >> 5) % period) * period + (at % period)]!);
    const lines = spectralLines(await powerSpectrum({ shape: [1, 1, 32, 32], pixels }));
    expect(lines.map((line) => line.period)).toEqual([2, 4, 8]);
    for (const line of lines)
      if (line.period > period) expect(line.index).toBeLessThan(3);
      else if (line.period === period) expect(line.index).toBeGreaterThan(20);
  }
});

test('a wave of period 2 is a peak of infinite ratio where there is nothing else, and nothing is none', async () => {
  const pixels = planeWave(16, 16, 0, 8);
  const [line] = spectralLines(await powerSpectrum({ shape: [1, 1, 16, 16], pixels }), [2]);
  const places = line!.peaks.map(({ down, across }) => [down, across]);
  expect(places).toEqual([
    [0, 0.5],
    [0.5, 0],
    [0.5, 0.5],
  ]);
  expect(line!.peaks[0]!.ratio).toBeGreaterThan(1e6);
  const flat = spectralLines(await powerSpectrum({ shape: [1, 1, 16, 16], pixels: new Float32Array(256) }), [2]);
  expect(flat[0]!.index).toBe(0);
});

test('periods are left out that do not fit the picture', async () => {
  const spectrum = await powerSpectrum({ shape: [1, 1, 30, 24], pixels: whiteNoise([1, 1, 30, 24], 1) });
  expect(spectralLines(spectrum, [2, 3, 4, 5, 6, 8, 12]).map(({ period }) => period)).toEqual([2, 3, 6]);
});

test('no picture, wrong lengths and values that are not finite are refused', async () => {
  await expect(powerSpectrum({ shape: [0, 1, 4, 4], pixels: new Float32Array(0) })).rejects.toThrow(SpectrumError);
  await expect(powerSpectrum({ shape: [1, 1, 4, 4], pixels: new Float32Array(15) })).rejects.toThrow(/15 values/);
  await expect(powerSpectrum({ shape: [1, 1, 2, 2], pixels: Float32Array.of(1, Number.NaN, 0, 0) })).rejects.toThrow(
    /Picture 0/,
  );
  expect(() => meanSpectrum([])).toThrow(SpectrumError);
});
