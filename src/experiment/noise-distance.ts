/**
 * @file How far the nearest error is, told from errors under Gaussian noise (Gilmer, Ford, Carlini and Cubuk 2019): beyond a flat boundary at
 * distance d lies the share Phi(-d / sigma) of the noise, so that d = -sigma Phi⁻¹(error).
 */

import { pixelsOf } from '../data/image-array.ts';
import type { Model } from '../model/model.ts';
import { topClass } from '../model/top-class.ts';
import { randomStream } from '../random/random-stream.ts';
import { correlation } from '../statistics/correlation.ts';
import { normalQuantile } from './normal.ts';
import type { PictureSet } from './picture-set.ts';

/** The share of `draws` noisy copies of each picture, sigma in pixels from 0 to 1 and nothing cut off, that a model gives another label. */
export async function noiseErrors(
  model: Model,
  { array }: PictureSet,
  sigma: number,
  draws: number,
  tick: (done: number) => void = () => undefined,
): Promise<number[]> {
  const errors: number[] = [];
  const batch = Math.min(draws, model.maxBatch, 100);
  for (let i = 0; i < array.shape[0]; i++) {
    const x = pixelsOf(array, [i]);
    const { normal } = randomStream(i, 0x67617573);
    let wrong = 0;
    for (let done = 0; done < draws; done += batch) {
      const count = Math.min(batch, draws - done);
      const noisy = new Float32Array(count * x.length);
      for (let at = 0; at < noisy.length; at++) noisy[at] = x[at % x.length]! + sigma * normal();
      const scores = await model.predict(noisy, count);
      for (let k = 0; k < count; k++) {
        const own = scores.subarray(k * model.classCount, (k + 1) * model.classCount);
        wrong += Number(topClass(own) !== array.labels[i]);
      }
    }
    errors.push(wrong / draws);
    tick(i + 1);
  }
  return errors;
}

/** The distance of a flat boundary that the noise crosses so often; shares of 0 and 1 are taken as half a draw. */
export function flatDistance(error: number, sigma: number, draws: number): number {
  return -sigma * normalQuantile(Math.min(1 - 0.5 / draws, Math.max(0.5 / draws, error)));
}

/** Spearman's correlation of ranks, ties sharing their mean rank. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  return correlation(x.map((rank, i) => [rank, y[i]!]));
}

function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same + 1) / 2;
  });
}
