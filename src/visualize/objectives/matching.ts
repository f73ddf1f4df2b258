/**
 * @file Pictures whose activations match given ones: inversion (Mahendran and Vedaldi 2015) draws what a layer knows of a picture,
 * caricature (Lucid) draws more of what it saw, and style (Gatys et al. 2016) matches what goes together wherever it is.
 */

import { hashOf } from '../../random/random-stream.ts';
import { div, mul, neg, sub } from '../../tensor/ops/arithmetic.ts';
import { maximum, pow } from '../../tensor/ops/extrema.ts';
import { matmul } from '../../tensor/ops/matmul.ts';
import { reduceMean, reduceSum } from '../../tensor/ops/reduce.ts';
import { reduceL2 } from '../../tensor/ops/reduce-extrema.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import { swapAxes } from '../../tensor/ops/transpose.ts';
import { square } from '../../tensor/ops/unary.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { constant, type Tensor } from '../../tensor/tensor.ts';
import { VisualizeError } from '../check-options.ts';
import { featuresOf } from './features.ts';
import type { Objective } from './objective.ts';

/** Activations of a layer for one picture: what `activationsOf` gives. */
export interface Activations {
  readonly layer: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

function flatOf(value: Tensor, { layer, data, shape }: Activations): { readonly own: Tensor; readonly wanted: Tensor } {
  const length = sizeOf(value.shape.slice(1));
  if (length !== data.length) {
    throw new VisualizeError(
      `The activations of "${layer}" to match have ${data.length} values [${shape.join(', ')}]; this size of picture gives ${length}.`,
    );
  }
  return { own: reshape(value, [value.shape[0]!, length]), wanted: constant(data, [1, length]) };
}

/** Inversion: minus the distance of activations over the length of the wanted ones. */
export function matching(wanted: Activations): Objective {
  return {
    key: `matching ${wanted.layer} ${hashOf(wanted.data)}`,
    name: `the picture that ${wanted.layer} saw`,
    value: (seen) => {
      const { own, wanted: target } = flatOf(seen.at(wanted.layer), wanted);
      return neg(div(reduceL2(sub(own, target), { axes: [1] }), Math.max(lengthOf(wanted.data), 1e-12)));
    },
  };
}

/** Caricature: the product with the unit of the wanted activations, times the power of the cosine between both, of 0.1 at least. */
export function caricature(wanted: Activations, cosinePower = 1): Objective {
  return {
    key: `caricature ${wanted.layer} ${hashOf(wanted.data)} ${cosinePower}`,
    name: `a caricature of what ${wanted.layer} saw`,
    value: (seen) => {
      const { own, wanted: target } = flatOf(seen.at(wanted.layer), wanted);
      const length = Math.max(lengthOf(wanted.data), 1e-6);
      const product = div(reduceSum(mul(own, target), { axes: [1] }), length);
      if (cosinePower === 0) return product;
      const cosine = div(product, maximum(reduceL2(own, { axes: [1] }), 1e-6));
      return mul(product, pow(maximum(cosine, 0.1), cosinePower));
    },
  };
}

const lengthOf = (v: Float32Array) => Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));

/** Products of channels over all places, [N, C, C], over the number of channels and places. */
export function gramOf(value: Tensor): Tensor {
  const { values } = featuresOf(value);
  const [, channels, places] = values.shape as [number, number, number];
  return div(matmul(values, swapAxes(values, 1, 2)), channels * places);
}

/** Style: minus the squared distance of the Gram matrices from those of wanted activations, over their own squared length. */
export function style(wanted: Activations): Objective {
  return {
    key: `style ${wanted.layer} ${hashOf(wanted.data)}`,
    name: `the style that ${wanted.layer} saw`,
    value: (seen) => {
      const target = gramOf(constant(wanted.data, [1, ...wanted.shape]));
      const own = gramOf(seen.at(wanted.layer));
      if (own.shape[1] !== target.shape[1])
        throw new VisualizeError(
          `The style of "${wanted.layer}" to match has ${target.shape[1]} channels; the layer has ${own.shape[1]}.`,
        );
      const gap = reduceMean(square(sub(own, target)), { axes: [1, 2] });
      return neg(div(gap, maximum(reduceMean(square(target), { axes: [1, 2] }), 1e-20)));
    },
  };
}
