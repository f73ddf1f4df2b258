/** @file How energy is spread over the phases of a period: over rows and columns by their remainders. */
import { randomStream } from '../random/random-stream.ts';
import type { PixelMap } from './overlap-map.ts';

/** Energy by phase. */
export interface PhaseEnergies {
  /** Rows and columns after which phases repeat. */
  readonly period: readonly [number, number];
  /** Mean energy of pixels with y mod period = row and x mod period = column, over the mean of them all. */
  readonly energies: readonly (readonly number[])[];
  /** Largest over smallest; 1 where no phase stands out. */
  readonly ratio: number;
}

/**
 * Mean of a map by phase, over the mean of all. What lies within a period of the edge, where windows see padding, is left out where four
 * periods or more fit, as are rows and columns that fill no whole period.
 */
export function phaseEnergies({ data, height, width }: PixelMap, period: readonly [number, number]): PhaseEnergies {
  const [py, px] = period;
  const inner = (size: number, p: number) =>
    (size >= 4 * p ? [p, size - (size % p) - p] : [0, size - (size % p)]) as [number, number];
  const [[top, bottom], [left, right]] = [inner(height, py), inner(width, px)];
  const sums = new Float64Array(py * px);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) sums[(y % py) * px + (x % px)]! += data[y * width + x]!;
  const mean = sums.reduce((a, b) => a + b, 0) / sums.length;
  const shares = sums.map((sum) => sum / mean);
  return {
    period,
    energies: Array.from({ length: py }, (_, y) => [...shares.subarray(y * px, (y + 1) * px)]),
    ratio: Math.max(...shares) / Math.min(...shares),
  };
}

/** Energy at each pixel of pictures [C, H, W], the squares summed over channels, each map of mean 1; pictures without any are left out. */
export function energyMaps(pictures: readonly Float32Array[], height: number, width: number): PixelMap[] {
  const area = height * width;
  return pictures.flatMap((picture) => {
    const data = new Float64Array(area);
    for (let at = 0; at < picture.length; at++) data[at % area]! += picture[at]! * picture[at]!;
    const mean = data.reduce((sum, value) => sum + value, 0) / area;
    return mean > 0 ? [{ data: data.map((value) => value / mean), height, width }] : [];
  });
}

/** The mean of maps of one size. */
export function meanMap(maps: readonly PixelMap[], height: number, width: number): PixelMap {
  const data = new Float64Array(height * width);
  for (const map of maps) for (let at = 0; at < data.length; at++) data[at]! += map.data[at]! / maps.length;
  return { data, height, width };
}

/**
 * The ratio that chance gives: the 95th percentile over draws in which each map's phases are shifted by random offsets. It keeps what each
 * picture has and loses what pictures have in common.
 */
export function chanceRatio(
  maps: readonly PixelMap[],
  period: readonly [number, number],
  seed: number,
  draws = 40,
): number {
  const [py, px] = period;
  const phases = maps.map((map) => phaseEnergies(map, period).energies);
  const random = randomStream(seed, py, px, maps.length);
  const ratios = Array.from({ length: draws }, () => {
    const sums = new Float64Array(py * px);
    for (const energies of phases) {
      const [dy, dx] = [Math.floor(random.uniform() * py), Math.floor(random.uniform() * px)];
      for (let y = 0; y < py; y++)
        for (let x = 0; x < px; x++) sums[y * px + x]! += energies[(y + dy) % py]![(x + dx) % px]!;
    }
    return Math.max(...sums) / Math.min(...sums);
  });
  return ratios.sort((a, b) => a - b)[Math.ceil(0.95 * draws) - 1]!;
}

/** Correlation of two tables of one size; undefined where one of them is constant. */
export function correlation(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number | undefined {
  const centred = (table: readonly (readonly number[])[]) => {
    const list = table.flat();
    const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
    return list.map((value) => value - mean);
  };
  const dot = (p: readonly number[], q: readonly number[]) => p.reduce((sum, value, i) => sum + value * q[i]!, 0);
  const [u, v] = [centred(a), centred(b)];
  const scale = Math.sqrt(dot(u, u) * dot(v, v));
  return scale > 1e-12 * u.length ? dot(u, v) / scale : undefined;
}
