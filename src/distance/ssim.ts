/** @file Structural similarity (Wang et al. 2004) and its form over scales (Wang et al. 2003). */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { concat } from '../tensor/ops/concat.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum, pow } from '../tensor/ops/extrema.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { slice } from '../tensor/ops/slice.ts';
import { square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { blockMeans, dissimilarity, gaussian, luma, requireSize, usualFactor } from './picture.ts';

const window = gaussian(11, 1.5);
const [c1, c2] = [0.01 ** 2, 0.03 ** 2];

/**
 * Local means of one-channel pictures under the window. They are the channels of one grouped convolution, which the runtime's blocked
 * kernels take: 8 times as fast as convolutions of one channel each.
 */
function localMeans(...pictures: readonly Tensor[]): Tensor[] {
  const count = pictures.length;
  const weights = Array.from({ length: count }, () => window).flat();
  const along = (x: Tensor, shape: readonly [number, number]) =>
    conv(x, constant(weights, [count, 1, ...shape]), undefined, { group: count });
  const means = along(along(concat(pictures, 1), [window.length, 1]), [1, window.length]);
  return pictures.map((_, i) => slice(means, { axes: [1], starts: [i], ends: [i + 1] }));
}

/** Luminance and contrast-structure terms at every place of the window, [N, 1, H - 10, W - 10]. */
function terms(x: Tensor, y: Tensor): { luminance: Tensor; contrast: Tensor } {
  const [mx, my, squares, products] = localMeans(x, y, add(square(x), square(y)), mul(x, y)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const [mxx, myy, mxy] = [square(mx), square(my), mul(mx, my)];
  const variances = sub(squares, add(mxx, myy));
  const covariance = sub(products, mxy);
  return {
    luminance: div(add(mul(mxy, 2), c1), add(add(mxx, myy), c1)),
    contrast: div(add(mul(covariance, 2), c2), add(variances, c2)),
  };
}

function ssimMap(x: Tensor, y: Tensor): Tensor {
  const { luminance, contrast } = terms(x, y);
  return mul(luminance, contrast);
}

function ssimOf(name: string, factor: (x: Tensor) => number, sampling: string): Distance {
  const similarity = (x: Tensor, y: Tensor) => {
    const f = factor(x);
    requireSize(name, x, 11 * f);
    return ssimMap(blockMeans(luma(x), f), blockMeans(luma(y), f));
  };
  const value = (x: Tensor, y: Tensor) => reduceMean(similarity(x, y), { axes: [1, 2, 3] });
  return {
    name,
    brief: 'structural similarity',
    source: 'Wang, Bovik, Sheikh and Simoncelli 2004: 11 x 11 Gaussian window of deviation 1.5, K1 0.01, K2 0.03',
    convention: { colour: 'luma, BT.601', sampling, better: 'higher', identity: 1, symmetric: true, minimumSize: 11 },
    value,
    distance: (x, y) => dissimilarity(value(x, y)),
    map: (x, y) => dissimilarity(similarity(x, y)),
  };
}

/** SSIM of luma, without down-sampling: the mean over places where the whole window fits. */
export const ssim: Distance = ssimOf('ssim', () => 1, 'none; only places where the whole window fits');

/** SSIM after shrinking by the shorter side over 256, as Wang's later code and most libraries do. */
export const ssimDownsampled: Distance = ssimOf(
  'ssim:downsampled',
  usualFactor,
  'block means by the shorter side over 256, rounded; then only places where the whole window fits',
);

/** Weight of each scale, from the finest. */
const scaleWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** Below this a scale's mean counts as this: negative values have no power. */
const floor = 1e-4;

/** Smallest side at which the window still fits on the coarsest scale. */
const msSsimSize = 11 * 2 ** (scaleWeights.length - 1);

function msSsimValue(x: Tensor, y: Tensor): Tensor {
  requireSize('ms-ssim', x, msSsimSize);
  let [a, b] = [luma(x), luma(y)];
  let product: Tensor | undefined;
  scaleWeights.forEach((weight, scale) => {
    const { luminance, contrast } = terms(a, b);
    const last = scale === scaleWeights.length - 1;
    const mean = reduceMean(last ? mul(luminance, contrast) : contrast, { axes: [1, 2, 3] });
    const factor = pow(maximum(mean, floor), weight);
    product = product === undefined ? factor : mul(product, factor);
    if (!last) [a, b] = [blockMeans(a, 2), blockMeans(b, 2)];
  });
  return product!;
}

/**
 * SSIM over five scales, each half the size of the one before by means of 2 x 2 blocks. The product of powers, as in the paper; some tables
 * have the weighted sum that the authors' code also knows, which is larger by up to 0.005.
 */
export const msSsim: Distance = {
  name: 'ms-ssim',
  brief: 'structural similarity over five scales',
  source: 'Wang, Simoncelli and Bovik 2003; negative means count as 0.0001',
  convention: {
    colour: 'luma, BT.601',
    sampling: 'none at the finest scale, then means of 2 x 2 blocks',
    better: 'higher',
    identity: 1,
    symmetric: true,
    minimumSize: msSsimSize,
  },
  value: msSsimValue,
  distance: (x, y) => dissimilarity(msSsimValue(x, y)),
};
