/** @file The step that attacks and visualisations take: the steepest one in a norm, with momentum where asked. */
import { type Norm, perSample, steepest } from '../distance/ball.ts';
import { add, div, mul } from '../tensor/ops/arithmetic.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { abs } from '../tensor/ops/unary.ts';
import type { Shape } from '../tensor/shape.ts';
import type { StepRule } from './problem.ts';

/** Name of the data that says how long a sample's step is, in the norm. */
export const stepSizeName = 'step size';

/** Settings of `steepestAscent`. */
export interface AscentOptions {
  readonly norm: Norm;
  /** Share of the accumulated gradient that each step keeps (mu of MI-FGSM, Dong et al. 2018); 0 for none. */
  readonly momentum: number;
  /** Shape of one sample's z. */
  readonly shape: Shape;
}

/** z + alpha times the steepest direction of the gradient, or of its running sum g = mu g + gradient / mean |gradient|. */
export function steepestAscent({ norm, momentum, shape }: AscentOptions): StepRule {
  if (momentum === 0) {
    return {
      next: ({ z, gradient, data }) => ({
        z: add(z, mul(perSample(data[stepSizeName]!, z), steepest(norm, gradient, z))),
      }),
    };
  }
  return {
    state: { momentum: shape },
    next: ({ z, gradient, state, data }) => {
      const axes = shape.map((_, axis) => axis + 1);
      const scale = maximum(reduceMean(abs(gradient), { axes, keepDims: true }), 2 ** -126);
      const g = add(mul(state.momentum!, momentum), div(gradient, scale));
      return { z: add(z, mul(perSample(data[stepSizeName]!, z), steepest(norm, g, z))), state: { momentum: g } };
    },
  };
}
