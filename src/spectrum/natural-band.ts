/** @file Where spectra of natural pictures lie: the middle nine tenths of them at each frequency, to hold others against. */

import {
  meanSpectrum,
  type PictureBatch,
  type PowerSpectrum,
  type PowerSpectrumOptions,
  powerSpectra,
} from './power-spectrum.ts';
import { type RadialSpectrum, radialSpectrum } from './radial.ts';

/** Power by frequency of many pictures, relative to each one's own. */
export interface NaturalBand {
  /** Where they come from. */
  readonly name: string;
  readonly pictures: number;
  /** Cycles a pixel, rising. */
  readonly frequency: readonly number[];
  /** Twentieth, half and nineteen twentieths of the pictures have less relative power there. */
  readonly low: readonly number[];
  readonly middle: readonly number[];
  readonly high: readonly number[];
}

/** Lowest frequency of the range that makes powers relative: what pictures of 32 pixels have. */
const lowest = 1 / 32;

/** Power by radius over the mean of all rings from 1/32 to 1/2 cycles a pixel, each as often as it has frequencies an area: 1 for white noise. */
export function relativePower({ frequency, power }: RadialSpectrum): Float64Array {
  let [sum, total] = [0, 0];
  for (const [ring, f] of frequency.entries()) {
    if (f < lowest - 1e-9 || f > 0.5) continue;
    sum += f * power[ring]!;
    total += f;
  }
  return power.map((value) => (value * total) / sum);
}

/** The band of pictures of one size, windowed as photographs need. */
export async function naturalBand(
  name: string,
  batch: PictureBatch,
  options: PowerSpectrumOptions = {},
): Promise<NaturalBand> {
  return bandOf(name, await powerSpectra(batch, { window: 'hann', ...options }));
}

/** The band of spectra of one size; pictures of one colour are left out. */
export function bandOf(name: string, spectra: readonly PowerSpectrum[]): NaturalBand {
  const { frequency } = radialSpectrum(meanSpectrum(spectra));
  const curves = spectra
    .map((one) => relativePower(radialSpectrum(one)))
    .filter((curve) => curve.every(Number.isFinite));
  const quantile = (share: number) =>
    Array.from(frequency, (_, ring) =>
      quantileOf(
        curves.map((curve) => curve[ring]!),
        share,
      ),
    );
  return {
    name,
    pictures: curves.length,
    frequency: [...frequency],
    low: quantile(0.05),
    middle: quantile(0.5),
    high: quantile(0.95),
  };
}

/** Between values in order, on straight lines. */
function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (place - Math.floor(place)) * (above - below);
}
