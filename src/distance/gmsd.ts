/** @file Gradient magnitude similarity deviation (Xue et al. 2014) and its form over scales (Zhang et al. 2017). */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import { sizeOf } from '../tensor/shape.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { blockMeans, dissimilarity, luma, requireSize } from './picture.ts';

/** Prewitt's kernels over 3. */
const prewitt = [1, 0, -1, 1, 0, -1, 1, 0, -1].map((v) => v / 3);
const transposed = [1, 1, 1, 0, 0, 0, -1, -1, -1].map((v) => v / 3);

/** 170 for values up to 255. */
const stability = 170 / 255 ** 2;

/** Keeps roots of zero away, where their slope is infinite. */
const tiny = 1e-12;

/** Length of Prewitt's gradient at every pixel of [N, 1, H, W], zeros around the picture. */
export function prewittMagnitude(x: Tensor): Tensor {
  const along = (kernel: readonly number[]) =>
    conv(x, constant(kernel, [1, 1, 3, 3]), undefined, { pads: [1, 1, 1, 1] });
  return sqrt(add(add(square(along(prewitt)), square(along(transposed))), tiny));
}

/** Likeness of gradients; a masking above 0 forgives differences of strength. */
function similarity(x: Tensor, y: Tensor, masking = 0): Tensor {
  const [gx, gy] = [prewittMagnitude(x), prewittMagnitude(y)];
  const product = mul(gx, gy);
  const squares = add(square(gx), square(gy));
  return div(add(mul(product, 2 - masking), stability), add(sub(squares, mul(product, masking)), stability));
}

/** Standard deviation over places, with N - 1 as MATLAB has it. */
function deviation(map: Tensor): Tensor {
  const axes = [1, 2, 3];
  const count = sizeOf(map.shape.slice(1));
  const centred = sub(map, reduceMean(map, { axes, keepDims: true }));
  const variance = div(reduceSum(square(centred), { axes }), Math.max(1, count - 1));
  return sqrt(maximum(variance, tiny * tiny));
}

const halved = (x: Tensor) => blockMeans(luma(x), 2);

/** Deviation of the similarity of gradients: 0 for equal pictures, about 0.35 for unlike ones. */
export const gmsd: Distance = {
  name: 'gmsd',
  brief: 'deviation of gradient similarity',
  source: 'Xue, Zhang, Mou and Bovik 2014: Prewitt / 3, T = 170 for values up to 255, deviation with N - 1',
  convention: {
    colour: 'luma, BT.601',
    sampling: 'means of 2 x 2 blocks first; zeros around the picture',
    better: 'lower',
    identity: 0,
    symmetric: true,
    minimumSize: 4,
  },
  value: (x, y) => {
    requireSize('gmsd', x, 4);
    return deviation(similarity(halved(x), halved(y)));
  },
  distance: (x, y) => gmsd.value(x, y),
  map: (x, y) => dissimilarity(similarity(halved(x), halved(y))),
};

/** Weight of each scale, from the finest, and the masking that the form over scales was fitted with. */
const [scaleWeights, scaleMasking] = [[0.096, 0.596, 0.289, 0.019], 0.5];

function overScales(x: Tensor, y: Tensor): Tensor {
  requireSize('ms-gmsd', x, msGmsd.convention.minimumSize);
  let [a, b] = [luma(x), luma(y)];
  let sum: Tensor | undefined;
  scaleWeights.forEach((weight, scale) => {
    if (scale > 0) [a, b] = [blockMeans(a, 2), blockMeans(b, 2)];
    const term = mul(square(deviation(similarity(a, b, scaleMasking))), weight);
    sum = sum === undefined ? term : add(sum, term);
  });
  return sqrt(maximum(sum!, tiny * tiny));
}

/** GMSD at four scales, each half the size of the one before. */
export const msGmsd: Distance = {
  name: 'ms-gmsd',
  brief: 'deviation of gradient similarity over four scales',
  source:
    'Zhang, Ding, Sun and Wang 2017, without the part for colours: weights 0.096, 0.596, 0.289, 0.019, masking 0.5; deviations with N - 1',
  convention: {
    colour: 'luma, BT.601',
    sampling: 'none at the finest scale, then means of 2 x 2 blocks; zeros around the picture',
    better: 'lower',
    identity: 0,
    symmetric: true,
    minimumSize: 17,
  },
  value: overScales,
  distance: overScales,
};
