/**
 * @file Pictures led towards chosen classes by a change of one length, the same for all: the construction of D_rand and D_det (Ilyas et al.
 * 2019, section 3.2). Unlike an attack it keeps every picture, also those that do not reach their class: leaving them as they were would
 * put correctly drawn pictures under wrong names, and a student learns from that.
 */

import { oneHot } from '../attack/criterion.ts';
import { lossFor } from '../attack/loss.ts';
import { pixelsOf } from '../data/image-array.ts';
import { perSample } from '../distance/ball.ts';
import type { Model } from '../model/model.ts';
import { steepestAscent, stepSizeName } from '../search/ascent.ts';
import type { Problem } from '../search/problem.ts';
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { clip, maximum } from '../tensor/ops/extrema.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import type { ExperimentContext, KnownModel } from './context.ts';
import type { PictureSet } from './picture-set.ts';
import { searchedSet } from './searched-set.ts';

/** A change of one length in l2. */
export interface ChangeOptions {
  /** Length of the change in l2, in pixels from 0 to 1. */
  readonly epsilon: number;
  readonly steps: number;
  /** Length of a step as a share of epsilon; 1/4 unless given. */
  readonly stepShare?: number;
}

/**
 * Every picture of a set led towards its target by normalised gradient steps on the cross-entropy, at l2 distance epsilon (a little less
 * where pixels end at 0 or 1), rounded to 8 bits and labelled with the target. Nothing is drawn and nothing is left out.
 */
export function perturbedTowards(
  context: ExperimentContext,
  { model, hash }: KnownModel,
  set: PictureSet,
  target: (i: number) => number,
  name: string,
  { epsilon, steps, stepShare = 1 / 4 }: ChangeOptions,
): Promise<PictureSet> {
  const targets = Array.from(set.array.labels, (_, i) => target(i));
  const recipe = { made: 'perturbed towards', model: hash, data: set.hash, targets, epsilon, steps, stepShare };
  return searchedSet(context, {
    name,
    recipe,
    from: set,
    model,
    problem: fixedLengthProblem(model),
    sample: (i) => {
      const x0 = pixelsOf(set.array, [i]);
      const target = oneHot(targets[i]!, model.classCount);
      const data = { x0, epsilon, target, [stepSizeName]: epsilon * stepShare };
      return { z: x0, steps, data: () => data };
    },
    label: (i) => targets[i]!,
  });
}

function fixedLengthProblem(model: Model): Problem {
  const shape = [model.channels, model.height, model.width];
  const float = (size: readonly number[]) => ({ shape: size, dtype: 'float32' as const });
  const { loss } = lossFor('cross-entropy', true, model.classCount);
  return {
    key: `${model.key} towards at one length`,
    shape,
    data: { x0: float(shape), epsilon: float([]), target: float([model.classCount]), [stepSizeName]: float([]) },
    objective: (x, { target }) => ({ value: loss({ logits: model.logits(x), label: target!, target: target! }) }),
    rule: steepestAscent({ norm: 'l2', momentum: 0, shape }),
    project: (z, { x0, epsilon }) => {
      const delta = sub(z, x0!);
      const length = maximum(reduceL2(delta, { axes: [1, 2, 3], keepDims: true }), 1e-20);
      return clip(add(x0!, mul(div(delta, length), perSample(epsilon!, x0!))), 0, 1);
    },
  };
}

/** Least, mean and largest l2 distance of pictures from those that they were made from. */
export function changeLengths(made: PictureSet, from: PictureSet): { least: number; mean: number; largest: number } {
  const count = made.array.shape[0];
  const size = made.array.pixels.length / count;
  let [least, sum, largest] = [Number.POSITIVE_INFINITY, 0, 0];
  for (let i = 0; i < count; i++) {
    const [a, b] = [pixelsOf(made.array, [i]), pixelsOf(from.array, [i])];
    let squares = 0;
    for (let j = 0; j < size; j++) squares += (a[j]! - b[j]!) ** 2;
    const length = Math.sqrt(squares);
    sum += length;
    least = Math.min(least, length);
    largest = Math.max(largest, length);
  }
  return { least, mean: sum / count, largest };
}
