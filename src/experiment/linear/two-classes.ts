/** @file Pictures of two classes as rows of numbers around their common mean, for experiments that are linear algebra. */
import type { ImageArray } from '../../data/dataset.ts';
import { pixelsOf } from '../../data/image-array.ts';
import { ExperimentError } from '../experiment-error.ts';

/** Two classes. */
export interface TwoClasses {
  /** Pixels less the mean, [N], each of channels x side x side numbers. */
  readonly rows: readonly Float64Array[];
  /** 1 for the first class, -1 for the second. */
  readonly y: Float64Array;
  /** What was taken away. */
  readonly mean: Float64Array;
  /** [C, H, W] of a row. */
  readonly shape: readonly [number, number, number];
}

/**
 * The pictures of two classes, each pixel the mean of a square so that `side` pixels are left, less the mean of all rows or of others.
 * @throws RangeError if the side does not divide the pictures' own
 */
export function twoClasses(
  array: ImageArray,
  [first, second]: readonly [number, number],
  side: number,
  others?: Pick<TwoClasses, 'mean'>,
): TwoClasses {
  const [, channels, height, width] = array.shape;
  if (height !== width || height % side !== 0)
    throw new RangeError(`Pictures of ${height} x ${width} cannot be brought to ${side} x ${side} by whole squares.`);
  const chosen = Array.from(array.labels.keys()).filter((i) => [first, second].includes(array.labels[i]!));
  const rows = chosen.map((i) => averaged(pixelsOf(array, [i]), channels, height, side));
  const mean = others?.mean ?? meanOfRows(rows);
  for (const row of rows) for (let j = 0; j < row.length; j++) row[j]! -= mean[j]!;
  return {
    rows,
    y: Float64Array.from(chosen, (i) => (array.labels[i] === first ? 1 : -1)),
    mean,
    shape: [channels, side, side],
  };
}

/**
 * The side that pictures can be brought to by whole squares: the largest up to a number that divides their own.
 * @throws ExperimentError if pictures are no squares, or only sides below 4 divide theirs
 */
export function sideWithin({ name, shape }: Pick<ImageArray, 'name' | 'shape'>, largest: number): number {
  const [, , height, width] = shape;
  let side = Math.min(largest, height);
  while (height % side !== 0) side--;
  if (height === width && side >= Math.min(4, largest)) return side;
  throw new ExperimentError(
    `${name} has pictures of ${height} x ${width}, and this experiment takes squares whose side is a multiple of a number from 4 to ${largest}: bring them to such a size, or name other --data.`,
  );
}

/** Says in a note what was made of a side. */
export function sideInWords(side: number, largest: number): string {
  return `${side} x ${side} pixels${side < largest ? `, as ${largest} does not divide their side` : ''}`;
}

/** Means over squares of pixels. */
function averaged(pixels: Float32Array, channels: number, height: number, side: number): Float64Array {
  const factor = height / side;
  const row = new Float64Array(channels * side * side);
  for (let at = 0; at < pixels.length; at++) {
    const [c, y, x] = [Math.floor(at / (height * height)), Math.floor(at / height) % height, at % height];
    row[(c * side + Math.floor(y / factor)) * side + Math.floor(x / factor)]! += pixels[at]! / factor ** 2;
  }
  return row;
}

/** The mean of some rows. */
export function meanOfRows(rows: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) for (let j = 0; j < mean.length; j++) mean[j]! += row[j]! / rows.length;
  return mean;
}

/** Means of products of all pairs of numbers, as rows. */
export function secondMoments(rows: readonly Float64Array[]): Float64Array[] {
  const d = rows[0]?.length ?? 0;
  const moments = Array.from({ length: d }, () => new Float64Array(d));
  for (const row of rows) {
    for (let i = 0; i < d; i++) {
      const [own, x] = [moments[i]!, row[i]! / rows.length];
      for (let j = i; j < d; j++) own[j]! += x * row[j]!;
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) moments[i]![j] = moments[j]![i]!;
  return moments;
}
