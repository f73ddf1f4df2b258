/** @file Which distances make most of a change, and which least: each by the noise that measures the same in it. */
import type { CalibrationTable } from './calibrate.ts';
import { calibrationTables } from './calibration-data.ts';
import type { ComparisonRow } from './compare.ts';
import { ladderOf, sameRatio } from './ladder.ts';

/** Gaussian noise, by its deviation in 8-bit levels. */
export interface NoiseLevel {
  readonly levels: number;
  /** `less` and `more`: beyond the weakest or strongest noise that is known, whose levels these are. */
  readonly is: 'like' | 'less' | 'more';
}

/** Distances to which a change is about as much as one noise. */
export interface Notice extends NoiseLevel {
  /** The one whose level is given first, then those as good as equal to it. */
  readonly distances: readonly string[];
}

/**
 * The noise that measures the same on photos: between those of the tables, logarithms of deviations and distances are interpolated.
 * Undefined where no table knows the distance, or where it does not tell the tables' noises apart, as counts of changed pixels.
 * @param side root of the pictures' number of pixels
 */
export function noiseLevelOf(
  name: string,
  distance: number,
  side: number,
  tables: readonly CalibrationTable[] = calibrationTables,
): NoiseLevel | undefined {
  const rungs = ladderOf(name, side, tables).flatMap(({ distortion, distance: known }) =>
    distortion.kind === 'noise' ? [{ levels: Number.parseFloat(distortion.strength), known }] : [],
  );
  const isApart = rungs.every(({ known }, i) => i === 0 || known > sameRatio * rungs[i - 1]!.known);
  if (rungs.length === 0 || !isApart || !Number.isFinite(distance)) return undefined;
  const above = rungs.findIndex(({ known }) => known > distance);
  if (above === 0) return { levels: rungs[0]!.levels, is: 'less' };
  const [low, high] = [rungs[above - 1], rungs[above]];
  if (low === undefined || high === undefined) return { levels: rungs.at(-1)!.levels, is: 'more' };
  const share = Math.log(distance / low.known) / Math.log(high.known / low.known);
  return { levels: low.levels * (high.levels / low.levels) ** share, is: 'like' };
}

/**
 * Who notices a change most and who least, of a comparison's rows; levels within a ratio of 1.15 count as the same. Undefined where
 * fewer than two distances have a level, or all have the same.
 * @param side root of the pictures' number of pixels
 * @example
 * const [rows] = await compare(distanceRegistry, [{ x, y }]);
 * whoNotices(rows, 224)?.least; // { distances: ['linf'], levels: 2.1, is: 'like' }
 */
export function whoNotices(
  rows: readonly ComparisonRow[],
  side: number,
  tables: readonly CalibrationTable[] = calibrationTables,
): { readonly most: Notice; readonly least: Notice } | undefined {
  const known = rows.flatMap((row) => {
    const level = row.kind === 'measured' ? noiseLevelOf(row.name, row.distance, side, tables) : undefined;
    return level === undefined ? [] : [{ name: row.name, ...level }];
  });
  known.sort((a, b) => placeOf(a) - placeOf(b));
  const [least, most] = [known[0], known.at(-1)];
  if (least === undefined || most === undefined || isSame(least, most)) return undefined;
  const together = ({ levels, is }: NoiseLevel, fromTheEnd: readonly ({ name: string } & NoiseLevel)[]): Notice => ({
    distances: fromTheEnd.filter((one) => isSame(one, { levels, is })).map(({ name }) => name),
    levels,
    is,
  });
  return { most: together(most, known.toReversed()), least: together(least, known) };
}

const placeOf = ({ levels, is }: NoiseLevel) => (is === 'like' ? levels : is === 'less' ? 0 : Number.POSITIVE_INFINITY);

function isSame(a: NoiseLevel, b: NoiseLevel): boolean {
  if (a.is !== b.is) return false;
  return a.is !== 'like' || Math.abs(Math.log(a.levels / b.levels)) <= Math.log(sameRatio);
}

/** A level in words: `noise of 3.2/255`, `less than noise of 1/255`. */
export function noisePhrase({ levels, is }: NoiseLevel): string {
  return `${is === 'like' ? '' : `${is} than `}noise of ${Number(levels.toPrecision(2))}/255`;
}
