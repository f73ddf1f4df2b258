/** @file Random noise, as randomised defences and poor cameras add it (Athalye et al. 2018; Cohen et al. 2019). */
import type { RandomStream } from '../random/random-stream.ts';
import { add } from '../tensor/ops/arithmetic.ts';
import { sizeOf } from '../tensor/shape.ts';
import { rangeOf } from './range.ts';
import type { Transform } from './transform.ts';

/** Options of `noise`. */
export interface NoiseOptions {
  /** Deviation of normal noise, half width of uniform noise, with pixels from 0 to 1. */
  readonly size: number;
  /** Normal unless given. */
  readonly distribution?: 'normal' | 'uniform';
}

/**
 * Adds independent noise of mean 0 to every value of pictures [C, H, W]. The sum is not kept within [0, 1], as in smoothing; follow it by
 * `brightnessAndContrast({})`, which clips, where a file or a camera lies between.
 * @throws RangeError if the size is below 0
 */
export function noise(
  { size, distribution = 'normal' }: NoiseOptions,
  shape: readonly [number, number, number],
): Transform {
  rangeOf('noise: its size', size, 0, Number.MAX_VALUE);
  const one = (random: RandomStream) => size * (distribution === 'normal' ? random.normal() : 2 * random.uniform() - 1);
  return {
    key: `${distribution} noise ${size}`,
    data: { noise: { shape, dtype: 'float32' } },
    draw: (random) => ({
      noise:
        random === undefined
          ? new Float32Array(sizeOf(shape))
          : Float32Array.from({ length: sizeOf(shape) }, () => one(random)),
    }),
    apply: (x, { noise: drawn }) => add(x, drawn!),
  };
}
