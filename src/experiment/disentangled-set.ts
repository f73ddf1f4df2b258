/**
 * @file Pictures led to a class by one network while others hold them at their own (Nakkiran 2019): projected gradient steps that lower
 * L(f, x, t) + the mean over an ensemble of L(f_i, x, y). What is left for the attack is what f alone has: its bugs.
 */
import { oneHot } from '../attack/criterion.ts';
import { pixelsOf } from '../data/image-array.ts';
import { type Norm, project } from '../distance/ball.ts';
import type { Model } from '../model/model.ts';
import { steepestAscent, stepSizeName } from '../search/ascent.ts';
import type { Problem } from '../search/problem.ts';
import { add, div, mul } from '../tensor/ops/arithmetic.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { logSoftmax } from '../tensor/ops/softmax.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ExperimentContext, KnownModel } from './context.ts';
import type { PictureSet } from './picture-set.ts';
import { searchedSet } from './searched-set.ts';

/** A ball, and the steps in it. */
export interface DisentangledOptions {
  readonly norm: Norm;
  /** Radius, in pixels from 0 to 1. */
  readonly epsilon: number;
  readonly steps: number;
  /** Length of a step in the norm. */
  readonly stepSize: number;
  /** Networks that hold each picture at its own class; none for ordinary targeted steps. */
  readonly ensemble: readonly KnownModel[];
}

/** Every picture led to its target, rounded to 8 bits and labelled with the target. Nothing is left out. */
export function disentangledTowards(
  context: ExperimentContext,
  source: KnownModel,
  set: PictureSet,
  target: (i: number) => number,
  name: string,
  { norm, epsilon, steps, stepSize, ensemble }: DisentangledOptions,
): Promise<PictureSet> {
  const { array } = set;
  const targets = Array.from(array.labels, (_, i) => target(i));
  const recipe = {
    made: 'disentangled',
    model: source.hash,
    ensemble: ensemble.map(({ hash }) => hash),
    data: set.hash,
    ...{ targets, norm, epsilon, steps, stepSize },
  };
  const { model } = source;
  return searchedSet(context, {
    name,
    recipe,
    from: set,
    model,
    problem: disentangledProblem(
      model,
      ensemble.map((each) => each.model),
      norm,
    ),
    sample: (i) => {
      const x0 = pixelsOf(array, [i]);
      const data = {
        ...{ x0, epsilon, [stepSizeName]: stepSize },
        target: oneHot(targets[i]!, model.classCount),
        label: oneHot(array.labels[i]!, model.classCount),
      };
      return { z: x0, steps, data: () => data };
    },
    label: (i) => targets[i]!,
  });
}

function disentangledProblem(model: Model, ensemble: readonly Model[], norm: Norm): Problem {
  const shape = [model.channels, model.height, model.width];
  const float = (dimensions: readonly number[]) => ({ shape: dimensions, dtype: 'float32' as const });
  const logProbability = (each: Model, x: Tensor, label: Tensor) =>
    reduceSum(mul(logSoftmax(each.logits(x), 1), label), { axes: [1] });
  return {
    key: `disentangled ${norm} ${[model, ...ensemble].map(({ key }) => key).join(' ')}`,
    shape,
    data: {
      ...{ x0: float(shape), epsilon: float([]), [stepSizeName]: float([]) },
      ...{ target: float([model.classCount]), label: float([model.classCount]) },
    },
    objective: (x, { target, label }) => {
      const own = logProbability(model, x, target!);
      const others = ensemble.map((each) => logProbability(each, x, label!));
      if (others.length === 0) return { value: own };
      return {
        value: add(
          own,
          div(
            others.reduce((sum, each) => add(sum, each)),
            others.length,
          ),
        ),
      };
    },
    rule: steepestAscent({ norm, momentum: 0, shape }),
    project: (z, { x0, epsilon }) => project(norm, z, x0!, epsilon!),
  };
}
