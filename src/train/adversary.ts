/**
 * @file The attack inside adversarial training (Madry et al. 2018): projected gradient steps unrolled in the training graph. One step of
 * 1.25 epsilon from a random point is the single-step form of Wong, Rice and Kolter 2020.
 */
import { type Norm, perSample, project, steepest } from '../distance/ball.ts';
import { grad } from '../tensor/grad.ts';
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { full } from '../tensor/ops/basic.ts';
import { maximum, pow } from '../tensor/ops/extrema.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Scope } from './scope.ts';

/** An attack of fixed budget. */
export interface AdversaryOptions {
  readonly norm: Exclude<Norm, 'l1'>;
  /** Radius of the ball, in pixels from 0 to 1. */
  readonly epsilon: number;
  /** Gradient steps. */
  readonly steps: number;
  /** Length of a step: 1.25 epsilon for a single one, 2.5 epsilon / steps for several, unless given. */
  readonly stepSize?: number;
}

/**
 * Pictures near x that raise `loss`, a scalar whose summands belong to one picture each.
 * @param x [N, C, H, W] in [0, 1]
 */
export function craft(x: Tensor, scope: Scope, loss: (x: Tensor) => Tensor, options: AdversaryOptions): Tensor {
  const { norm, epsilon, steps } = options;
  const { stepSize = steps === 1 ? 1.25 * epsilon : (2.5 * epsilon) / steps } = options;
  const eps = full([x.shape[0]!], epsilon);
  let z = project(norm, add(x, start(x, scope, norm, epsilon)), x, eps);
  for (let i = 0; i < steps; i++) {
    const gradient = grad(loss(z), [z])[0]!;
    z = project(norm, add(z, mul(steepest(norm, gradient, z), stepSize)), x, eps);
  }
  return z;
}

/** A point of the ball, uniform by volume. */
function start(x: Tensor, scope: Scope, norm: AdversaryOptions['norm'], epsilon: number): Tensor {
  if (norm === 'linf') return mul(sub(scope.noise('start', x.shape, 'uniform'), 0.5), 2 * epsilon);
  const direction = scope.noise('start', x.shape, 'normal');
  const length = maximum(reduceL2(direction, { axes: [1, 2, 3], keepDims: true }), 1e-12);
  const dimension = sizeOf(x.shape.slice(1));
  const radius = pow(perSample(scope.noise('radius', [x.shape[0]!], 'uniform'), x), 1 / dimension);
  return mul(mul(div(direction, length), radius), epsilon);
}
