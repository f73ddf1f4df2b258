/** @file Lines against spectra written down by hand. */
import { expect, test } from 'vitest';
import { lineIndex, spectralLines } from './lines.ts';

const side = 32;

/** A spectrum of power 1 but for what `of` gives to a number of periods down and across, both from -16 to 15. */
const spectrumOf = (of: (ky: number, kx: number) => number | undefined) => ({
  height: side,
  width: side,
  power: Float64Array.from(
    { length: side * side },
    (_, at) => of(Math.floor(at / side) - side / 2, (at % side) - side / 2) ?? 1,
  ),
  pictures: 1,
});

/** Power by Chebyshev distance from the peaks of period 4 at (0, ±8), 1 further away. */
const peak = (byDistance: readonly number[]) =>
  spectrumOf((ky, kx) => byDistance[Math.max(Math.abs(ky), Math.abs(Math.abs(kx) - 8))]);

test.each([
  ['with leaks to its neighbours', [100, 50, 4, 1], 4, 25],
  ['with power three steps away', [100, 1, 4, 70], 4, 25],
  ['as high as all around', [7, 7, 7, 7], 7, 1],
])('a peak %s stands out of the frequencies two steps away alone', (_name, byDistance, background, ratio) => {
  const [line] = spectralLines(peak(byDistance), [4]);
  const found = line!.peaks.find(({ down, across }) => down === 0 && across === 0.25)!;
  expect(found).toEqual({ down: 0, across: 0.25, power: byDistance[0], background, ratio });
});

test('its background is the median of sixteen frequencies, which a few loud ones do not raise', () => {
  // Five of the sixteen lie in the loud column.
  const spectrum = spectrumOf((ky, kx) => (ky === 0 && kx === 8 ? 12 : kx === 10 ? 1000 : 1));
  const at = spectralLines(spectrum, [4])[0]!.peaks.find(({ down, across }) => down === 0 && across === 0.25)!;
  expect([at.background, at.ratio]).toEqual([1, 12]);
});

test('the index of a period is the mean ratio of its frequencies, its divisors left out', () => {
  // Of period 4: (0, 1), (1, 0), (1, 1), (1, 2), (1, 3) and (2, 1) quarters, one of each opposite pair.
  const spectrum = spectrumOf((ky, kx) => (ky === 0 && Math.abs(kx) === 8 ? 13 : kx === -16 && ky === 0 ? 99 : 1));
  expect(spectralLines(spectrum, [4])[0]!.peaks).toHaveLength(6);
  expect(lineIndex(spectrum, 4)).toBeCloseTo((13 + 5) / 6, 12);
  expect(lineIndex(spectrum, 2)).toBeCloseTo((99 + 2) / 3, 12);
  expect(lineIndex(spectrum, 5)).toBeUndefined();
});
