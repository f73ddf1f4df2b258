/** @file How much of planted cues changes of pictures hold: along their patterns, and at their frequencies. */
import type { ImageArray } from '../data/dataset.ts';
import { pixelsOf } from '../data/image-array.ts';
import { mean } from '../distance/mean.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { type Band, isInBand, largestRadius } from '../spectrum/band.ts';
import { radiusOf } from '../spectrum/fourier-basis.ts';
import { type PowerSpectrum, powerSpectrum } from '../spectrum/power-spectrum.ts';
import { cosine } from './input-gradients.ts';
import type { PictureSet } from './picture-set.ts';

/** Where cues have their power, in cycles a pixel. */
export const cueBand: Band = { low: 0.6, high: largestRadius };
/** The frequencies around. */
export const around: Band = { low: 0.45, high: 0.6 };

/** Differences of pictures, [N, C, H, W]. */
export function changesOf(made: PictureSet, from: PictureSet): Float32Array {
  const all = Array.from({ length: made.array.shape[0] }, (_, i) => i);
  const before = pixelsOf(from.array, all);
  return pixelsOf(made.array, all).map((value, j) => value - before[j]!);
}

/** Cosines of the mean change towards each class with cues, a value a class. */
export interface CueCosines {
  /** With the class's own cue. */
  readonly target: readonly number[];
  /** The mean square of those of each change with it: the share of a change's energy that lies along the cue. */
  readonly along: readonly number[];
  /** With the cue of the class before it, which the pictures led towards it are of. */
  readonly own: readonly number[];
  /** The mean size of those with the other cues. */
  readonly others: readonly number[];
  /** 1 where the class's own cue is the nearest of all, else 0. */
  readonly nearest: readonly number[];
}

/** Compares the mean change towards each class, [N, C, H, W], with all classes' patterns. */
export function cueCosines(changes: Float32Array, targets: Int32Array, patterns: readonly Float32Array[]): CueCosines {
  const classes = patterns.length;
  const size = patterns[0]!.length;
  const sums = patterns.map(() => new Float32Array(size));
  targets.forEach((target, i) => {
    const sum = sums[target]!;
    for (let j = 0; j < size; j++) sum[j]! += changes[i * size + j]!;
  });
  const squares = patterns.map(() => [] as number[]);
  targets.forEach((target, i) => {
    squares[target]!.push(cosine(changes.subarray(i * size, (i + 1) * size), patterns[target]!) ** 2);
  });
  const cosines = sums.map((sum) => patterns.map((pattern) => cosine(sum, pattern)));
  const before = (target: number) => (target + classes - 1) % classes;
  return {
    target: cosines.map((row, target) => row[target]!),
    along: squares.map(mean),
    own: cosines.map((row, target) => row[before(target)]!),
    others: cosines.map((row, target) =>
      mean(row.filter((_, label) => label !== target && label !== before(target)).map((value) => Math.abs(value))),
    ),
    nearest: cosines.map((row, target) => Number(row[target] === Math.max(...row))),
  };
}

/** What changes have at the frequencies of cues, a value a class that they lead to. */
export interface CuePower {
  /** Mean power over that of the frequencies around. */
  readonly ratio: readonly number[];
  /** Share of all power, from 0 to 1. */
  readonly share: readonly number[];
}

/** The power of changes, [N, C, H, W], at the frequencies of cues. */
export async function powerAtCues(
  device: DeviceRuntime,
  changes: Float32Array,
  [, channels, height, width]: ImageArray['shape'],
  targets: Int32Array,
  classes: number,
): Promise<CuePower> {
  const size = channels * height * width;
  const [ratio, share]: [number[], number[]] = [[], []];
  for (let target = 0; target < classes; target++) {
    const own = Array.from(targets.keys()).filter((i) => targets[i] === target);
    const pixels = new Float32Array(own.length * size);
    for (const [k, i] of own.entries()) pixels.set(changes.subarray(i * size, (i + 1) * size), k * size);
    const shape = [own.length, channels, height, width] as const;
    const spectrum = await powerSpectrum({ pixels, shape }, { normalise: 'picture', device });
    const [inside, outside] = [powersIn(cueBand, spectrum), powersIn(around, spectrum)];
    ratio.push(mean(inside) / mean(outside));
    share.push((mean(inside) * inside.length) / (mean(Array.from(spectrum.power)) * spectrum.power.length));
  }
  return { ratio, share };
}

function powersIn(band: Band, { power, height, width }: PowerSpectrum): number[] {
  return Array.from(power).filter((_, at) => {
    const [y, x] = [Math.floor(at / width) - Math.floor(height / 2), (at % width) - Math.floor(width / 2)];
    return isInBand(band, radiusOf(y, x, height, width));
  });
}
