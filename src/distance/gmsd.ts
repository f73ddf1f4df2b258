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

/** Length of the gradient at every pixel, zeros around the picture. */
function gradientMagnitude(x: Tensor): Tensor {
  const along = (kernel: readonly number[]) =>
    conv(x, constant(kernel, [1, 1, 3, 3]), undefined, { pads: [1, 1, 1, 1] });
  return sqrt(add(add(square(along(prewitt)), square(along(transposed))), tiny));
}

function similarity(x: Tensor, y: Tensor): Tensor {
  const [gx, gy] = [gradientMagnitude(x), gradientMagnitude(y)];
  return div(add(mul(mul(gx, gy), 2), stability), add(add(square(gx), square(gy)), stability));
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
