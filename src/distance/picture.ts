/** @file What perceptual distances share: luma, windows, pooling, and refusing pictures that are too small. */
import { mul, sub } from '../tensor/ops/arithmetic.ts';
import { averagePool } from '../tensor/ops/average-pool.ts';
import { greater, where } from '../tensor/ops/compare.ts';
import { conv } from '../tensor/ops/conv.ts';
import { expand } from '../tensor/ops/expand.ts';
import { maximum, pow } from '../tensor/ops/extrema.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { overLargest } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { abs, sqrt } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { DistanceError } from './distance.ts';

/** Weights of red, green and blue in luma (ITU-R BT.601). */
const bt601 = [0.299, 0.587, 0.114];

/** Red, green and blue in the axes of YIQ, row by row, rounded as image quality code does. */
export const yiq: readonly number[] = [...bt601, 0.596, -0.274, -0.322, 0.211, -0.523, 0.312];

/**
 * Luma [N, 1, H, W] of RGB pictures, or grey ones as they are. A weighted sum and not a convolution: the runtime would pad a convolution's one
 * channel to a block of 16, and everything after it would be done on all of them.
 */
export function luma(x: Tensor): Tensor {
  return x.shape[1] === 1
    ? x
    : reduceSum(mul(x, constant(bt601, [1, 3, 1, 1], x.dtype)), { axes: [1], keepDims: true });
}

/** Grey pictures for a network of colours, and the other way round. */
export function asChannels(x: Tensor, channels: number): Tensor {
  if (x.shape[1] === channels) return x;
  return channels === 1 ? luma(x) : expand(x, [x.shape[0]!, channels, ...x.shape.slice(2)]);
}

/** @throws DistanceError where a picture is smaller than a distance is defined for */
export function requireSize(name: string, x: Tensor, least: number): void {
  const [height, width] = x.shape.slice(2) as [number, number];
  if (Math.min(height, width) >= least) return;
  throw new DistanceError(
    `${name} needs pictures of at least ${least} x ${least} pixels, got ${width} x ${height}: enlarge them, or use another distance.`,
  );
}

/** A Gaussian of `size` places, summing to 1. */
export function gaussian(size: number, sigma: number): number[] {
  const values = Array.from({ length: size }, (_, i) => Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma * sigma)));
  const total = values.reduce((sum, v) => sum + v, 0);
  return values.map((v) => v / total);
}

/** One-channel pictures convolved with a separable window, only where it fits ("valid"). */
export function separable(x: Tensor, window: readonly number[]): Tensor {
  const rows = conv(x, constant(window, [1, 1, window.length, 1]));
  return conv(rows, constant(window, [1, 1, 1, window.length]));
}

/** Means of f x f blocks; what does not fill a block at the end is left out. */
export function blockMeans(x: Tensor, f: number): Tensor {
  return f === 1 ? x : averagePool(x, [f, f], { strides: [f, f] });
}

/** The factor by which common implementations shrink pictures first: their shorter side over 256, rounded, at least 1. */
export function usualFactor(x: Tensor): number {
  return Math.max(1, Math.round(Math.min(x.shape[2]!, x.shape[3]!) / 256));
}

/** Square root with slope 0 at 0, where its own is infinite. */
export function rootFromZero(v: Tensor): Tensor {
  const positive = greater(v, 0);
  return where(positive, sqrt(where(positive, v, 1)), 0);
}

/**
 * A norm of a high power over all but the first axis, [N]: nearly the largest size, by at most the number of values to the power of
 * 1 / power more, with the slope of all values that are nearly as large.
 */
export function powerNorm(v: Tensor, power: number): Tensor {
  const axes = v.shape.slice(1).map((_, i) => i + 1);
  const { scaled, largest } = overLargest(v, axes);
  // Where all is zero a floor keeps the root's slope finite.
  const sum = reduceSum(pow(maximum(abs(scaled), 1e-3), power), { axes });
  return mul(pow(sum, 1 / power), reshape(largest, [v.shape[0]!]));
}

/** 1 - s: a similarity as a distance. */
export function dissimilarity(s: Tensor): Tensor {
  return sub(1, s);
}
