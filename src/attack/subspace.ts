/**
 * @file Changes that must lie in a linear subspace, a band of frequencies say, and in a ball, and must leave a picture: three convex sets, met by
 * projecting onto each in turn (von Neumann 1950, Bregman 1965). The ball and the range of pixels come last and hold exactly; what they
 * put outside the subspace again is measured.
 */
import { type Norm, project } from '../distance/ball.ts';
import type { RandomStream } from '../random/random-stream.ts';
import type { StepRule } from '../search/problem.ts';
import { add, sub } from '../tensor/ops/arithmetic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { randomStart } from './random-start.ts';
import { minus, normOf } from './vector.ts';

/** A linear subspace of changes [C, H, W], given by the orthogonal projection onto it. */
export interface Subspace {
  /** Tells it from any other. */
  readonly name: string;
  /** The part of changes [N, C, H, W] that lies in it. */
  project(change: Tensor): Tensor;
  /** The same of one change [C, H, W] on the host. */
  projected(change: Float32Array, shape: readonly [number, number, number]): Float32Array;
}

/** Rounds of projections after each step; more take what is left outside further down, by less and less. */
const rounds = 8;

/** z brought near the subspace around x0, then into the ball of radius epsilon [N] and into [0, 1]. */
export function projectWithin(subspace: Subspace, norm: Norm, z: Tensor, x0: Tensor, epsilon: Tensor): Tensor {
  let x = z;
  for (let round = 0; round < rounds; round++) x = project(norm, add(x0, subspace.project(sub(x, x0))), x0, epsilon);
  return x;
}

/** A step rule that is shown the subspace's part of the gradient. */
export function alongSubspace(subspace: Subspace, rule: StepRule): StepRule {
  return { ...rule, next: (args) => rule.next({ ...args, gradient: subspace.project(args.gradient) }) };
}

/** A random point of the ball whose change lies in the subspace but for what [0, 1] cuts off. */
export function startWithin(
  subspace: Subspace,
  norm: Norm,
  x0: Float32Array,
  epsilon: number,
  random: RandomStream,
  shape: readonly [number, number, number],
): Float32Array {
  const v = subspace.projected(minus(randomStart(norm, x0, epsilon, random), x0), shape);
  const factor = Math.min(1, epsilon / Math.max(normOf(norm, v), Number.MIN_VALUE));
  return x0.map((value, i) => Math.min(1, Math.max(0, value + factor * v[i]!)));
}

/** Share of a change's energy, its sum of squares, that lies outside the subspace: from 0 to 1; 0 where nothing is changed. */
export function shareOutside(
  subspace: Subspace,
  x: Float32Array,
  x0: Float32Array,
  shape: readonly [number, number, number],
): number {
  const change = minus(x, x0);
  const all = normOf('l2', change) ** 2;
  return all === 0 ? 0 : normOf('l2', minus(change, subspace.projected(change, shape))) ** 2 / all;
}
