/**
 * @file The search problems behind `distanceAttack`: the smallest distance at which the model is fooled, or the clearest wrong answer
 * within a budget. Both are augmented Lagrangians whose multipliers the host keeps for each sample.
 */

import { norms, perSample, project } from '../distance/ball.ts';
import type { Distance } from '../distance/distance.ts';
import { identityOf } from '../distance/identity.ts';
import type { Model } from '../model/model.ts';
import type { Batch, Problem, StepRule } from '../search/problem.ts';
import { add, div, mul, neg, sub } from '../tensor/ops/arithmetic.ts';
import { full } from '../tensor/ops/basic.ts';
import { isNan, where } from '../tensor/ops/compare.ts';
import { concat } from '../tensor/ops/concat.ts';
import { clip } from '../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { take } from '../tensor/ops/slice.ts';
import { topK } from '../tensor/ops/topk.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { answer, type Criterion } from './criterion.ts';
import { penalty } from './lagrangian.ts';
import type { LossInputs } from './loss.ts';
import type { Change } from './parameterisation.ts';

/** A distance with its limit, infinite where it is made small instead. */
export interface LimitedDistance {
  readonly distance: Distance;
  readonly limit: number;
}

/** What a distance attack is made of. */
export interface DistanceProblem {
  readonly model: Model;
  /** The distance that is asked for. With a limit, wrong answers are searched within it; without, the smallest distance is. */
  readonly main: LimitedDistance;
  readonly bounds: readonly LimitedDistance[];
  readonly change: Change;
  readonly isTargeted: boolean;
  /** When a picture counts as adversarial. */
  readonly criterion: Criterion;
}

/** Slack of the classification constraint: the margin must be clear, not just zero. */
const tolerance = 1e-3;

/** Decays of RMSProp's mean square and of the momentum, as in the paper. */
export const squareDecay = 0.99;
const momentumDecay = 0.9;

/** Names a problem's graph. */
export function keyOf({ model, main, bounds, change, isTargeted, criterion }: DistanceProblem): string {
  const names = [main, ...bounds]
    .map(({ distance, limit }) => `${distance.name} ${identityOf(distance)}<=${limit}`)
    .join(' ');
  return `${model.key} distance ${change.name} ${names} ${isTargeted ? 'targeted' : 'untargeted'} ${criterion.name}`;
}

/** Constraints that have a multiplier each: the answer or the main distance, then the bounds. */
export function constraintCount({ bounds }: DistanceProblem): number {
  return 1 + bounds.length;
}

/**
 * How far scores are from fooling over their spread, negative where they do. The spread is z_1 - z_3 as in the paper, and for other criteria
 * than the answer the scores' deviation: the gap of a top 2 would be z_1 - z_3 itself.
 */
function classificationGap({ criterion, isTargeted }: DistanceProblem, inputs: LossInputs): Tensor {
  const { logits } = inputs;
  const [n, classes] = logits.shape as [number, number];
  const gap = neg(criterion.excess(inputs, isTargeted));
  if (classes < 3) return gap;
  if (criterion !== answer) {
    const away = sub(logits, reduceMean(logits, { axes: [1], keepDims: true }));
    return div(gap, add(sqrt(reduceMean(square(away), { axes: [1] })), 1e-12));
  }
  const [ranked] = topK(logits, 3);
  const at = (i: number) => reshape(take(ranked, i, 1), [n]);
  return div(gap, add(sub(at(0), at(2)), 1e-12));
}

/** x0 changed by z where the mask allows. */
export function changed(change: Change, z: Tensor, data: Batch): Tensor {
  const x0 = data.x0!;
  return clip(add(x0, mul(sub(change.apply(z, x0), x0), data.mask!)), 0, 1);
}

/** All distances of a batch, [N, 1 + bounds], the main one first. */
export function measuredOf({ main, bounds }: DistanceProblem, x: Tensor, x0: Tensor): Tensor {
  return columns([main, ...bounds].map(({ distance }) => distance.distance(x, x0)));
}

function columns(values: readonly Tensor[]): Tensor {
  return concat(
    values.map((y) => reshape(y, [y.shape[0]!, 1])),
    1,
  );
}

/** A distance with a useful slope. */
const sloped = ({ standIn, distance }: Distance) => standIn ?? distance;

/** The search problem. The host feeds multipliers, step sizes and RMSProp's correction for each sample. */
export function searchProblem(problem: DistanceProblem): Problem {
  const { model, main, bounds, change, isTargeted, criterion } = problem;
  const picture = [model.channels, model.height, model.width];
  const float = (shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
  const isMinimal = main.limit === Number.POSITIVE_INFINITY;
  const excess = ({ distance, limit }: LimitedDistance, x: Tensor, x0: Tensor) =>
    sub(div(sloped(distance)(x, x0), limit), 1);
  return {
    key: keyOf(problem),
    shape: change.shape(picture),
    data: {
      x0: float(picture),
      mask: float([1, model.height, model.width]),
      label: float([model.classCount]),
      target: float([model.classCount]),
      scale: float([]),
      mu: float([constraintCount(problem)]),
      rho: float([constraintCount(problem)]),
      'step size': float([]),
      correction: float([]),
    },
    parameterise: (z, data) => changed(change, z, data),
    objective: (x, data) => {
      const x0 = data.x0!;
      const logits = model.logits(x);
      const inputs = { logits, label: data.label!, target: data.target! };
      const gap = add(classificationGap(problem, inputs), tolerance);
      const distance = sloped(main.distance)(x, x0);
      const [small, first] = isMinimal ? [div(distance, data.scale!), gap] : [gap, excess(main, x, x0)];
      const constraints = columns([first, ...bounds.map((bound) => excess(bound, x, x0))]);
      const penalties = reduceSum(penalty(constraints, data.mu!, data.rho!), { axes: [1] });
      return {
        value: neg(add(small, penalties)),
        outputs: {
          excess: criterion.excess(inputs, isTargeted),
          constraints,
          distance,
          measured: measuredOf(problem, x, x0),
        },
      };
    },
    rule: rmsProp(change.shape(picture)),
    project: (z, data) => withinBalls(problem, change.bound(z, data.x0!), data.x0!),
  };
}

/** Norms that can be projected onto are kept by that, where pixels themselves are changed: a penalty would only nudge single pixels. */
function withinBalls({ change, main, bounds }: DistanceProblem, z: Tensor, x0: Tensor): Tensor {
  if (change.name !== 'pixels') return z;
  return [main, ...bounds].reduce((inner, { distance, limit }) => {
    const norm = norms.find((one) => one === distance.name);
    if (norm === undefined || limit === Number.POSITIVE_INFINITY) return inner;
    return sub(project(norm, add(x0, inner), x0, full([x0.shape[0]!], limit)), x0);
  }, z);
}

/** RMSProp with momentum: every parameter moves by about the step size where its gradient keeps its sign. NaN moves nothing. */
function rmsProp(shape: readonly number[]): StepRule {
  return {
    state: { square: shape, momentum: shape },
    next: ({ z, gradient, state, data }) => {
      const g = where(isNan(gradient), 0, gradient);
      const mean = add(mul(state.square!, squareDecay), mul(square(g), 1 - squareDecay));
      const root = add(sqrt(div(mean, perSample(data.correction!, z))), 1e-12);
      const momentum = add(mul(state.momentum!, momentumDecay), mul(div(g, root), 1 - momentumDecay));
      return { z: add(z, mul(perSample(data['step size']!, z), momentum)), state: { square: mean, momentum } };
    },
  };
}
