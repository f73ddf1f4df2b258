/** @file Smoothed gradients of a model: blurred over places, or averaged over noise (SmoothGrad, Smilkov et al. 2017). Answers stay. */
import type { Model } from '../model/model.ts';
import { randomStream } from '../random/random-stream.ts';
import { add, div } from '../tensor/ops/arithmetic.ts';
import { standIn } from '../tensor/ops/stand-in.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { blurred } from './binomial.ts';
import { withGradient } from './gradient-model.ts';
import { SpectrumError } from './spectrum-error.ts';

/**
 * A model whose gradient is blurred by a binomial kernel. Dispose of it before the model.
 * @param size taps of the kernel: 3, 5 or 7; 3 is [1 2 1]
 */
export function withBlurredGradient(model: Model, size = 3): Model {
  if (![3, 5, 7].includes(size)) throw new SpectrumError(`A gradient is blurred by 3, 5 or 7 taps, got ${size}.`);
  return withGradient(model, {
    name: `gradient blurred over ${size} pixels`,
    // The transpose of a blur is the blur itself, but for the edges.
    change: (_, x, at) => at(standIn(x, blurred(x, size))),
  });
}

/** Options of `withNoisyGradient`. */
export interface NoisyGradientOptions {
  /** Standard deviation of the noise, in units of the pixels' range of 1; 0.05 unless given. */
  readonly deviation?: number;
  /** Draws that the gradient is the mean of; 8 unless given. Each costs as much as a gradient. */
  readonly draws?: number;
  readonly seed?: number;
}

/**
 * A model whose gradient is the mean of those at noisy pictures. The same draws are added to every picture, and no pixel is clipped.
 * Dispose of it before the model.
 */
export function withNoisyGradient(
  model: Model,
  { deviation = 0.05, draws = 8, seed = 0 }: NoisyGradientOptions = {},
): Model {
  if (!(deviation > 0 && Number.isFinite(deviation)))
    throw new SpectrumError(`Noise has a deviation above 0, got ${deviation}.`);
  if (!Number.isInteger(draws) || draws < 1)
    throw new SpectrumError(`A mean is taken over 1 draw or more, got ${draws}.`);
  const { channels, height, width } = model;
  const shape = [1, channels, height, width];
  const noises = Array.from({ length: draws }, (_, draw) => {
    const random = randomStream(seed, draw);
    return Float32Array.from({ length: channels * height * width }, () => deviation * random.normal());
  });
  return withGradient(model, {
    name: `gradient over ${draws} draws of noise of ${deviation}${seed === 0 ? '' : `, seed ${seed}`}`,
    change: (values, x, at) => {
      const noisy = noises.map((noise) => at(add(x, constant(noise, shape, x.dtype))));
      return values.map((value, i) => standIn(value, mean(noisy.map((one) => one[i]!))));
    },
  });
}

function mean(values: readonly Tensor[]): Tensor {
  return div(
    values.reduce((sum, value) => add(sum, value)),
    values.length,
  );
}
