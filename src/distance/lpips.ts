/**
 * @file Learned perceptual image patch similarity (Zhang, Isola, Efros, Shechtman and Wang 2018): differences of the features of a
 * network, each place's features scaled to length 1. Departures: 1e-10 stands inside the root, so that slopes are finite where a
 * place has no features; the network's own preprocessing takes the place of the published shift and scale, which are ImageNet's mean
 * and deviation for pixels in [-1, 1].
 */
import { add, div, sub } from '../tensor/ops/arithmetic.ts';
import { conv } from '../tensor/ops/conv.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { resize } from '../tensor/ops/resize.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { requireSize } from './picture.ts';
import type { Trunk } from './trunk.ts';

/** Keeps roots of zero away; the square of the published 1e-10 would vanish in float32. */
const tiny = 1e-10;

/** Features [N, C, H, W] scaled to length 1 at each place. */
function unitLength(f: Tensor): Tensor {
  return div(f, sqrt(add(reduceSum(square(f), { axes: [1], keepDims: true }), tiny)));
}

/**
 * LPIPS of a trunk's layers l:
 *
 *     d(x, y) = sum_l  1 / (H_l W_l)  sum_hw  sum_c  w_lc (f_lchw(x) - f_lchw(y))²,   f scaled to length 1 over c
 *
 * @param weights w, one number for each channel of each of the trunk's layers; all are 1 unless given
 */
export function lpipsOf(name: string, trunk: Trunk, weights?: readonly Float32Array[]): Distance {
  /** The inner sum at each place of each layer, [N, 1, H_l, W_l]. */
  const differences = (x: Tensor, y: Tensor): Tensor[] => {
    requireSize(name, x, trunk.minimumSize);
    const [fx, fy] = [trunk.features(x), trunk.features(y)];
    return trunk.taps.map(({ channels }, l) => {
      const delta = square(sub(unitLength(fx[l]!), unitLength(fy[l]!)));
      const w = weights?.[l];
      return w === undefined
        ? reduceSum(delta, { axes: [1], keepDims: true })
        : conv(delta, constant(w, [1, channels, 1, 1]));
    });
  };
  const value = (x: Tensor, y: Tensor) =>
    differences(x, y)
      .map((difference) => reduceMean(difference, { axes: [1, 2, 3] }))
      .reduce((sum, one) => add(sum, one));
  const layers = trunk.taps.map((tap) => tap.value).join(', ');
  return {
    name,
    brief:
      weights === undefined
        ? `differences of ${trunk.name}'s features, unweighted (self-LPIPS)`
        : `LPIPS: weighted differences of ${trunk.name}'s features`,
    source:
      weights === undefined
        ? `Zhang et al. 2018 with all weights 1: the square of the distance of Laidlaw, Singla and Feizi 2021, whose bound of 0.5 is 0.25 here; layers ${layers}`
        : `Zhang et al. 2018 with given weights, 1e-10 inside the root; layers ${layers}`,
    convention: {
      colour: `rgb; the network sees ${trunk.preprocessing}`,
      sampling: 'none; pixels from 0 to 1, means over places of each layer',
      better: 'lower',
      identity: 0,
      symmetric: true,
      minimumSize: trunk.minimumSize,
    },
    value,
    distance: value,
    map: (x, y) => {
      const sizes = x.shape.slice(2);
      return differences(x, y)
        .map((difference) => resize(difference, { axes: [2, 3], sizes, mode: 'linear' }))
        .reduce((sum, one) => add(sum, one));
    },
  };
}
