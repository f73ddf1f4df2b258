/**
 * @file Lines in a spectrum: single frequencies that stand out of their surroundings, as patterns that repeat every few pixels have them.
 *
 * What repeats every p pixels has power at multiples of 1 / p cycles a pixel alone. The line index compares it there with the median of
 * the frequencies around (those at a Chebyshev distance of 2 steps, so that a window's leakage is not among them): 1 where there is no line.
 */
import { median } from '../distance/mean.ts';
import type { PowerSpectrum } from './power-spectrum.ts';

/** A frequency and how far it stands out. */
export interface SpectralPeak {
  /** Cycles a pixel from top to bottom and from left to right, from -0.5 to 0.5. */
  readonly down: number;
  readonly across: number;
  readonly power: number;
  /** Median power of the 16 frequencies around it. */
  readonly background: number;
  /** Power over background. */
  readonly ratio: number;
}

/** Lines of one period. */
export interface SpectralLines {
  /** Pixels after which the pattern repeats. */
  readonly period: number;
  /** Mean ratio of its peaks; 1 where there is no such pattern. */
  readonly index: number;
  /** Its frequencies, one of each pair of opposite ones; those of a shorter period in the list are not among them. */
  readonly peaks: readonly SpectralPeak[];
}

/** Periods that networks make: powers of their strides. */
export const usualPeriods: readonly number[] = [2, 4, 8, 16, 32];

/**
 * Lines of each period in a spectrum. A pattern of period 2 also repeats after 4, so each period is judged by those of its frequencies that
 * no divisor of it has. Periods are left out that do not fit both sides a whole number of times or leave no frequency between two lines.
 */
export function spectralLines(spectrum: PowerSpectrum, periods: readonly number[] = usualPeriods): SpectralLines[] {
  const { height, width } = spectrum;
  return periods.flatMap((period) => {
    if (period < 2 || height % period !== 0 || width % period !== 0 || Math.min(height, width) < 4 * period) return [];
    const peaks = frequenciesOf(period).map(([i, j]) => peakAt(spectrum, (i * height) / period, (j * width) / period));
    return [{ period, index: peaks.reduce((sum, { ratio }) => sum + ratio, 0) / peaks.length, peaks }];
  });
}

/** The line index of one period; undefined where the period does not fit the picture. */
export function lineIndex(spectrum: PowerSpectrum, period: number): number | undefined {
  return spectralLines(spectrum, [period])[0]?.index;
}

/** Multiples (i, j) of 1 / p that patterns of period p and of none of its divisors have, one of each opposite pair. */
function frequenciesOf(p: number): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) {
      const opposite = [(p - i) % p, (p - j) % p] as const;
      const first = i < opposite[0] || (i === opposite[0] && j <= opposite[1]);
      if (first && gcd(gcd(i, j), p) === 1) found.push([i, j]);
    }
  }
  return found;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

function peakAt({ height, width, power }: PowerSpectrum, ky: number, kx: number): SpectralPeak {
  const [middleY, middleX] = [Math.floor(height / 2), Math.floor(width / 2)];
  const at = (y: number, x: number) => power[wrap(y + middleY, height) * width + wrap(x + middleX, width)]!;
  const around: number[] = [];
  for (let y = -2; y <= 2; y++)
    for (let x = -2; x <= 2; x++) if (Math.max(Math.abs(y), Math.abs(x)) === 2) around.push(at(ky + y, kx + x));
  const background = median(around);
  const value = at(ky, kx);
  const ratio = value === 0 ? 0 : value / background;
  return { down: signed(ky / height), across: signed(kx / width), power: value, background, ratio };
}

const wrap = (k: number, n: number) => ((k % n) + n) % n;

/** A frequency from 0 to 1 as one from -0.5 (not included) to 0.5. */
const signed = (f: number) => (f > 0.5 ? f - 1 : f);
