/** @file Haar wavelet-based perceptual similarity (Reisenhofer, Bosse, Kutyniok and Wiegand 2018). */
import { sigmoid } from '../tensor/ops/activation.ts';
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { averagePool } from '../tensor/ops/average-pool.ts';
import { concat } from '../tensor/ops/concat.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { slice } from '../tensor/ops/slice.ts';
import { abs, log, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { oncePerPair } from './once.ts';
import { dissimilarity, requireSize, yiq } from './picture.ts';
import { likeness, sameMeans } from './similarity.ts';

/** Stability of a quotient, for values up to 255, and steepness of the logistic function. */
const [stability, steepness] = [30 / 255 ** 2, 4.2];

/** Keeps the quotient of sums defined where nothing counts. */
const leastWeight = 1e-7;

/** Means of the pixel, its neighbours to the right and below; zeros beyond the picture. */
function means2(x: Tensor): Tensor {
  return averagePool(x, [2, 2], { strides: [1, 1], pads: [0, 0, 1, 1], countIncludePad: true });
}

/** Magnitudes of Haar's wavelets along both axes, [N, 2, H, W], of a scale; zeros around the picture. */
function haar(y: Tensor, scale: number): Tensor {
  const n = 2 ** scale;
  const kernel = (along: 0 | 1) =>
    Array.from({ length: n * n }, (_, at) => ((along === 0 ? Math.floor(at / n) : at % n) < n / 2 ? -1 : 1) / n);
  const [before, after] = [n / 2 - 1, n / 2];
  const kernels = constant([...kernel(0), ...kernel(1)], [2, 1, n, n], y.dtype);
  return abs(conv(y, kernels, undefined, { pads: [before, before, after, after] }));
}

interface Responses {
  /** Magnitudes at the three scales, [N, 2, H, W] each. */
  readonly scales: readonly Tensor[];
  /** Magnitudes of the colour axes, [N, 2, H, W]; grey pictures have none. */
  readonly chroma?: Tensor;
}

function responses(x: Tensor): Responses {
  const small = sameMeans(x, 2);
  const scalesOf = (y: Tensor) => [1, 2, 3].map((scale) => haar(y, scale));
  if (x.shape[1] === 1) return { scales: scalesOf(small) };
  const axes = conv(small, constant(yiq, [3, 3, 1, 1], x.dtype));
  const y = slice(axes, { axes: [1], starts: [0], ends: [1] });
  const chroma = slice(axes, { axes: [1], starts: [1], ends: [3] });
  return { scales: scalesOf(y), chroma: abs(means2(chroma)) };
}

/** Similarities and weights at every second pixel, [N, 3, H/2, W/2]: along both axes, and of the colours where there are any. */
const compared = oncePerPair((x: Tensor, y: Tensor) => {
  const [a, b] = [responses(x), responses(y)];
  const fine = [0, 1].map((i) => likeness(a.scales[i]!, b.scales[i]!, stability));
  const luma = mul(add(fine[0]!, fine[1]!), 0.5);
  const weight = maximum(a.scales[2]!, b.scales[2]!);
  if (a.chroma === undefined || b.chroma === undefined) return { similarity: luma, weight };
  const axis = { axes: [1], keepDims: true };
  const colour = reduceMean(likeness(a.chroma, b.chroma, stability), axis);
  return { similarity: concat([luma, colour], 1), weight: concat([weight, reduceMean(weight, axis)], 1) };
});

/** The mean of logistic similarities, brought back to [0, 1] and squared. */
function index(x: Tensor, y: Tensor): Tensor {
  requireSize('haarpsi', x, haarpsi.convention.minimumSize);
  const { similarity, weight } = compared(x, y);
  const axes = { axes: [1, 2, 3] };
  const counted = add(weight, leastWeight);
  // What the mean lacks of 1 is averaged: the mean itself is so close to 1 that float32 would keep four digits of its log odds.
  const lacking = div(reduceSum(mul(sigmoid(mul(similarity, -steepness)), counted), axes), reduceSum(counted, axes));
  return square(div(log(div(sub(1, lacking), lacking)), steepness));
}

/** Similarity of Haar wavelet coefficients: 1 for equal pictures, towards 0 for unlike ones. */
export const haarpsi: Distance = {
  name: 'haarpsi',
  brief: 'similarity of Haar wavelets',
  source: 'Reisenhofer, Bosse, Kutyniok and Wiegand 2018: C 30 for values up to 255, alpha 4.2, three scales',
  convention: {
    colour: 'YIQ',
    sampling: 'means of 2 x 2 pixels first; zeros around the picture',
    better: 'higher',
    identity: 1,
    symmetric: true,
    grey: "the similarity of colours, as in the authors' code: it would be 1 everywhere and raise the mean",
    // The coarsest wavelet, on the halved picture.
    minimumSize: 16,
  },
  value: index,
  distance: (x, y) => dissimilarity(index(x, y)),
  map: (x, y) => {
    const { similarity, weight } = compared(x, y);
    const axis = { axes: [1], keepDims: true };
    const counted = add(weight, leastWeight);
    return div(
      reduceSum(mul(dissimilarity(similarity), counted), axis),
      reduceMean(counted, { axes: [1, 2, 3], keepDims: true }),
    );
  },
};
