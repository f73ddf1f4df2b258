/**
 * @file What a drawing raises: a number for each picture, from what the network sees. Objectives are raised, never lowered; they add up,
 * and may be weighted.
 */
import type { Sight } from '../../prior/penalties.ts';
import { add, mul } from '../../tensor/ops/arithmetic.ts';
import { reduceMean } from '../../tensor/ops/reduce.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** What the network sees of pictures. The first axis of all values holds pictures: samples, and in each its pictures and views. */
export interface Seen extends Sight {
  /** Views of each picture: crops, or 1. */
  readonly views: number;
  /** Class scores of all views [samples x group x views, K]. */
  readonly logits: Tensor;
  /** A value of the graph by its name, [samples x group x views, …]. @throws VisualizeError where there is none */
  at(layer: string): Tensor;
}

/** An objective. */
export interface Objective {
  /** Tells it from any other, its numbers included. */
  readonly key: string;
  /** In words. */
  readonly name: string;
  /**
   * What is raised: one number for each view of each picture [samples x group x views], for each picture [samples x group], or for each
   * sample, [samples]. The mean over a sample's views and pictures counts.
   */
  value(seen: Seen): Tensor;
}

/** A sum of objectives with weights, negative ones for what is to be low. */
export function weightedSum(terms: readonly (readonly [Objective, number])[]): Objective {
  return {
    key: terms.map(([{ key }, weight]) => `${weight} (${key})`).join(' + '),
    name: terms.map(([{ name }, weight]) => (weight === 1 ? name : `${weight} ${name}`)).join(' + '),
    value: (seen) =>
      terms
        .map(([objective, weight]) => mul(meanPerSample(objective.value(seen), seen), weight))
        .reduce((sum, value) => add(sum, value)),
  };
}

/** Values of views or pictures as one for each sample, [samples]. */
export function meanPerSample(value: Tensor, { pictures, group }: Pick<Seen, 'pictures' | 'group'>): Tensor {
  const samples = pictures.shape[0]! / group;
  const each = value.shape[0]! / samples;
  return each === 1 ? value : reduceMean(reshape(value, [samples, each]), { axes: [1] });
}
