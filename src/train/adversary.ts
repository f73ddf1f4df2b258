/**
 * @file The attack inside adversarial training (Madry et al. 2018): projected gradient steps unrolled in the training graph. One step of
 * 1.25 epsilon from a random point is the single-step form of Wong, Rice and Kolter 2020.
 */
import { type Norm, perSample, project, steepest } from '../distance/ball.ts';
import { grad } from '../tensor/grad.ts';
import { add, div, mul, neg, sub } from '../tensor/ops/arithmetic.ts';
import { full } from '../tensor/ops/basic.ts';
import { maximum, minimum, pow } from '../tensor/ops/extrema.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { log, sign } from '../tensor/ops/unary.ts';
import { sizeOf } from '../tensor/shape.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Scope } from './scope.ts';

/** An attack of fixed budget. */
export interface AdversaryOptions {
  readonly norm: Norm;
  /** Radius of the ball, in pixels from 0 to 1. */
  readonly epsilon: number;
  /** Gradient steps. */
  readonly steps: number;
  /** Length of a step: 1.25 epsilon for a single one, 2.5 epsilon / steps for several, unless given. */
  readonly stepSize?: number;
  /** Share of the training over which the radius grows from 0, in a straight line; without it a hard task may never start to learn. */
  readonly warmup?: number;
}

/**
 * Pictures near x that raise `loss`, a scalar whose summands belong to one picture each.
 * @param x [N, C, H, W] in [0, 1]
 */
export function craft(x: Tensor, scope: Scope, loss: (x: Tensor) => Tensor, options: AdversaryOptions): Tensor {
  const { norm, epsilon, steps } = options;
  const { stepSize = steps === 1 ? 1.25 * epsilon : (2.5 * epsilon) / steps } = options;
  const { warmup = 0 } = options;
  const share = warmup === 0 ? constant(1) : minimum(mul(scope.progress(), 1 / warmup), 1);
  const eps = mul(full([x.shape[0]!], epsilon), share);
  let z = project(norm, add(x, mul(start(x, scope, norm, epsilon), share)), x, eps);
  for (let i = 0; i < steps; i++) {
    const gradient = grad(loss(z), [z])[0]!;
    z = project(norm, add(z, mul(steepest(norm, gradient, z), mul(share, stepSize))), x, eps);
  }
  return z;
}

/** A point of the ball, uniform by volume: a direction of length 1 in the norm, times u^(1/d). */
function start(x: Tensor, scope: Scope, norm: Norm, epsilon: number): Tensor {
  if (norm === 'linf') return mul(sub(scope.noise('start', x.shape, 'uniform'), 0.5), 2 * epsilon);
  const axes = [1, 2, 3];
  const unit = (v: Tensor, length: Tensor) => div(v, maximum(length, 1e-12));
  let direction: Tensor;
  if (norm === 'l2') {
    const normal = scope.noise('start', x.shape, 'normal');
    direction = unit(normal, reduceL2(normal, { axes, keepDims: true }));
  } else {
    // Exponential magnitudes with random signs are uniform on the l1 sphere once scaled to it.
    const magnitude = neg(log(sub(1, scope.noise('start', x.shape, 'uniform'))));
    const signed = mul(magnitude, sign(sub(scope.noise('sign', x.shape, 'uniform'), 0.5)));
    direction = unit(signed, reduceSum(magnitude, { axes, keepDims: true }));
  }
  const radius = pow(perSample(scope.noise('radius', [x.shape[0]!], 'uniform'), x), 1 / sizeOf(x.shape.slice(1)));
  return mul(mul(direction, radius), epsilon);
}
