/** @file Gradient magnitude similarity deviation (Xue et al. 2014), and its forms over scales and with colours (Zhang et al. 2017). */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { conv } from '../tensor/ops/conv.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { exp, square } from '../tensor/ops/unary.ts';
import { sizeOf } from '../tensor/shape.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { dissimilarity, luma, requireSize, rootFromZero, yiq } from './picture.ts';
import { sameMeans } from './similarity.ts';

/** Prewitt's kernels over 3. */
const prewitt = [1, 0, -1, 1, 0, -1, 1, 0, -1].map((v) => v / 3);
const transposed = [1, 1, 1, 0, 0, 0, -1, -1, -1].map((v) => v / 3);

/** 170 for values up to 255. */
const stability = 170 / 255 ** 2;

/** Length of Prewitt's gradient at every pixel of [N, 1, H, W], zeros around the picture. */
export function prewittMagnitude(x: Tensor): Tensor {
  const along = (kernel: readonly number[]) =>
    conv(x, constant(kernel, [1, 1, 3, 3], x.dtype), undefined, { pads: [1, 1, 1, 1] });
  return rootFromZero(add(square(along(prewitt)), square(along(transposed))));
}

/** Likeness of gradients; a masking above 0 forgives differences of strength. */
function similarity(x: Tensor, y: Tensor, masking = 0): Tensor {
  const [gx, gy] = [prewittMagnitude(x), prewittMagnitude(y)];
  const product = mul(gx, gy);
  const squares = add(square(gx), square(gy));
  return div(add(mul(product, 2 - masking), stability), add(sub(squares, mul(product, masking)), stability));
}

/** Variance over places, with N - 1 as MATLAB has it. */
function variance(map: Tensor): Tensor {
  const axes = [1, 2, 3];
  const count = sizeOf(map.shape.slice(1));
  const centred = sub(map, reduceMean(map, { axes, keepDims: true }));
  return div(reduceSum(square(centred), { axes }), Math.max(1, count - 1));
}

const halved = (x: Tensor) => sameMeans(luma(x), 2);

/** Deviation of the similarity of gradients: 0 for equal pictures, about 0.35 for unlike ones. */
export const gmsd: Distance = {
  name: 'gmsd',
  brief: 'deviation of gradient similarity',
  source: 'Xue, Zhang, Mou and Bovik 2014: Prewitt / 3, T = 170 for values up to 255, deviation with N - 1',
  convention: {
    colour: 'luma, BT.601',
    sampling: 'means of 2 x 2 pixels first; zeros around the picture',
    better: 'lower',
    identity: 0,
    symmetric: true,
    minimumSize: 4,
  },
  value: (x, y) => {
    requireSize('gmsd', x, 4);
    return rootFromZero(variance(similarity(halved(x), halved(y))));
  },
  distance: (x, y) => gmsd.value(x, y),
  map: (x, y) => dissimilarity(similarity(halved(x), halved(y))),
};

/** Weight of each scale, from the finest, and the masking that the form over scales was fitted with. */
const [scaleWeights, scaleMasking] = [[0.096, 0.596, 0.289, 0.019], 0.5];

function overScales(name: string, x: Tensor, y: Tensor): Tensor {
  requireSize(name, x, leastSide);
  let [a, b] = [luma(x), luma(y)];
  let sum: Tensor | undefined;
  scaleWeights.forEach((weight, scale) => {
    if (scale > 0) [a, b] = [sameMeans(a, 2), sameMeans(b, 2)];
    const term = mul(variance(similarity(a, b, scaleMasking)), weight);
    sum = sum === undefined ? term : add(sum, term);
  });
  return rootFromZero(sum!);
}

/** Two by two places are left at the coarsest scale: a deviation needs more than one. */
const leastSide = 2 ** scaleWeights.length;

const overScalesConvention = {
  sampling: 'none at the finest scale, then means of 2 x 2 pixels; zeros around the picture',
  better: 'lower',
  identity: 0,
  symmetric: true,
  minimumSize: leastSide,
} as const;

/** GMSD at four scales, each half the size of the one before. */
export const msGmsd: Distance = {
  name: 'ms-gmsd',
  brief: 'deviation of gradient similarity over four scales',
  source:
    'Zhang, Sander and Bermak 2017: weights 0.096, 0.596, 0.289, 0.019 of squared deviations, masking 0.5; deviations with N - 1',
  convention: { colour: 'luma, BT.601', ...overScalesConvention },
  value: (x, y) => overScales('ms-gmsd', x, y),
  distance: (x, y) => overScales('ms-gmsd', x, y),
};

/** beta1 for values up to 255, beta2 and beta3: how much colours count, the less the more the luma differs. */
const [beta1, beta2, beta3] = [0.01 * 255, 0.32, 15];

/** Root of the mean squared length of differences in I and Q, on the coarsest scale; grey pictures have none. */
function chromaDifference(x: Tensor, y: Tensor): Tensor | undefined {
  if (x.shape[1] === 1) return undefined;
  let delta = conv(sub(x, y), constant(yiq.slice(3), [2, 3, 1, 1], x.dtype));
  for (let scale = 1; scale < scaleWeights.length; scale++) delta = sameMeans(delta, 2);
  return rootFromZero(reduceMean(reduceSum(square(delta), { axes: [1] }), { axes: [1, 2] }));
}

function withColours(x: Tensor, y: Tensor): Tensor {
  const ofLuma = overScales('ms-gmsdc', x, y);
  const share = sub(div(2, add(mul(exp(mul(ofLuma, -beta3)), beta2), 1)), 1);
  const ofColours = chromaDifference(x, y);
  const weighted = mul(ofLuma, share);
  return ofColours === undefined ? weighted : add(weighted, mul(mul(sub(1, share), ofColours), beta1));
}

/** GMSD at four scales together with the difference of colours. */
export const msGmsdc: Distance = {
  name: 'ms-gmsdc',
  brief: 'deviation of gradient similarity over four scales, and colours',
  source:
    'Zhang, Sander and Bermak 2017: ms-gmsd, and the root mean square difference of I and Q at the coarsest scale; beta 0.01, 0.32, 15',
  convention: { colour: 'YIQ', ...overScalesConvention },
  value: withColours,
  distance: withColours,
};
