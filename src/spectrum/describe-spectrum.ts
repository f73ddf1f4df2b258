/** @file A spectrum in few numbers, and its place in the band of natural pictures. */

import { slopeRange } from '../prior/log-slope.ts';
import { type SpectralLines, spectralLines } from './lines.ts';
import { type NaturalBand, relativePower } from './natural-band.ts';
import type { PowerSpectrum } from './power-spectrum.ts';
import { centroid, highShare, lowShare, radialSpectrum, spectralSlope } from './radial.ts';
import { SpectrumError } from './spectrum-error.ts';

/** What a spectrum is like. */
export interface SpectrumSummary {
  readonly pictures: number;
  readonly height: number;
  readonly width: number;
  /** Undefined for pictures that are flat or too small. */
  readonly slope: number | undefined;
  /** Frequencies of the slope, in cycles a pixel. */
  readonly slopeRange: readonly [number, number];
  /** Share of power above the frequency that was asked for. */
  readonly highShare: number;
  readonly above: number;
  /** Share of power up to 1/8 cycles a pixel. */
  readonly lowShare: number;
  /** Mean frequency in cycles a pixel. */
  readonly centroid: number;
  readonly lines: readonly SpectralLines[];
  /** Power by radius, and over the mean of all radii from 1/32 to 1/2: 1 for white noise. */
  readonly radial: {
    readonly frequency: readonly number[];
    readonly power: readonly number[];
    readonly relative: readonly number[];
  };
}

/**
 * Numbers of a spectrum; `above` is where high frequencies begin, in cycles a pixel. A flat picture has no slope, and shares, centroid and
 * relative power of NaN.
 */
export function describeSpectrum(measured: PowerSpectrum, above = 0.25): SpectrumSummary {
  const { height, width, pictures, power } = measured;
  const spectrum = isFlat(measured) ? { ...measured, power: power.map(() => 0) } : measured;
  const radial = radialSpectrum(spectrum);
  const inRange = radial.frequency.filter((f, i) => f >= slopeRange[0] && f <= slopeRange[1] && radial.power[i]! > 0);
  return {
    pictures,
    height,
    width,
    slope: inRange.length < 2 ? undefined : spectralSlope(radial).slope,
    slopeRange,
    highShare: highShare(spectrum, above),
    above,
    lowShare: lowShare(spectrum),
    centroid: centroid(spectrum),
    lines: spectralLines(spectrum),
    radial: {
      frequency: [...radial.frequency],
      power: [...radial.power],
      relative: [...relativePower(radial)],
    },
  };
}

/** Whether all but the mean is the rounding of float32. */
function isFlat({ height, width, power }: PowerSpectrum): boolean {
  const middle = Math.floor(height / 2) * width + Math.floor(width / 2);
  const mean = power[middle]!;
  const rest = power.reduce((sum, value, at) => (at === middle ? sum : sum + value), 0);
  return rest <= 2 ** -44 * mean;
}

/**
 * Share of a spectrum's radii that lie below, in and above a band, where both have frequencies.
 * @throws SpectrumError if the spectrum is of a flat picture or has power beyond 1/2 cycles a pixel alone, which lie nowhere, or if the
 * band has none of its frequencies
 */
export function placeInBand(
  { radial }: SpectrumSummary,
  band: NaturalBand,
): { readonly below: number; readonly inside: number; readonly above: number } {
  if (!radial.relative.every(Number.isFinite))
    throw new SpectrumError(
      'A picture of one colour, or with all its power in the corners of the spectrum, lies nowhere in a band.',
    );
  let [below, inside, above] = [0, 0, 0];
  for (const [i, f] of radial.frequency.entries()) {
    if (f < band.frequency[0]! || f > 0.5) continue;
    const value = radial.relative[i]!;
    if (value < bandAt(band, band.low, f)) below++;
    else if (value > bandAt(band, band.high, f)) above++;
    else inside++;
  }
  const total = below + inside + above;
  if (total === 0)
    throw new SpectrumError(
      `The spectrum has no frequency of the band, which begins at ${band.frequency[0]} cycles a pixel.`,
    );
  return { below: below / total, inside: inside / total, above: above / total };
}

/** A curve of a band at a frequency, on straight lines in logarithms. */
export function bandAt({ frequency }: NaturalBand, curve: readonly number[], f: number): number {
  const next = frequency.findIndex((one) => one > f);
  const i = Math.max(0, Math.min((next === -1 ? frequency.length : next) - 1, frequency.length - 2));
  const share = Math.log(f / frequency[i]!) / Math.log(frequency[i + 1]! / frequency[i]!);
  return Math.exp(Math.log(curve[i]!) * (1 - share) + Math.log(curve[i + 1]!) * share);
}
