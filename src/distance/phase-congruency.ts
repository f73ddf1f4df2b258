/** @file Phase congruency (Kovesi 1999): where waves of all scales rise or fall together, which is where eyes find features. */

import { pictureOf, quarterShifts } from '../tensor/fourier.ts';
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { take } from '../tensor/ops/slice.ts';
import { topK } from '../tensor/ops/topk.ts';
import { abs, sqrt, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { logGabor } from './log-gabor.ts';

/** Keeps roots of zero away, where their slope is infinite; in squares of grey levels of 255. */
const tiny = 1e-12;

/** Added to amplitudes that are divided by, in grey levels. */
const epsilon = 1e-4;

/** The noise threshold is at least this, in grey levels: what flat parts of a picture respond is rounding. */
const leastThreshold = 1e-3;

/** Length of the vectors whose parts are given. */
const amplitude = (a: Tensor, b: Tensor) => sqrt(add(add(square(a), square(b)), tiny));

/** The median over the last axis, the mean of the middle two where there are two. Sorting half of a picture would take four times as long. */
function median(x: Tensor): Tensor {
  const n = x.shape.at(-1)!;
  const [upperHalf] = topK(x, Math.floor(n / 2) + 1, { sorted: false });
  const [middle] = topK(upperHalf, n % 2 === 0 ? 2 : 1, { largest: false });
  return reduceMean(middle, { axes: [x.shape.length - 1] });
}

/** Phase congruency of grey pictures [N, 1, H, W] with values up to 255: [N, 1, H, W] from 0 to 1. */
export function phaseCongruency(x: Tensor): Tensor {
  const [n, , h, w] = x.shape as [number, number, number, number];
  const { radial, angular, noise } = logGabor(h, w, x.dtype);
  // Grey itself passes no filter; without most of it sums are more exact.
  const { still, down, across, both } = quarterShifts(sub(x, 127.5));
  const scaled = (oriented: Tensor) => pictureOf(mul(reshape(oriented, [n, 4, 1, h, w]), radial));
  // Responses [N, orientation, scale, H, W].
  const even = scaled(sub(mul(still, angular.evenEven), mul(both, angular.oddOdd)));
  const odd = scaled(add(mul(down, angular.oddEven), mul(across, angular.evenOdd)));

  const sumOverScales = (v: Tensor) => reduceSum(v, { axes: [2], keepDims: true });
  const [sumEven, sumOdd] = [sumOverScales(even), sumOverScales(odd)];
  const amplitudes = amplitude(even, odd);
  const total = amplitude(sumEven, sumOdd);
  const along = add(square(sumEven), square(sumOdd));
  const beside = sumOverScales(abs(sub(mul(even, sumOdd), mul(odd, sumEven))));
  const energy = div(sub(along, beside), add(total, epsilon));

  const finest = reshape(square(take(amplitudes, 0, 2)), [n, 4, h * w]);
  const threshold = maximum(mul(sqrt(median(finest)), constant(noise, [4], x.dtype)), leastThreshold);
  const aboveNoise = maximum(sub(energy, reshape(threshold, [n, 4, 1, 1, 1])), 0);
  const pooled = (v: Tensor) => reshape(reduceSum(v, { axes: [1, 2] }), [n, 1, h, w]);
  return div(pooled(aboveNoise), pooled(amplitudes));
}
