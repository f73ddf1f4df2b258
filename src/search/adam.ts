/**
 * @file Adam (Kingma and Ba 2015) as a step of the search, and NAdam (Dozat 2016), which looks ahead along the momentum; its decay is the
 * same at every step, without the paper's schedule. What a feed would have to count, the powers of the decays, the host feeds for each step.
 */
import { perSample } from '../distance/ball.ts';
import type { Spec } from '../tensor/op.ts';
import { add, div, mul } from '../tensor/ops/arithmetic.ts';
import { isNan, where } from '../tensor/ops/compare.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import type { Shape } from '../tensor/shape.ts';
import { stepSizeName } from './ascent.ts';
import type { StepRule } from './problem.ts';

/** Settings of `adam`. */
export interface AdamOptions {
  /** Shape of one sample's z. */
  readonly shape: Shape;
  /** Look ahead along the momentum, as NAdam does. */
  readonly nesterov?: boolean;
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

const [meanName, squareName, aheadName] = ['1 - beta1^t', '1 - beta2^t', '1 - beta1^(t + 1)'] as const;

const number: Spec = { shape: [], dtype: 'float32' };

/** What `adam` is fed for each sample, the step size among it. */
export const adamSpecs: Readonly<Record<string, Spec>> = {
  [stepSizeName]: number,
  [meanName]: number,
  [squareName]: number,
  [aheadName]: number,
};

/** What `adam` is fed at a step, counted from 0, besides the step size. */
export function adamData(step: number): Readonly<Record<string, number>> {
  const t = step + 1;
  return { [meanName]: 1 - beta1 ** t, [squareName]: 1 - beta2 ** t, [aheadName]: 1 - beta1 ** (t + 1) };
}

/** z + alpha m / (sqrt(v) + epsilon), m and v the corrected running means of the gradient and its square. NaN moves nothing. */
export function adam({ shape, nesterov = false }: AdamOptions): StepRule {
  return {
    state: { mean: shape, square: shape },
    next: ({ z, gradient, state, data }) => {
      const per = (name: string) => perSample(data[name]!, z);
      const g = where(isNan(gradient), 0, gradient);
      const mean = add(mul(state.mean!, beta1), mul(g, 1 - beta1));
      const squares = add(mul(state.square!, beta2), mul(square(g), 1 - beta2));
      const m = nesterov
        ? add(div(mul(mean, beta1), per(aheadName)), div(mul(g, 1 - beta1), per(meanName)))
        : div(mean, per(meanName));
      const move = div(m, add(sqrt(div(squares, per(squareName))), epsilon));
      return { z: add(z, mul(per(stepSizeName), move)), state: { mean, square: squares } };
    },
  };
}
