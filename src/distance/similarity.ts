/** @file What indices of feature similarity share: the quotient of two features, Scharr's gradient, means weighted by importance. */
import { add, div, mul } from '../tensor/ops/arithmetic.ts';
import { averagePool } from '../tensor/ops/average-pool.ts';
import { concat, split } from '../tensor/ops/concat.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum, pow } from '../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { stepBelow } from '../tensor/ops/step.ts';
import { abs, sqrt, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { oncePerPair } from './once.ts';
import { dissimilarity, requireSize, usualFactor } from './picture.ts';

/** How alike two features are: 1 where they are equal, towards 0 where one is much larger than the other and than c's root. */
export function likeness(a: Tensor, b: Tensor, c: number): Tensor {
  return div(add(mul(mul(a, b), 2), c), add(add(square(a), square(b)), c));
}

/** Below this a power's base counts as this: its slope grows without bound towards 0. */
const leastBase = 1e-4;

/** The real part of p^exponent, for 0 < exponent < 1: a negative p has the phase pi, which the power turns to pi times the exponent. */
export function realPower(p: Tensor, exponent: number): Tensor {
  const phase = add(mul(stepBelow(p, 0), Math.cos(Math.PI * exponent) - 1), 1);
  return mul(pow(maximum(abs(p), leastBase), exponent), phase);
}

const scharr = [3, 0, -3, 10, 0, -10, 3, 0, -3].map((v) => v / 16);
const transposed = [3, 10, 3, 0, 0, 0, -3, -10, -3].map((v) => v / 16);

/** Length of Scharr's gradient at every pixel of [N, 1, H, W], zeros around the picture. */
export function scharrMagnitude(x: Tensor): Tensor {
  const kernels = constant([...scharr, ...transposed], [2, 1, 3, 3], x.dtype);
  const both = conv(x, kernels, undefined, { pads: [1, 1, 1, 1] });
  return sqrt(add(reduceSum(square(both), { axes: [1], keepDims: true }), 1e-8));
}

/**
 * Means of f x f pixels around every f-th; zeros around the picture. So MATLAB's conv2 with 'same' has it: for f = 2 these are blocks, and
 * an odd last row is half black.
 */
export function sameMeans(x: Tensor, f: number): Tensor {
  if (f === 1) return x;
  const before = Math.floor((f - 1) / 2);
  const after = x.shape.slice(2).map((n) => Math.max(0, f * (Math.ceil(n / f) - 1) + Math.floor(f / 2) - (n - 1)));
  return averagePool(x, [f, f], { strides: [f, f], pads: [before, before, ...after], countIncludePad: true });
}

/** Means by the shorter side over 256, rounded. */
export function usualMeans(x: Tensor): Tensor {
  return sameMeans(x, usualFactor(x));
}

/** One function of both pictures, run on them as one batch. */
export function ofBoth(x: Tensor, y: Tensor, of: (pictures: Tensor) => Tensor): readonly [Tensor, Tensor] {
  const n = x.shape[0]!;
  return split(of(concat([x, y], 0)), [n, n], 0) as [Tensor, Tensor];
}

/** Where and how much two pictures are alike, and how much each place counts: [N, 1, H', W'] both. */
export interface Comparison {
  readonly similarity: Tensor;
  readonly weight: Tensor;
}

/** Keeps the quotient of sums defined where no place counts. */
const leastWeight = 1e-6;

/** An index that is a weighted mean of similarities. Its map's mean is its distance. */
export function weightedIndex(
  about: Pick<Distance, 'name' | 'brief' | 'source' | 'convention'>,
  compare: (x: Tensor, y: Tensor) => Comparison,
): Distance {
  const compared = oncePerPair((x, y) => {
    requireSize(about.name, x, about.convention.minimumSize);
    return compare(x, y);
  });
  const distance = (x: Tensor, y: Tensor) => {
    const { similarity, weight } = compared(x, y);
    const sum = (v: Tensor) => reduceSum(v, { axes: [1, 2, 3] });
    return div(sum(mul(dissimilarity(similarity), weight)), maximum(sum(weight), leastWeight));
  };
  return {
    ...about,
    value: (x, y) => dissimilarity(distance(x, y)),
    distance,
    map: (x, y) => {
      const { similarity, weight } = compared(x, y);
      const mean = reduceMean(weight, { axes: [1, 2, 3], keepDims: true });
      return div(mul(dissimilarity(similarity), weight), maximum(mean, leastWeight));
    },
  };
}
