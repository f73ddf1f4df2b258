/** @file The search problem behind `distanceAttack`: a small distance, under the constraint that the model is fooled. */

import { norms, perSample, project } from '../distance/ball.ts';
import type { Distance } from '../distance/distance.ts';
import type { Model } from '../model/model.ts';
import { compile, type Program } from '../runtime/compile.ts';
import type { Batch, Problem, StepRule } from '../search/problem.ts';
import { add, div, mul, neg, sub } from '../tensor/ops/arithmetic.ts';
import { full } from '../tensor/ops/basic.ts';
import { concat } from '../tensor/ops/concat.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { reduceMax } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { take } from '../tensor/ops/slice.ts';
import { topK } from '../tensor/ops/topk.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { penalty } from './lagrangian.ts';
import type { Change } from './parameterisation.ts';

/** What a distance attack is made of. */
export interface DistanceProblem {
  readonly model: Model;
  readonly distance: Distance;
  readonly bounds: readonly { readonly distance: Distance; readonly budget: number }[];
  readonly change: Change;
  readonly isTargeted: boolean;
}

/** Slack of the classification constraint: the margin must be clear, not just zero. */
const tolerance = 1e-3;

/** Decays of RMSProp's mean square and of the momentum, as in the paper. */
export const squareDecay = 0.99;
const momentumDecay = 0.9;

/** Scores' gap over their spread, negative where the model is fooled: (z_y - max other) / (z_1 - z_3), or towards the target. */
function classificationGap(logits: Tensor, wanted: Tensor, isTargeted: boolean): Tensor {
  const [n, classes] = logits.shape as [number, number];
  const own = reduceSum(mul(logits, wanted), { axes: [1] });
  const other = reduceMax(sub(logits, mul(wanted, 1e9)), { axes: [1] });
  const gap = isTargeted ? sub(other, own) : sub(own, other);
  if (classes < 3) return gap;
  const [ranked] = topK(logits, 3);
  const at = (i: number) => reshape(take(ranked, i, 1), [n]);
  return div(gap, add(sub(at(0), at(2)), 1e-12));
}

/** x0 changed by z where the mask allows. */
export function changed({ change }: DistanceProblem, z: Tensor, data: Batch): Tensor {
  const x0 = data.x0!;
  return add(x0, mul(sub(change.apply(z, x0), x0), data.mask!));
}

/** Values of the constraints, [N, 1 + bounds]: fooled first, then each bounded distance over its budget. */
function constraintsOf(problem: DistanceProblem, x: Tensor, data: Batch): { logits: Tensor; constraints: Tensor } {
  const logits = problem.model.logits(x);
  const n = x.shape[0]!;
  const fooled = add(classificationGap(logits, data.wanted!, problem.isTargeted), tolerance);
  const bounded = problem.bounds.map(({ distance, budget }) => sub(div(distance.distance(x, data.x0!), budget), 1));
  return {
    logits,
    constraints: concat(
      [fooled, ...bounded].map((y) => reshape(y, [n, 1])),
      1,
    ),
  };
}

/** The search problem. The host feeds multipliers, step sizes and RMSProp's correction for each sample. */
export function searchProblem(problem: DistanceProblem): Problem {
  const { model, distance, bounds, change, isTargeted } = problem;
  const picture = [model.channels, model.height, model.width];
  const float = (shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
  const count = 1 + bounds.length;
  const names = [distance.name, ...bounds.map((bound) => `${bound.distance.name}<=${bound.budget}`)].join(' ');
  return {
    key: `${model.key} distance ${change.name} ${names} ${isTargeted ? 'targeted' : 'untargeted'}`,
    shape: change.shape(picture),
    data: {
      x0: float(picture),
      mask: float([1, model.height, model.width]),
      wanted: float([model.classCount]),
      scale: float([]),
      mu: float([count]),
      rho: float([count]),
      'step size': float([]),
      correction: float([]),
    },
    parameterise: (z, data) => changed(problem, z, data),
    objective: (x, data) => {
      const { logits, constraints } = constraintsOf(problem, x, data);
      const d = distance.distance(x, data.x0!);
      const penalties = reduceSum(penalty(constraints, data.mu!, data.rho!), { axes: [1] });
      return { value: neg(add(div(d, data.scale!), penalties)), outputs: { logits, constraints, distance: d } };
    },
    rule: rmsProp(change.shape(picture)),
    project: (z, data) => withinBalls(problem, change.bound(z, data.x0!), data.x0!),
  };
}

/** Norms that can be projected onto are kept by that, where pixels themselves are changed: a penalty would only nudge single pixels. */
function withinBalls({ change, bounds }: DistanceProblem, z: Tensor, x0: Tensor): Tensor {
  if (change.name !== 'pixels') return z;
  return bounds.reduce((inner, { distance, budget }) => {
    const norm = norms.find((one) => one === distance.name);
    if (norm === undefined) return inner;
    return sub(project(norm, add(x0, inner), x0, full([x0.shape[0]!], budget)), x0);
  }, z);
}

/** RMSProp with momentum: every parameter moves by about the step size where its gradient keeps its sign. */
function rmsProp(shape: readonly number[]): StepRule {
  return {
    state: { square: shape, momentum: shape },
    next: ({ z, gradient, state, data }) => {
      const mean = add(mul(state.square!, squareDecay), mul(square(gradient), 1 - squareDecay));
      const root = add(sqrt(div(mean, perSample(data.correction!, z))), 1e-12);
      const momentum = add(mul(state.momentum!, momentumDecay), mul(div(gradient, root), 1 - momentumDecay));
      return { z: add(z, mul(perSample(data['step size']!, z), momentum)), state: { square: mean, momentum } };
    },
  };
}

/** Programs for one picture: what z makes of it, and what the model and the distances say of a picture. */
export interface Judges {
  /** z to the changed picture. */
  change(feeds: {
    readonly z: Float32Array;
    readonly x0: Float32Array;
    readonly mask: Float32Array;
  }): Promise<Float32Array>;
  /** Scores, the distance and the bounded distances of x. */
  judge(feeds: { readonly x: Float32Array; readonly x0: Float32Array }): Promise<{
    readonly logits: Float32Array;
    readonly measured: readonly number[];
  }>;
}

/** Compiles the judges. */
export async function compileJudges(problem: DistanceProblem): Promise<Judges> {
  const { model, distance, bounds, change } = problem;
  const picture = [1, model.channels, model.height, model.width];
  const float = (shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
  const { key } = searchProblem(problem);
  const options = (what: string) => ({ device: model.device, key: `${key} ${what}` });
  const changer: Program = await compile(
    ({ z, x0, mask }) => ({ x: changed(problem, z!, { x0: x0!, mask: mask! }) }),
    {
      z: float([1, ...change.shape(picture.slice(1))]),
      x0: float(picture),
      mask: float([1, 1, model.height, model.width]),
    },
    options('change'),
  );
  const all = [distance, ...bounds.map((bound) => bound.distance)];
  const judging: Program = await compile(
    ({ x, x0 }) => ({
      logits: model.logits(x!),
      measured: concat(
        all.map((one) => one.distance(x!, x0!)),
        0,
      ),
    }),
    { x: float(picture), x0: float(picture) },
    options('judge'),
  );
  return {
    change: async (feeds) => (await changer.run(feeds)).x!.data as Float32Array,
    judge: async (feeds) => {
      const { logits, measured } = await judging.run(feeds);
      return { logits: logits!.data as Float32Array, measured: Array.from(measured!.data as Float32Array) };
    },
  };
}
