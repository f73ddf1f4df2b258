/** @file Pictures compared by many distances at once: numbers, their direction, and what they mean to a person. */
import type { CalibrationTable } from './calibrate.ts';
import { calibrationTables } from './calibration-data.ts';
import type { Distance } from './distance.ts';
import { median } from './mean.ts';
import { type DistanceMap, type Measurement, type MeasureOptions, measure, type Pair } from './measure.ts';
import { readingOf } from './reading.ts';

/** A distance's row in a comparison. */
export type ComparisonRow = MeasuredRow | UndefinedRow;

/** Numbers of a distance. */
export interface MeasuredRow {
  readonly kind: 'measured';
  readonly name: string;
  readonly brief: string;
  /** The value that people quote. */
  readonly value: number;
  /** 0 for equal pictures, growing with the difference. */
  readonly distance: number;
  /** Whether a lower or a higher value means more alike. */
  readonly better: 'lower' | 'higher';
  /** The value in words, such as "like JPEG at quality 50"; absent where no calibration knows the distance. */
  readonly reading?: string;
  /** Where the pictures differ, if asked for. */
  readonly map?: DistanceMap;
}

/** A distance that such pictures have no value in. */
export interface UndefinedRow {
  readonly kind: 'not defined';
  readonly name: string;
  readonly brief: string;
  /** The sentence that says why. */
  readonly reason: string;
}

/** Options of `compare`. */
export interface CompareOptions extends MeasureOptions {
  /** What readings are taken from; the table that comes with the package unless given. */
  readonly calibration?: readonly CalibrationTable[];
}

/**
 * Compares pairs of pictures by distances: rows for each pair.
 * @throws DistanceError if the pictures of a pair have two sizes
 * @example
 * const [rows] = await compare(distanceRegistry, [{ x, y }]);
 * for (const row of rows) if (row.kind === 'measured') console.log(row.name, row.value, row.reading);
 */
export async function compare(
  distances: readonly Distance[],
  pairs: readonly Pair[],
  options: CompareOptions = {},
): Promise<ComparisonRow[][]> {
  const { calibration = calibrationTables } = options;
  const found = await measure(distances, pairs, options);
  return pairs.map((pair, i) => {
    const side = Math.sqrt(pair.x.width * pair.x.height);
    const equal = areEqual(pair);
    return distances.map((distance, k) => rowOf(distance, found[i]![k]!, side, equal, calibration));
  });
}

function areEqual({ x, y }: Pair): boolean {
  return x.channels === y.channels && x.data.every((value, i) => value === y.data[i]);
}

function rowOf(
  { name, brief, convention: { better } }: Distance,
  found: Measurement,
  side: number,
  equal: boolean,
  calibration: readonly CalibrationTable[],
): ComparisonRow {
  if (found.kind === 'not defined') return { name, brief, ...found };
  const reading = equal ? 'equal pictures' : readingOf(name, found.distance, side, calibration);
  return { name, brief, better, ...found, ...(reading === undefined ? {} : { reading }) };
}

/** A distance over many pairs. */
export interface MedianRow {
  readonly name: string;
  readonly brief: string;
  readonly better: 'lower' | 'higher';
  /** Medians over the pairs that it is defined for; NaN where there are none. */
  readonly value: number;
  readonly distance: number;
  readonly pairs: number;
  readonly reading?: string;
  /** Why it is not defined for the other pairs. */
  readonly reason?: string;
}

/** The medians of a comparison of many pairs of given sizes, read like a pair of the median size. */
export function medians(
  distances: readonly Distance[],
  sizes: readonly { readonly width: number; readonly height: number }[],
  comparison: readonly (readonly ComparisonRow[])[],
  calibration: readonly CalibrationTable[] = calibrationTables,
): MedianRow[] {
  const side = median(sizes.map(({ width, height }) => Math.sqrt(width * height)));
  return distances.map(({ name, brief, convention: { better } }, k) => {
    const rows = comparison.map((one) => one[k]!);
    const measured = rows.flatMap((row) => (row.kind === 'measured' ? [row] : []));
    const reason = rows.flatMap((row) => (row.kind === 'not defined' ? [row.reason] : []))[0];
    const [value, distance] = [median(measured.map((row) => row.value)), median(measured.map((row) => row.distance))];
    const allEqual = measured.length > 0 && measured.every((row) => row.reading === 'equal pictures');
    const reading = allEqual ? 'equal pictures' : readingOf(name, distance, side, calibration);
    return {
      name,
      brief,
      better,
      value,
      distance,
      pairs: measured.length,
      ...(reading === undefined ? {} : { reading }),
      ...(reason === undefined ? {} : { reason }),
    };
  });
}
