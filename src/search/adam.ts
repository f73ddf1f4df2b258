/**
 * @file Adam (Kingma and Ba 2015) as a step of the search, and NAdam (Dozat 2016), which looks ahead along the momentum. What a feed would
 * have to count, the powers of the decays, the host feeds for each step.
 */
import { add, div, mul } from '../tensor/ops/arithmetic.ts';
import { isNan, where } from '../tensor/ops/compare.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { stepSizeName } from './ascent.ts';
import type { StepRule } from './problem.ts';

/** Settings of `adam`. */
export interface AdamOptions {
  /** Shape of one sample's z. */
  readonly shape: Shape;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Look ahead along the momentum, as NAdam does. */
  readonly nesterov?: boolean;
}

/** Names of the data that `adam` is fed besides the step size, all numbers for each sample. */
export const adamNames = ['correction 1', 'correction 2'] as const;

const decays = { beta1: 0.9, beta2: 0.999 };

/** What `adam` is fed at a step, counted from 0. */
export function adamData(step: number, { beta1, beta2 }: { readonly beta1?: number; readonly beta2?: number } = {}) {
  return {
    [adamNames[0]]: 1 - (beta1 ?? decays.beta1) ** (step + 1),
    [adamNames[1]]: 1 - (beta2 ?? decays.beta2) ** (step + 1),
  };
}

/** z + alpha m / (sqrt(v) + epsilon), m and v the running means of the gradient and its square. NaN moves nothing. */
export function adam({
  shape,
  beta1 = decays.beta1,
  beta2 = decays.beta2,
  epsilon = 1e-8,
  nesterov = false,
}: AdamOptions): StepRule {
  return {
    state: { mean: shape, square: shape },
    next: ({ z, gradient, state, data }) => {
      const per = (v: Tensor) => reshape(v, [z.shape[0]!, ...shape.map(() => 1)]);
      const g = where(isNan(gradient), 0, gradient);
      const mean = add(mul(state.mean!, beta1), mul(g, 1 - beta1));
      const squares = add(mul(state.square!, beta2), mul(square(g), 1 - beta2));
      const first = per(data[adamNames[0]]!);
      const ahead = nesterov ? add(mul(mean, beta1), mul(g, 1 - beta1)) : mean;
      const root = add(sqrt(div(squares, per(data[adamNames[1]]!))), epsilon);
      const move = div(div(ahead, first), root);
      return { z: add(z, mul(per(data[stepSizeName]!), move)), state: { mean, square: squares } };
    },
  };
}
