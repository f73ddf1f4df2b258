/** @file What known changes of pictures measure in every distance: the scale that its numbers are read on. */
import type { Picture } from '../image/image.ts';
import type { Distance } from './distance.ts';
import { distortions } from './distortions.ts';
import { type Measurement, type MeasureOptions, measure, type Pair } from './measure.ts';

/** What a distance says of each distortion: medians over pictures. */
export interface CalibratedDistance {
  readonly name: string;
  readonly better: 'lower' | 'higher';
  /** In the order of `distortions`; empty where the distance is defined for none of the pictures. */
  readonly steps: readonly CalibrationStep[];
  /** Pictures that it is defined for. */
  readonly pictures: number;
  /** Why it is not defined for the others. */
  readonly reason?: string;
}

/** A distortion and what it measures. */
export interface CalibrationStep {
  readonly distortion: string;
  readonly value: number;
  readonly distance: number;
}

/** Distances of distortions on pictures of one size, as readings use them. */
export interface CalibrationTable {
  /** Root of the pictures' number of pixels. */
  readonly side: number;
  /** By name, in the order of `distortions`. */
  readonly distances: Readonly<Record<string, readonly number[]>>;
}

/** Options of `calibrate`. */
export type CalibrateOptions = Omit<MeasureOptions, 'maps'>;

/**
 * Changes every picture by every distortion and measures what each distance says of it.
 * @example
 * const [ssim] = await calibrate([distanceNamed('ssim')], pictures);
 * ssim.steps; // [{ distortion: 'jpeg 90', value: 0.98, distance: 0.02 }, …]
 */
export async function calibrate(
  distances: readonly Distance[],
  pictures: readonly Picture[],
  options: CalibrateOptions = {},
): Promise<CalibratedDistance[]> {
  const { signal, onProgress } = options;
  const found: Measurement[][][] = distances.map(() => distortions.map(() => []));
  for (let start = 0; start < pictures.length; ) {
    const some = pictures.slice(start);
    const count = heldTogether(some);
    const pairs: Pair[] = [];
    for (const distortion of distortions) {
      for (const x of some.slice(0, count)) {
        signal?.throwIfAborted();
        pairs.push({ x, y: await distortion.apply(x) });
      }
    }
    const rows = await measure(distances, pairs, { ...options, onProgress: () => {} });
    for (const [i, row] of rows.entries()) {
      for (const [k, one] of row.entries()) found[k]![Math.floor(i / count)]!.push(one);
    }
    start += count;
    onProgress?.(start, pictures.length);
  }
  return distances.map(({ name, convention }, k) => {
    const all = found[k]!;
    const reason = all[0]!.flatMap((one) => (one.kind === 'not defined' ? [one.reason] : []))[0];
    const measured = all.map((list) => list.flatMap((one) => (one.kind === 'measured' ? [one] : [])));
    const count = measured[0]!.length;
    const steps = measured.map((list, step) => ({
      distortion: distortions[step]!.name,
      value: median(list.map(({ value }) => value)),
      distance: median(list.map(({ distance }) => distance)),
    }));
    return {
      name,
      better: convention.better,
      steps: count === 0 ? [] : steps,
      pictures: count,
      ...(reason === undefined ? {} : { reason }),
    };
  });
}

/** Pixels of pictures whose changed forms are held in memory together. */
const mostHeld = 2 ** 20;

/** How many of the first pictures are measured together: programs are opened once for them. */
function heldTogether(pictures: readonly Picture[]): number {
  let pixels = 0;
  const beyond = pictures.findIndex(({ width, height }) => {
    pixels += width * height;
    return pixels > mostHeld;
  });
  return beyond === -1 ? pictures.length : Math.max(1, beyond);
}

/** The table of a calibration on pictures of one size, for `readingOf`. */
export function calibrationTable(side: number, calibrated: readonly CalibratedDistance[]): CalibrationTable {
  const known = calibrated.filter(({ steps }) => steps.length > 0);
  return {
    side,
    distances: Object.fromEntries(known.map(({ name, steps }) => [name, steps.map(({ distance }) => distance)])),
  };
}

/** The median of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
