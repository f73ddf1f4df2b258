/** @file What a model answers once one and the same change is added to many pictures, with a sign for each picture and channel: one graph. */

import type { Model } from '../model/model.ts';
import { topClass } from '../model/top-class.ts';
import { compile } from '../runtime/compile.ts';
import { add, mul } from '../tensor/ops/arithmetic.ts';
import { clip } from '../tensor/ops/extrema.ts';

/** Options of what asks a model about many changes. */
export interface AnswerOptions {
  /** Pictures in one run; 64 unless given. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

/**
 * The class of each picture with a change [C, H, W] added and the sum kept in [0, 1].
 * @param signs a factor for each picture and channel, [N, C]; 1 unless given
 */
export type ChangedAnswers = (change: Float32Array, signs?: Float32Array) => Promise<Int32Array>;

/** Pictures in groups of one size, the last one filled up with its first picture. */
export function grouped(
  images: readonly Float32Array[],
  size: number,
): { from: number; count: number; pixels: Float32Array }[] {
  const groups: { from: number; count: number; pixels: Float32Array }[] = [];
  for (let from = 0; from < images.length; from += size) {
    const chunk = images.slice(from, from + size);
    const length = chunk[0]!.length;
    const pixels = new Float32Array(size * length);
    for (let i = 0; i < size; i++) pixels.set(chunk[i] ?? chunk[0]!, i * length);
    groups.push({ from, count: chunk.length, pixels });
  }
  return groups;
}

/** Compiles the model with a change added, for these pictures: [C, H, W] each, in [0, 1]. */
export async function changedAnswers(
  model: Model,
  images: readonly Float32Array[],
  { batch = 64, signal }: AnswerOptions = {},
): Promise<ChangedAnswers> {
  const { channels, height, width, classCount } = model;
  const size = Math.max(1, Math.min(batch, model.maxBatch, images.length));
  const float = (...shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
  const program = await compile(
    ({ x, change, signs }) => ({ logits: model.logits(clip(add(x!, mul(change!, signs!)), 0, 1)) }),
    {
      x: float(size, channels, height, width),
      change: float(1, channels, height, width),
      signs: float(size, channels, 1, 1),
    },
    { device: model.device, key: `${model.key} changed` },
  );
  const groups = grouped(images, size);
  return async (change, signs) => {
    const labels = new Int32Array(images.length);
    const factors = new Float32Array(size * channels).fill(1);
    for (const { from, count, pixels } of groups) {
      signal?.throwIfAborted();
      if (signs !== undefined) factors.set(signs.subarray(from * channels, (from + count) * channels));
      const { logits } = await program.run({ x: pixels, change, signs: factors });
      const scores = logits!.data as Float32Array;
      for (let i = 0; i < count; i++)
        labels[from + i] = topClass(scores.subarray(i * classCount, (i + 1) * classCount));
    }
    return labels;
  };
}
