/** @file Gradients of a classifier's highest score with respect to pictures, in batches. */
import type { Model } from '../model/model.ts';
import { compile } from '../runtime/compile.ts';
import { grad } from '../tensor/grad.ts';
import { sub } from '../tensor/ops/arithmetic.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { reduceMax } from '../tensor/ops/reduce-extrema.ts';
import { grouped } from './changed-answers.ts';

/** Options of `inputGradients`. */
export interface InputGradientOptions {
  /** Pictures in one run; as many as make some 2^18 pixels, 64 at most, unless given. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Gradient of each picture's highest score, less the mean of all scores, which no softmax sees.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @returns [C, H, W] for each
 * @throws NoGradientError if the model has ops without a gradient; the signal's reason when aborted
 */
export async function inputGradients(
  model: Model,
  images: readonly Float32Array[],
  { batch, signal, onProgress }: InputGradientOptions = {},
): Promise<Float32Array[]> {
  const { channels, height, width } = model;
  const usual = Math.min(64, Math.max(1, Math.floor(2 ** 18 / (height * width))));
  const size = Math.max(1, Math.min(batch ?? usual, model.maxBatch, images.length));
  const program = await compile(
    ({ x }) => {
      const logits = model.logits(x!);
      const top = sub(reduceMax(logits, { axes: [1] }), reduceMean(logits, { axes: [1] }));
      return { dx: grad(reduceSum(top), [x!], { describe: model.describe })[0]! };
    },
    { x: { shape: [size, channels, height, width], dtype: 'float32' } },
    { device: model.device, key: `${model.key} input gradients` },
  );
  const length = channels * height * width;
  const gradients: Float32Array[] = [];
  for (const { count, pixels } of grouped(images, size)) {
    signal?.throwIfAborted();
    const { dx } = await program.run({ x: pixels });
    const values = dx!.data as Float32Array;
    for (let i = 0; i < count; i++) gradients.push(values.slice(i * length, (i + 1) * length));
    onProgress?.(gradients.length, images.length);
  }
  return gradients;
}
