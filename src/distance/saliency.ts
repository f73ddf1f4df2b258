/**
 * @file Saliency by simple priors (Zhang, Gu and Li 2013): what stands out in a band of frequencies, lies near the middle and is not of
 * the coldest colours.
 */

import { filtered } from '../tensor/fourier.ts';
import { add, div, mul, neg, sub } from '../tensor/ops/arithmetic.ts';
import { less, where } from '../tensor/ops/compare.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum, pow } from '../tensor/ops/extrema.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { reduceMax, reduceMin } from '../tensor/ops/reduce-extrema.ts';
import { resize } from '../tensor/ops/resize.ts';
import { slice } from '../tensor/ops/slice.ts';
import { exp, sqrt, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { linear, toXyz } from './lab.ts';

/** Side of the square that saliency is worked out on. */
const side = 256;

/** Centre of the log-Gabor band in cycles a pixel and its deviation over log frequency, as VSI sets them. */
const [centre, deviation] = [0.021, 1.34];
/** How far from the middle attention reaches, in pixels of the square. */
const reach = 145;
/** How far from the coldest colour attention begins, where colours span 0 to 1. */
const warmth = 0.001;

/** Keeps roots of zero away, where their slope is infinite. */
const tiny = 1e-12;

/** A map that spans less than this counts as flat: what it spans is rounding. */
const leastSpan = 0.01;

/** The white of D50, by which the authors' code divides XYZ. */
const white = [0.9642, 1, 0.8251];

/** L, a and b of RGB pictures in [0, 1], without adapting their white to D50. */
function lab(x: Tensor): Tensor {
  const weights = toXyz.flatMap((row, i) => row.map((v) => v / white[i]!));
  const t = conv(linear(x), constant(weights, [3, 3, 1, 1], x.dtype));
  const low = 0.008856;
  const f = where(less(t, low), div(add(mul(t, 903.3), 16), 116), pow(maximum(t, low), 1 / 3));
  const axes = constant([0, 116, 0, 500, -500, 0, 0, 200, -200], [3, 3, 1, 1], x.dtype);
  return conv(f, axes, constant([-16, 0, 0], [3], x.dtype));
}

/** A log-Gabor filter of all orientations, which nothing beyond half a cycle a pixel passes. */
function bandPass(ky: number, kx: number): number {
  const radius = Math.hypot(ky, kx) / side;
  return radius === 0 || radius > 0.5 ? 0 : Math.exp(-(Math.log(radius / centre) ** 2) / (2 * deviation ** 2));
}

/** Values moved and scaled to span 0 to 1 in each channel of each picture. */
function normalized(x: Tensor): Tensor {
  const options = { axes: [2, 3], keepDims: true };
  const low = reduceMin(x, options);
  return div(sub(x, low), maximum(sub(reduceMax(x, options), low), leastSpan));
}

/** Saliency of pictures [N, 3, H, W] in [0, 1]: [N, 1, H, W], of which the least is 0 and the most 1. */
export function saliency(x: Tensor): Tensor {
  const to = (v: Tensor, sizes: readonly number[]) =>
    resize(v, { axes: [2, 3], sizes, mode: 'linear', coordinates: 'align_corners' });
  const square256 = lab(to(x, [side, side]));

  const energy = sqrt(add(reduceSum(square(filtered(square256, bandPass)), { axes: [1], keepDims: true }), tiny));

  const fromMiddle = (i: number) => (i + 1 - side / 2) ** 2;
  const middle = Float64Array.from({ length: side * side }, (_, at) =>
    Math.exp(-(fromMiddle(Math.floor(at / side)) + fromMiddle(at % side)) / reach ** 2),
  );

  const colours = normalized(slice(square256, { axes: [1], starts: [1], ends: [3] }));
  const fromColdest = reduceSum(square(colours), { axes: [1], keepDims: true });
  const warm = sub(1, exp(neg(div(fromColdest, warmth ** 2))));

  const prior = mul(constant(middle, [side, side], x.dtype), warm);
  return normalized(to(mul(energy, prior), x.shape.slice(2)));
}
