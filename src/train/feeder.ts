/** @file What a step of training is fed of its batch: augmented pictures, one-hot labels, noise. */
import type { ImageArray } from '../data/dataset.ts';
import { type AugmentationOptions, augmentInto } from './augmentation.ts';
import type { Layout } from './layout.ts';
import { noiseBatch } from './random-fill.ts';
import { type BatchShape, names } from './train-step.ts';

/** Makes batches ready. */
export class Feeder {
  readonly #data: ImageArray;
  readonly #shape: BatchShape;
  readonly #layout: Layout;
  readonly #augmentation: AugmentationOptions | undefined;
  readonly #seed: number;

  constructor(
    data: ImageArray,
    shape: BatchShape,
    layout: Layout,
    augmentation: AugmentationOptions | undefined,
    seed: number,
  ) {
    this.#data = data;
    this.#shape = shape;
    this.#layout = layout;
    this.#augmentation = augmentation;
    this.#seed = seed;
  }

  /** Feeds for the samples of the given places in the data set. */
  batch(indices: ArrayLike<number>, epoch: number): Record<string, Uint8Array | Float32Array> {
    const { pixels, labels } = this.#data;
    const [n, channels, height, width] = this.#shape.images;
    const size = channels * height * width;
    const images = pixels instanceof Uint8Array ? new Uint8Array(n * size) : new Float32Array(n * size);
    const oneHot = new Float32Array(n * this.#shape.classes);
    const samples = Array.from(indices);
    samples.forEach((sample, row) => {
      const from = pixels.subarray(sample * size, (sample + 1) * size) as typeof images;
      const to = images.subarray(row * size, (row + 1) * size) as typeof images;
      if (this.#augmentation === undefined) to.set(from);
      else augmentInto(to, from, [channels, height, width], this.#augmentation, this.#seed, epoch, sample);
      oneHot[row * this.#shape.classes + labels[sample]!] = 1;
    });
    const noises = this.#layout.noises.map((spec) => [
      names.noise + spec.name,
      noiseBatch(spec, samples, this.#seed, epoch),
    ]);
    return { [names.images]: images, [names.labels]: oneHot, ...Object.fromEntries(noises) };
  }
}
