/** @file Objectives of pictures that belong together: different ones, gradual ones, and what lies between two channels (Olah et al. 2017). */
import { add, div, mul, neg, sub } from '../../tensor/ops/arithmetic.ts';
import { maximum } from '../../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../../tensor/ops/reduce.ts';
import { reduceL2 } from '../../tensor/ops/reduce-extrema.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import { slice } from '../../tensor/ops/slice.ts';
import { square } from '../../tensor/ops/unary.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { constant, type Tensor } from '../../tensor/tensor.ts';
import { gramOf } from './matching.ts';
import type { Objective, Seen } from './objective.ts';
import { channel } from './unit.ts';

/** Values of views [samples x group x views, …] as [samples, group, views, length]. */
function grouped(value: Tensor, { pictures, group, views }: Seen): Tensor {
  return reshape(value, [pictures.shape[0]! / group, group, views, sizeOf(value.shape.slice(1))]);
}

function picturesFrom(value: Tensor, start: number, end: number): Tensor {
  return slice(value, { axes: [1], starts: [start], ends: [end] });
}

/**
 * Diversity: minus the mean cosine between the Gram matrices of any two pictures of a sample at a layer, so that each shows another side of a unit.
 * Nothing for single pictures.
 */
export function diversity(layer: string): Objective {
  return {
    key: `diversity ${layer}`,
    name: `diversity at ${layer}`,
    value: (seen) => {
      const { group, views } = seen;
      const grams = grouped(gramOf(seen.at(layer)), seen);
      const unit = div(grams, maximum(reduceL2(grams, { axes: [3], keepDims: true }), 1e-10));
      const samples = unit.shape[0]!;
      if (group === 1) return reduceSum(mul(unit, 0), { axes: [1, 2, 3] });
      // |sum|^2 = sum of |each|^2 + the products of all ordered pairs.
      const sum = reduceSum(unit, { axes: [1] });
      const all = reduceSum(square(sum), { axes: [1, 2] });
      const alone = reduceSum(square(unit), { axes: [1, 2, 3] });
      return reshape(neg(div(sub(all, alone), group * (group - 1) * views)), [samples]);
    },
  };
}

/**
 * Alignment: minus the squared differences of pictures up to `reach` apart in a sample, each farther pair counting half as much. It is the mean
 * over the pairs of each distance, as units are the mean over pictures, so that a weight does not depend on how many are drawn. Lucid sums
 * over pairs: with n pictures its term of distance d is n - d times this one.
 */
export function alignment(layer: string | 'pictures' = 'pictures', reach = 4, decay = 2): Objective {
  return {
    key: `alignment ${layer} ${reach} ${decay}`,
    name: 'alignment',
    value: (seen) => {
      const isPictures = layer === 'pictures';
      const value = isPictures ? grouped(seen.pictures, { ...seen, views: 1 }) : grouped(seen.at(layer), seen);
      const { group } = seen;
      let total: Tensor | undefined;
      for (let d = 1; d <= Math.min(reach, group - 1); d++) {
        const gap = sub(picturesFrom(value, d, group), picturesFrom(value, 0, group - d));
        const term = div(reduceMean(square(gap), { axes: [1, 2, 3] }), decay ** d);
        total = total === undefined ? term : add(total, term);
      }
      return total === undefined ? reduceSum(mul(value, 0), { axes: [1, 2, 3] }) : neg(total);
    },
  };
}

/** From one channel to another over the pictures of a sample: the first raises the first channel alone, the last the second. */
export function interpolation(layer: string, first: number, second: number): Objective {
  return {
    key: `interpolation ${layer} ${first} ${second}`,
    name: `from ${layer}:${first} to ${layer}:${second}`,
    value: (seen) => {
      const { group, views } = seen;
      const rows = (index: number) => grouped(channel(layer, index).value(seen), seen);
      const share = (i: number) => (group === 1 ? 0.5 : i / (group - 1));
      const weights = (f: (i: number) => number) =>
        constant(
          Float32Array.from({ length: group }, (_, i) => f(i)),
          [1, group, 1, 1],
        );
      const mixed = add(
        mul(
          rows(first),
          weights((i) => 1 - share(i)),
        ),
        mul(rows(second), weights(share)),
      );
      return reshape(mixed, [seen.pictures.shape[0]! * views]);
    },
  };
}
