/** @file Gradients of class scores by the picture, and what a denoiser says of the same picture, for many pictures. */
import { oneHot } from '../attack/criterion.ts';
import { pixelsOf } from '../data/image-array.ts';
import type { Model } from '../model/model.ts';
import { type Denoiser, scoreOf } from '../prior/denoiser.ts';
import { randomStream } from '../random/random-stream.ts';
import { compile } from '../runtime/compile.ts';
import { bandPassed, bands } from '../spectrum/band.ts';
import { grad } from '../tensor/grad.ts';
import { mul, sub } from '../tensor/ops/arithmetic.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import type { PictureSet } from './picture-set.ts';

/** What is looked at. */
export interface GradientOptions {
  /** Deviation of normal noise added to each picture first, in pixels from 0 to 1; the same noise for picture i always. 0 unless given. */
  readonly sigma?: number;
  readonly denoiser?: Denoiser;
}

/** Of one picture, [C, H, W] each. */
export interface SeenGradient {
  /** Gradient of the own class's score less the mean of all scores, which a softmax does not see. */
  readonly gradient: Float32Array;
  /** The denoiser's d log p / dx of noisy pictures; undefined without one. */
  readonly score: Float32Array | undefined;
}

/** Gradients at all pictures of a set, in their order. */
export async function inputGradients(
  model: Model,
  { array }: PictureSet,
  { sigma = 0, denoiser }: GradientOptions = {},
): Promise<SeenGradient[]> {
  const [count, channels, height, width] = array.shape;
  const program = await compile(
    ({ x, label }) => {
      const logits = model.logits(x!);
      const own = sub(reduceSum(mul(logits, label!), { axes: [1] }), reduceMean(logits, { axes: [1] }));
      return {
        gradient: grad(reduceSum(own), [x!], { describe: model.describe })[0]!,
        ...(denoiser === undefined ? {} : { score: scoreOf(denoiser, x!, sigma) }),
      };
    },
    {
      x: { shape: [1, channels, height, width], dtype: 'float32' },
      label: { shape: [1, model.classCount], dtype: 'float32' },
    },
    { device: model.device },
  );
  try {
    const seen: SeenGradient[] = [];
    for (let i = 0; i < count; i++) {
      const { normal } = randomStream(i, 0x67726164);
      const x = pixelsOf(array, [i]).map((value) => value + sigma * normal());
      const { gradient, score } = await program.run({ x, label: oneHot(array.labels[i]!, model.classCount) });
      seen.push({ gradient: gradient!.data as Float32Array, score: score?.data as Float32Array | undefined });
    }
    return seen;
  } finally {
    await program.release();
  }
}

/** Cosine of two vectors: 0 where either is 0. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/** Share of the energy of [C, H, W] above 10 periods over 32 pixels. */
export function highFrequencyShare(v: Float32Array, height: number, width: number): number {
  const energy = (part: Float32Array) => part.reduce((sum, value) => sum + value * value, 0);
  return energy(bandPassed(v, height, width, bands.high)) / Math.max(energy(v), 1e-30);
}
