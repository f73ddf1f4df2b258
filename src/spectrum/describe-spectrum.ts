/** @file A spectrum in few numbers, and its place in the band of natural pictures. */

import { slopeRange } from '../prior/log-slope.ts';
import { type SpectralLines, spectralLines } from './lines.ts';
import { type NaturalBand, relativePower } from './natural-band.ts';
import type { PowerSpectrum } from './power-spectrum.ts';
import { centroid, highShare, lowShare, radialSpectrum, spectralSlope } from './radial.ts';

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

/** Numbers of a spectrum; `above` is where high frequencies begin, in cycles a pixel. */
export function describeSpectrum(spectrum: PowerSpectrum, above = 0.25): SpectrumSummary {
  const { height, width, pictures } = spectrum;
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

/** Share of a spectrum's radii that lie below, in and above a band, where both have frequencies. */
export function placeInBand(
  { radial }: SpectrumSummary,
  band: NaturalBand,
): { readonly below: number; readonly inside: number; readonly above: number } {
  let [below, inside, above] = [0, 0, 0];
  for (const [i, f] of radial.frequency.entries()) {
    if (f < band.frequency[0]! || f > 0.5) continue;
    const value = radial.relative[i]!;
    if (value < bandAt(band, band.low, f)) below++;
    else if (value > bandAt(band, band.high, f)) above++;
    else inside++;
  }
  const total = below + inside + above;
  return { below: below / total, inside: inside / total, above: above / total };
}

/** A curve of a band at a frequency, on straight lines in logarithms. */
export function bandAt({ frequency }: NaturalBand, curve: readonly number[], f: number): number {
  const next = frequency.findIndex((one) => one > f);
  const i = Math.max(0, Math.min((next === -1 ? frequency.length : next) - 1, frequency.length - 2));
  const share = Math.log(f / frequency[i]!) / Math.log(frequency[i + 1]! / frequency[i]!);
  return Math.exp(Math.log(curve[i]!) * (1 - share) + Math.log(curve[i + 1]!) * share);
}
