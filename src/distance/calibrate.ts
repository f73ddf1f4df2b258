/** @file What known changes of pictures measure in every distance: the scale that its numbers are read on. */
import type { Picture } from '../image/image.ts';
import type { Distance } from './distance.ts';
import { distortions } from './distortions.ts';
import { median } from './mean.ts';
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
export interface CalibrateOptions extends Omit<MeasureOptions, 'maps' | 'onProgress'> {
  /** Called with the number of pictures that are done. */
  onProgress?(done: number): void;
}

/** Pixels of pictures that are changed and measured together, so that programs are opened once for them. */
const mostTogether = 2 ** 20;

/**
 * Changes every picture by every distortion and measures what each distance says of it.
 * @example
 * const [ssim] = await calibrate([distanceNamed('ssim')], pictures);
 * ssim.steps; // [{ distortion: 'jpeg 90', value: 0.98, distance: 0.02 }, …]
 */
export async function calibrate(
  distances: readonly Distance[],
  pictures: Iterable<Picture> | AsyncIterable<Picture>,
  { onProgress, ...options }: CalibrateOptions = {},
): Promise<CalibratedDistance[]> {
  const found: Measurement[][][] = distances.map(() => distortions.map(() => []));
  let held: Picture[] = [];
  let [pixels, done] = [0, 0];
  const flush = async () => {
    const pairs: Pair[] = [];
    for (const distortion of distortions) {
      for (const x of held) {
        options.signal?.throwIfAborted();
        pairs.push({ x, y: await distortion.apply(x) });
      }
    }
    const rows = await measure(distances, pairs, options);
    for (const [i, row] of rows.entries()) {
      for (const [k, one] of row.entries()) found[k]![Math.floor(i / held.length)]!.push(one);
    }
    done += held.length;
    [held, pixels] = [[], 0];
    onProgress?.(done);
  };
  for await (const picture of pictures) {
    held.push(picture);
    pixels += picture.width * picture.height;
    if (pixels >= mostTogether) await flush();
  }
  if (held.length > 0) await flush();
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

/** The table of a calibration on pictures of one size, for `readingOf`. */
export function calibrationTable(side: number, calibrated: readonly CalibratedDistance[]): CalibrationTable {
  const known = calibrated.filter(({ steps }) => steps.length > 0);
  return {
    side,
    distances: Object.fromEntries(known.map(({ name, steps }) => [name, steps.map(({ distance }) => distance)])),
  };
}
