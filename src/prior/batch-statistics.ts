/**
 * @file Statistics that batch normalisation kept from training (DeepInversion, Yin et al. 2020, eq. 4): pictures whose means and variances at
 * those layers are far from the stored ones are unlike those that the network learned from. The norms are not squared, as in the paper.
 */
import type { Model } from '../model/model.ts';
import { add, sub } from '../tensor/ops/arithmetic.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { square } from '../tensor/ops/unary.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Penalty, Sight } from './penalties.ts';
import { PriorError } from './prior-error.ts';

/** Names in the file of what a batch normalisation takes and of the statistics that it keeps. */
interface KeptStatistics {
  readonly input: string;
  readonly mean: string;
  readonly variance: string;
}

/**
 * The sum over a network's batch normalisations of |mu - mu'| + |var - var'|: Euclidean distances, over channels, of the mean and the variance
 * of what they are given from those that they keep. Both are taken over places, views and the pictures that are drawn together.
 * @throws PriorError where the file keeps no statistics
 * @example
 * const penalties = [{ penalty: batchStatistics(model), weight: 0.01 }];
 */
export function batchStatistics(model: Model): Penalty {
  const kept = keptStatistics(model);
  if (kept.length === 0)
    throw new PriorError(
      `${model.name} keeps no statistics of batch normalisation (exports fold it into convolutions); export it unfolded, or leave this penalty out.`,
    );
  return {
    name: 'batch-statistics',
    key: `batch statistics ${model.key}`,
    value: (x, sight = sightOf(model, x)) =>
      kept
        .map(({ input, mean, variance }) => distanceFrom(sight.at(mean), sight.at(variance), sight.at(input), sight))
        .reduce((sum, distance) => add(sum, distance)),
  };
}

function keptStatistics({ file }: Model): KeptStatistics[] {
  return file
    .graph!.node.filter(({ opType, domain }) => opType === 'BatchNormalization' && ['', 'ai.onnx'].includes(domain))
    .map(({ input: [input, , , mean, variance] }) => ({ input: input!, mean: mean!, variance: variance! }));
}

/** What the network makes of the pictures themselves, each for itself. */
function sightOf(model: Model, x: Tensor): Sight {
  const { values } = model.trace(x);
  return { pictures: x, group: 1, at: (name) => values.get(name)! };
}

/** |mean of v - mean| + |variance of v - variance| for each sample, of values v [samples x group x views, C, …]. */
function distanceFrom(mean: Tensor, variance: Tensor, v: Tensor, { pictures, group }: Sight): Tensor {
  const [all, channels, ...places] = v.shape as [number, number, ...number[]];
  const samples = pictures.shape[0]! / group;
  const values = reshape(v, [samples, all / samples, channels, sizeOf(places)]);
  const axes = [1, 3];
  const own = reduceMean(values, { axes, keepDims: true });
  const spread = reduceMean(square(sub(values, own)), { axes });
  const stored = (statistic: Tensor) => reshape(statistic, [1, channels]);
  return add(
    reduceL2(sub(reshape(own, [samples, channels]), stored(mean)), { axes: [1] }),
    reduceL2(sub(spread, stored(variance)), { axes: [1] }),
  );
}
