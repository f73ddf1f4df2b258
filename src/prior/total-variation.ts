/**
 * @file Total variation (Rudin, Osher and Fatemi 1992), the simplest thing to say of natural pictures: neighbouring pixels are mostly
 * alike. Mahendran and Vedaldi 2015 brought it to visualisation.
 */
import { add, sub } from '../tensor/ops/arithmetic.ts';
import { pad } from '../tensor/ops/pad.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { slice } from '../tensor/ops/slice.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Keeps the gradient finite where neighbours are equal. */
const smoothing = 1e-6;

/** Sum over the pixels of x [N, C, H, W] of sqrt(dx^2 + dy^2), the differences to the right and downwards: [N]. */
export function totalVariation(x: Tensor): Tensor {
  const [dy, dx] = [difference(x, 2), difference(x, 3)];
  return reduceSum(sub(sqrt(add(add(square(dx), square(dy)), smoothing)), Math.sqrt(smoothing)), { axes: [1, 2, 3] });
}

/** x one further along an axis, minus x; 0 at the end. */
function difference(x: Tensor, axis: number): Tensor {
  const size = x.shape[axis]!;
  const [later, sooner] = [
    slice(x, { axes: [axis], starts: [1], ends: [size] }),
    slice(x, { axes: [axis], starts: [0], ends: [size - 1] }),
  ];
  return pad(sub(later, sooner), { begin: [0, 0, 0, 0], end: [0, 0, 0, 0].with(axis, 1) });
}
