/** @file lp balls around a picture: steepest steps, projections, rounding and distances. */

import { toByte } from '../image/image.ts';
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { cast } from '../tensor/ops/cast.ts';
import { greaterEqual } from '../tensor/ops/compare.ts';
import { clip, maximum, minimum } from '../tensor/ops/extrema.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { overLargest, reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { slice } from '../tensor/ops/slice.ts';
import { step } from '../tensor/ops/step.ts';
import { topK } from '../tensor/ops/topk.ts';
import { abs, sign } from '../tensor/ops/unary.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { movable } from './movable.ts';

/** The norms whose balls can be projected onto. */
export type Norm = 'linf' | 'l2' | 'l1';

/** All of them, for messages and menus. */
export const norms: readonly Norm[] = ['linf', 'l2', 'l1'];

/** Axes of one sample in a batch. */
function sampleAxes(x: Tensor): number[] {
  return x.shape.flatMap((_, axis) => (axis === 0 ? [] : [axis]));
}

/** A number per sample as a tensor that broadcasts over pictures. */
export function perSample(v: Tensor, x: Tensor): Tensor {
  return reshape(v, [x.shape[0]!, ...x.shape.slice(1).map(() => 1)]);
}

/** Share of coordinates that an l1 step leaves alone, as in SparseL1Descent (Tramèr and Boneh 2019). */
const l1Quantile = 0.99;

/**
 * The step of length 1 in a norm that raises a linear function most: sign(g), g / |g|, or equal moves of the coordinates
 * with the largest gradients. Pixels at 0 or 1 that could only leave the picture take no part in l2 and l1 steps.
 */
export function steepest(norm: Norm, gradient: Tensor, x: Tensor): Tensor {
  if (norm === 'linf') return sign(gradient);
  const axes = sampleAxes(x);
  const { scaled } = overLargest(gradient, axes);
  const g = mul(scaled, movable(scaled, x));
  if (norm === 'l2') return div(g, maximum(reduceL2(g, { axes, keepDims: true }), 1e-20));
  const size = sizeOf(x.shape.slice(1));
  const k = Math.max(1, Math.round((1 - l1Quantile) * size));
  const magnitude = reshape(abs(g), [x.shape[0]!, size]);
  const [largest] = topK(magnitude, k);
  const threshold = slice(largest, { axes: [1], starts: [k - 1], ends: [k] });
  const chosen = mul(reshape(cast(greaterEqual(magnitude, threshold), 'float32'), x.shape), sign(g));
  return div(chosen, maximum(reduceSum(abs(chosen), { axes, keepDims: true }), 1));
}

/** Iterations of Michelot's algorithm; it ends exactly once the support stops shrinking, which takes fewer. */
const michelotIterations = 24;

/** z brought into the ball of radius epsilon [N] around x0, then into [0, 1]. */
export function project(norm: Norm, z: Tensor, x0: Tensor, epsilon: Tensor): Tensor {
  const eps = perSample(epsilon, x0);
  if (norm === 'linf') return clip(minimum(maximum(z, sub(x0, eps)), add(x0, eps)), 0, 1);
  const delta = sub(z, x0);
  const axes = sampleAxes(x0);
  const shrunk = norm === 'l2' ? shrinkL2(delta, eps, axes) : shrinkL1(delta, eps, axes);
  return clip(add(x0, shrunk), 0, 1);
}

function shrinkL2(delta: Tensor, eps: Tensor, axes: readonly number[]): Tensor {
  const length = maximum(reduceL2(delta, { axes, keepDims: true }), 1e-20);
  return mul(delta, minimum(div(eps, length), 1));
}

/**
 * Euclidean projection onto the l1 ball: soft thresholding at the lambda for which the norm is epsilon, found as the fixed
 * point lambda = (sum of |delta| above lambda - epsilon) / (their number) (Michelot 1986).
 */
function shrinkL1(delta: Tensor, eps: Tensor, axes: readonly number[]): Tensor {
  const magnitude = abs(delta);
  let lambda = mul(eps, 0);
  for (let i = 0; i < michelotIterations; i++) {
    const above = step(sub(magnitude, lambda));
    const total = reduceSum(mul(magnitude, above), { axes, keepDims: true });
    const count = maximum(reduceSum(above, { axes, keepDims: true }), 1);
    lambda = maximum(div(sub(total, eps), count), 0);
  }
  const soft = mul(sign(delta), maximum(sub(magnitude, lambda), 0));
  // What is left of the fixed point's error is taken away by scaling, so that the ball is never left.
  const length = maximum(reduceSum(abs(soft), { axes, keepDims: true }), 1e-20);
  return mul(soft, minimum(div(eps, length), 1));
}

/** Distances of a picture from another, in float64. l0 counts channel values. */
export interface Distances {
  readonly linf: number;
  readonly l2: number;
  readonly l1: number;
  readonly l0: number;
}

/** All lp distances of two pictures. */
export function distances(x: Float32Array, x0: Float32Array): Distances {
  let [linf, l2, l1, l0] = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const delta = Math.abs(x[i]! - x0[i]!);
    linf = Math.max(linf, delta);
    l2 += delta * delta;
    l1 += delta;
    l0 += Number(delta > 0);
  }
  return { linf, l2: Math.sqrt(l2), l1, l0 };
}

/** Slack for float32 rounding when a distance is held against a budget. */
export function withinBudget(distance: number, epsilon: number): boolean {
  return distance <= epsilon * (1 + 1e-5) + 1e-6;
}

/**
 * The 8-bit picture nearest to x that stays in the ball, as a PNG can hold it: rounded to the nearest, or towards x0
 * where that would leave the ball. Values that are the original's are rounded to the nearest in any case.
 */
export function quantizeWithin(
  norm: keyof Distances,
  x: Float32Array,
  x0: Float32Array,
  epsilon: number,
): Float32Array {
  if (norm === 'linf') {
    const bound = epsilon * (1 + 1e-5) + 1e-6;
    const result = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) {
      const byte = toByte(x[i]!);
      const over = byte / 255 - x0[i]!;
      const isOutside = Math.abs(over) > bound;
      result[i] = (isOutside ? byte + Math.sign(toByte(x0[i]!) - byte) : byte) / 255;
    }
    return result;
  }
  // Rounding to the nearest lengthens the change a little: shorten it first by as little as keeps the ball.
  for (const factor of [1, 0.998, 0.995, 0.99, 0.98, 0.96, 0.93, 0.9]) {
    const nearest = x.map((value, i) => toByte(x0[i]! + factor * (value - x0[i]!)) / 255);
    if (withinBudget(distances(nearest, x0)[norm], epsilon)) return nearest;
  }
  return x.map((value, i) => {
    const exact = value * 255;
    const whole = Math.round(exact);
    if (value === x0[i] || Math.abs(exact - whole) < 1e-3) return whole / 255;
    return (value > x0[i]! ? Math.floor(exact) : Math.ceil(exact)) / 255;
  });
}
