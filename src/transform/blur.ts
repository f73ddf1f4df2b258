/** @file Gaussian blur of a random deviation, as lenses and rescaling blur. */
import { div, mul } from '../tensor/ops/arithmetic.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { matmul } from '../tensor/ops/matmul.ts';
import { pad } from '../tensor/ops/pad.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { swapAxes } from '../tensor/ops/transpose.ts';
import { exp, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { drawFrom, type Range, rangeOf } from './range.ts';
import type { Transform } from './transform.ts';

/** Options of `blur`. */
export interface BlurOptions {
  /** Deviation of the Gaussian in pixels; 0 leaves the picture as it is. */
  readonly sigma: Range;
}

/** Deviations at which the window is cut. */
const reach = 4;

/**
 * Convolves pictures with a Gaussian of a random deviation; borders repeat.
 * @throws RangeError if the deviations are none
 */
export function blur({ sigma }: BlurOptions): Transform {
  const range = rangeOf('blur: sigma', sigma, 0, 1000);
  const radius = Math.ceil(reach * range[1]);
  return {
    key: `blur ${range}`,
    data: { sigma: { shape: [], dtype: 'float32' } },
    draw: (random) => ({ sigma: random === undefined ? 0 : drawFrom(range, random) }),
    apply: (x, { sigma: s }) => {
      const [height, width] = x.shape.slice(2) as [number, number];
      const padded = pad(x, { begin: [0, 0, radius, radius], end: [0, 0, radius, radius], mode: 'edge' });
      const rows = matmul(windows(s!, height, radius), padded);
      return matmul(rows, swapAxes(windows(s!, width, radius), 2, 3));
    },
  };
}

/** Matrices [N, 1, size, size + 2 radius] whose row i holds a Gaussian of deviation sigma [N] around i + radius. */
function windows(sigma: Tensor, size: number, radius: number): Tensor {
  const columns = size + 2 * radius;
  const away = Float32Array.from({ length: size * columns }, (_, at) => {
    return (at % columns) - Math.floor(at / columns) - radius;
  });
  // A deviation of 0 is one so small that all weight lies in the middle.
  const s = maximum(reshape(sigma, [sigma.shape[0]!, 1, 1, 1]), 0.01);
  const weights = exp(mul(square(div(constant(away, [1, 1, size, columns]), s)), -0.5));
  return div(weights, reduceSum(weights, { axes: [3], keepDims: true }));
}
