/** @file What a spectrum says in few numbers: power by radius, slope, shares of high and low frequencies, centroid. The mean is in none. */
import { type LogPoint, logSlope, slopeRange } from '../prior/log-slope.ts';
import type { PowerSpectrum } from './power-spectrum.ts';
import { SpectrumError } from './spectrum-error.ts';

/** Power in rings around the mean, from the lowest frequency to the corner's. */
export interface RadialSpectrum {
  /** Mean radius of each ring in cycles a pixel, rising; rings above 0.5 lie in the corners alone. */
  readonly frequency: Float64Array;
  /** Mean power of its frequencies. */
  readonly power: Float64Array;
  /** How many they are. */
  readonly count: Float64Array;
}

/** Every frequency but the mean: its radius in cycles a pixel, and its power. */
function* places({ height, width, power }: PowerSpectrum): Generator<readonly [frequency: number, power: number]> {
  const [middleY, middleX] = [Math.floor(height / 2), Math.floor(width / 2)];
  for (const [at, value] of power.entries()) {
    const [ky, kx] = [Math.floor(at / width) - middleY, (at % width) - middleX];
    if (ky !== 0 || kx !== 0) yield [Math.hypot(ky / height, kx / width), value];
  }
}

/** Power by radius, in rings as wide as the lowest frequency: 1 / the longer side. */
export function radialSpectrum(spectrum: PowerSpectrum): RadialSpectrum {
  const side = Math.max(spectrum.height, spectrum.width);
  const rings = Math.round(side * Math.hypot(0.5, 0.5)) + 1;
  const [radius, power, count] = [new Float64Array(rings), new Float64Array(rings), new Float64Array(rings)];
  for (const [f, value] of places(spectrum)) {
    const ring = Math.round(f * side);
    radius[ring]! += f;
    power[ring]! += value;
    count[ring]!++;
  }
  const present = Array.from(count.keys()).filter((ring) => count[ring]! > 0);
  const column = (value: (ring: number) => number) => Float64Array.from(present, value);
  return {
    frequency: column((ring) => radius[ring]! / count[ring]!),
    power: column((ring) => power[ring]! / count[ring]!),
    count: column((ring) => count[ring]!),
  };
}

/** A power law through a spectrum. */
export interface SpectralSlope {
  /** Power grows with frequency to this power: -2 for pictures whose amplitudes fall as 1 / f, 0 for white noise. */
  readonly slope: number;
  /** Frequencies that it is taken over, in cycles a pixel. */
  readonly range: readonly [low: number, high: number];
}

/**
 * Slope of the logarithm of power over that of frequency, by least squares over rings; every octave counts the same.
 * @param range lowest and highest frequency in cycles a pixel
 * @throws SpectrumError if fewer than two rings with power lie in the range
 */
export function spectralSlope(spectrum: PowerSpectrum | RadialSpectrum, range = slopeRange): SpectralSlope {
  const { frequency, power } = 'frequency' in spectrum ? spectrum : radialSpectrum(spectrum);
  const points: LogPoint[] = [];
  for (const [ring, f] of frequency.entries())
    if (f >= range[0] && f <= range[1] && power[ring]! > 0) points.push({ x: f, y: power[ring]!, weight: 1 / f });
  if (points.length < 2)
    throw new SpectrumError(
      `A slope needs power at two frequencies from ${range[0]} to ${range[1]} cycles a pixel, got ${points.length}; the picture is too small, or flat.`,
    );
  return { slope: logSlope(points), range };
}

/** Share of power above a frequency in cycles a pixel, from 0 to 1; 0.25 is half of the highest that rows and columns have. */
export function highShare(spectrum: PowerSpectrum, above = 0.25): number {
  return shareOf(spectrum, (f) => f > above);
}

/** Share of power up to a frequency in cycles a pixel, from 0 to 1; 0.125 unless given. */
export function lowShare(spectrum: PowerSpectrum, upTo = 0.125): number {
  return shareOf(spectrum, (f) => f <= upTo);
}

/** Mean frequency in cycles a pixel, weighted by power; NaN for a spectrum without any. */
export function centroid(spectrum: PowerSpectrum): number {
  let [sum, total] = [0, 0];
  for (const [f, power] of places(spectrum)) {
    sum += f * power;
    total += power;
  }
  return sum / total;
}

function shareOf(spectrum: PowerSpectrum, counts: (frequency: number) => boolean): number {
  let [part, total] = [0, 0];
  for (const [f, power] of places(spectrum)) {
    total += power;
    if (counts(f)) part += power;
  }
  return part / total;
}
