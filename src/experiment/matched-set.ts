/**
 * @file Pictures that a network represents as it does others: the construction of D_R and D_NR (Ilyas et al. 2019, section 3.1). Each
 * starts from another picture and descends on the distance of the features before the last layer. The gradient passes the last ReLU
 * even where it is off, as in the released notebooks; otherwise features that are 0 at the start would stay there.
 */
import { pixelsOf } from '../data/image-array.ts';
import type { Model } from '../model/model.ts';
import { randomOrder } from '../random/random-order.ts';
import { steepestAscent, stepSizeName } from '../search/ascent.ts';
import type { Problem } from '../search/problem.ts';
import { div, neg, sub } from '../tensor/ops/arithmetic.ts';
import { clip, maximum } from '../tensor/ops/extrema.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import type { Node } from '../tensor/tensor.ts';
import type { ExperimentContext, KnownModel } from './context.ts';
import { featuresOf, penultimateOf } from './penultimate.ts';
import type { PictureSet } from './picture-set.ts';
import { searchedSet } from './searched-set.ts';

/** How features are matched. */
export interface MatchOptions {
  readonly steps: number;
  /** Length of the first step in l2, pixels from 0 to 1; steps shrink to a tenth of it in a straight line. */
  readonly stepSize: number;
}

/** For each picture the place of the one that its search starts from: another one, whatever its class; each serves once. */
export function startsOf(count: number): readonly number[] {
  const order = randomOrder(count, 0x7374);
  const starts = Array.from({ length: count }, () => 0);
  order.forEach((i, k) => {
    starts[i] = order[(k + 1) % count]!;
  });
  return starts;
}

/** Pictures with the features of those of a set, each found from another picture of it, rounded to 8 bits, under the set's labels. */
export async function matchedTo(
  context: ExperimentContext,
  { model, hash }: KnownModel,
  set: PictureSet,
  name: string,
  { steps, stepSize }: MatchOptions,
): Promise<PictureSet> {
  const goals = await featuresOf(model, set);
  const starts = startsOf(set.array.shape[0]);
  return searchedSet(context, {
    name,
    recipe: { made: 'matched to', model: hash, data: set.hash, steps, stepSize },
    from: set,
    model,
    problem: matchProblem(model, goals[0]!.length),
    sample: (i) => ({
      z: pixelsOf(set.array, [starts[i]!]),
      steps,
      data: (step) => ({ goal: goals[i]!, [stepSizeName]: stepSize * (1 - (0.9 * step) / steps) }),
    }),
    label: (i) => set.array.labels[i]!,
  });
}

/** -|g(z) - g(x)| / |g(x)|, raised. */
function matchProblem(model: Model, length: number): Problem {
  const shape = [model.channels, model.height, model.width];
  let lastRelu: Node | undefined;
  return {
    key: `${model.key} matches features`,
    shape,
    data: { goal: { shape: [length], dtype: 'float32' }, [stepSizeName]: { shape: [], dtype: 'float32' } },
    objective: (x, { goal }) => {
      const seen = penultimateOf(model, x);
      lastRelu = seen.lastRelu;
      const features = reshape(seen.features, goal!.shape);
      const scale = maximum(reduceL2(goal!, { axes: [1] }), 1e-12);
      return { value: neg(div(reduceL2(sub(features, goal!), { axes: [1] }), scale)) };
    },
    gradientRules: () => (node) => (node === lastRelu ? ({ dy }) => dy : undefined),
    rule: steepestAscent({ norm: 'l2', momentum: 0, shape }),
    project: (z) => clip(z, 0, 1),
  };
}

/** Mean of |g(z) - g(x)| / |g(x)| over pictures: 0 where features are matched, and what it was where the search began. */
export async function matchErrors(
  model: Model,
  made: PictureSet,
  to: PictureSet,
): Promise<{ start: number; end: number }> {
  const [found, goals] = [await featuresOf(model, made), await featuresOf(model, to)];
  const starts = startsOf(goals.length);
  const relative = (a: Float32Array, b: Float32Array) => length(a.map((value, i) => value - b[i]!)) / length(b);
  const mean = (value: (i: number) => number) => goals.reduce((sum, _, i) => sum + value(i), 0) / goals.length;
  return {
    start: mean((i) => relative(goals[starts[i]!]!, goals[i]!)),
    end: mean((i) => relative(found[i]!, goals[i]!)),
  };
}

function length(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));
}
