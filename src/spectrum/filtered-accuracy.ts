/**
 * @file How much a classifier reads from low and from high frequencies alone (Wang et al. 2020): its accuracy on pictures that kept only
 * frequencies up to a radius, or only those above. What stands in for the mean that high frequencies lack, and whether pictures are
 * clipped to [0, 1] again, changes the numbers a lot; so all of it is measured.
 */

import type { Model } from '../model/model.ts';
import { topClass } from '../model/top-class.ts';
import { compile } from '../runtime/compile.ts';
import { coefficients, gains, pictureOf } from '../tensor/fourier.ts';
import { add, mul } from '../tensor/ops/arithmetic.ts';
import { maximum, minimum } from '../tensor/ops/extrema.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { isInBand, largestRadius } from './band.ts';
import { type AnswerOptions, grouped } from './changed-answers.ts';
import { checkPictures } from './check-pictures.ts';
import { radiusOf } from './fourier-basis.ts';
import { SpectrumError } from './spectrum-error.ts';

/** What stands for the mean of a picture without low frequencies: its own mean colour, mid-grey, or nothing, which leaves values around 0. */
export type Fill = 'colour' | 'grey' | 'none';

/** All of them, for messages and tables. */
export const fills: readonly Fill[] = ['colour', 'grey', 'none'];

/** One way to filter pictures. */
export interface Filter {
  /** Frequencies up to the radius, the mean among them, or those above. */
  readonly keeps: 'low' | 'high';
  /** In periods over the shorter side: 8 is 8 / 32 cycles a pixel at 32 pixels. The radius itself is kept by `low`; Wang et al. count it as high. */
  readonly radius: number;
  /** For `high`; pictures of low frequencies have their own mean. */
  readonly fill: Fill;
  /** Whether values are brought back into [0, 1], as a file would hold them. */
  readonly clipped: boolean;
}

/** A filter and the accuracy that it leaves. */
export interface FilteredAccuracy extends Filter {
  /** From 0 to 1. */
  readonly accuracy: number;
  readonly right: number;
}

/** What filters leave of a classifier's accuracy. */
export interface FilteredAccuracies {
  readonly model: string;
  readonly pictures: number;
  readonly cleanAccuracy: number;
  readonly rows: readonly FilteredAccuracy[];
}

/** Options of `filteredAccuracy`. */
export interface FilteredOptions extends AnswerOptions {
  /** 4, 8, 12 and 16 unless given. */
  readonly radii?: readonly number[];
  readonly onProgress?: (done: number, total: number) => void;
}

/** Every filter of some radii. */
export function filtersOf(radii: readonly number[]): Filter[] {
  const both = [false, true] as const;
  return radii.flatMap((radius) => [
    ...both.map((clipped): Filter => ({ keeps: 'low', radius, fill: 'none', clipped })),
    ...fills.flatMap((fill) => both.map((clipped): Filter => ({ keeps: 'high', radius, fill, clipped }))),
  ]);
}

/**
 * Measures accuracy under low-pass and high-pass filters.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers to the whole picture unless given
 * @throws SpectrumError if options or pictures are out of range; the signal's reason when aborted
 * @example
 * const { rows } = await filteredAccuracy(model, images, labels, { radii: [8] });
 */
export async function filteredAccuracy(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  { radii = [4, 8, 12, 16], batch = 64, signal, onProgress }: FilteredOptions = {},
): Promise<FilteredAccuracies> {
  checkPictures(model, images, labels);
  const wrong = radii.find((radius) => !(radius >= 0 && radius < Number.POSITIVE_INFINITY));
  if (wrong !== undefined)
    throw new SpectrumError(`A radius counts periods over a picture and is at least 0, got ${wrong}.`);
  const { channels, height, width, classCount } = model;
  const size = Math.max(1, Math.min(batch, model.maxBatch, images.length));
  const float = (...shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
  const program = await compile(
    ({ x, kept, colour, grey, least, most }) => {
      const mean = reduceMean(x!, { axes: [2, 3], keepDims: true });
      const filtered = pictureOf(mul(coefficients(x!), kept!));
      const filled = add(add(filtered, mul(mean, colour!)), grey!);
      return { logits: model.logits(minimum(maximum(filled, least!), most!)) };
    },
    {
      x: float(size, channels, height, width),
      kept: float(1, 1, height, width),
      colour: float(),
      grey: float(),
      least: float(),
      most: float(),
    },
    { device: model.device, key: `${model.key} filtered` },
  );
  const groups = grouped(images, size);
  const answersTo = async ({ keeps, radius, fill, clipped }: Filter): Promise<Int32Array> => {
    const low = { low: 0, high: radius / Math.min(height, width) };
    const kept = gains(height, width, (ky, kx) =>
      Number(isInBand(low, radiusOf(ky, kx, height, width)) === (keeps === 'low')),
    );
    const bound = clipped ? 0 : 1e30;
    const feeds = {
      kept: Float32Array.from(kept),
      colour: Number(keeps === 'high' && fill === 'colour'),
      grey: keeps === 'high' && fill === 'grey' ? 0.5 : 0,
      least: -bound,
      most: clipped ? 1 : bound,
    };
    const answers = new Int32Array(images.length);
    for (const { from, count, pixels } of groups) {
      signal?.throwIfAborted();
      const { logits } = await program.run({ x: pixels, ...feeds });
      const scores = logits!.data as Float32Array;
      for (let i = 0; i < count; i++)
        answers[from + i] = topClass(scores.subarray(i * classCount, (i + 1) * classCount));
    }
    return answers;
  };
  const whole: Filter = { keeps: 'low', radius: largestRadius * Math.min(height, width), fill: 'none', clipped: false };
  const own = await answersTo(whole);
  const truth = labels ?? own;
  const rightOf = (answers: Int32Array) => answers.reduce((sum, label, i) => sum + Number(label === truth[i]), 0);
  const filters = filtersOf(radii);
  const rows: FilteredAccuracy[] = [];
  for (const filter of filters) {
    const right = rightOf(await answersTo(filter));
    rows.push({ ...filter, accuracy: right / images.length, right });
    onProgress?.(rows.length, filters.length);
  }
  return { model: model.name, pictures: images.length, cleanAccuracy: rightOf(own) / images.length, rows };
}
