/** @file How much of a dose each distance sees in a picture, and how much of the same on plain grey, where nothing hides it. */
import type { Distance } from '../distance/distance.ts';
import { type Measurement, measure } from '../distance/measure.ts';
import { type NoiseLevel, noiseLevelOf } from '../distance/notice.ts';
import type { Model } from '../model/model.ts';
import { dosed, isShared, type Pattern, patternFor } from './pattern.ts';

/** What one distance says of a dose. */
export interface SeenDose {
  readonly distance: string;
  /** d(I, I + εF), one for each picture. */
  readonly inPicture: readonly number[];
  /** d(grey, grey + εF), one for each picture. */
  readonly onGrey: readonly number[];
  /** The Gaussian noise on photographs that measures the same, in 8-bit levels, one for each picture; NaN where no table knows it. */
  readonly levelInPicture: readonly number[];
  readonly levelOnGrey: readonly number[];
}

/** Levels of noise that stand for what lies beyond the tables. */
const beyond = { less: 0, more: 255 } as const;

/** What distances say of a dose of a pattern in the pictures of some places. */
export async function compareDoses(
  model: Model,
  distances: readonly Distance[],
  pattern: Pattern,
  pictures: readonly Float32Array[],
  places: readonly number[],
  dose: number,
  signal?: AbortSignal,
): Promise<SeenDose[]> {
  const { channels, height, width, device } = model;
  const picture = (data: Float32Array) => ({ data, channels, height, width });
  const pairOf = (from: Float32Array, place: number) => ({
    x: picture(from),
    y: picture(dosed(from, patternFor(pattern, place), dose)),
  });
  const grey = new Float32Array(pictures[0]!.length).fill(0.5);
  const options = { device, ...(signal === undefined ? {} : { signal }) };
  const inPictures = await measure(
    distances,
    places.map((i) => pairOf(pictures[i]!, i)),
    options,
  );
  // What all pictures share is the same on grey: once is enough.
  const alone = isShared(pattern) ? places.slice(0, 1) : places;
  const measuredOnGrey = await measure(
    distances,
    alone.map((i) => pairOf(grey, i)),
    options,
  );
  const onGrey = places.map((_, k) => measuredOnGrey[isShared(pattern) ? 0 : k]!);
  const side = Math.sqrt(height * width);
  return distances.flatMap(({ name }, k): SeenDose[] => {
    const values = (rows: readonly (readonly Measurement[])[]) =>
      rows.map(({ [k]: one }) => (one?.kind === 'measured' ? one.distance : Number.NaN));
    const [inPicture, there] = [values(inPictures), values(onGrey)];
    if ([...inPicture, ...there].some((value) => Number.isNaN(value))) return [];
    const levels = (numbers: readonly number[]) => numbers.map((value) => levelOf(noiseLevelOf(name, value, side)));
    return [
      {
        distance: name,
        inPicture,
        onGrey: there,
        levelInPicture: levels(inPicture),
        levelOnGrey: levels(there),
      },
    ];
  });
}

function levelOf(level: NoiseLevel | undefined): number {
  if (level === undefined) return Number.NaN;
  return level.is === 'like' ? level.levels : beyond[level.is];
}
