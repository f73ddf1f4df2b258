/** @file Normalisations, written in simpler ops: batch, instance, layer, group, root-mean-square, local response. */
import { isFloat } from '../dtype.ts';
import { sizeOf } from '../shape.ts';
import { constant, type Tensor } from '../tensor.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { conv } from './conv.ts';
import { pow } from './extrema.ts';
import { reduceMean } from './reduce.ts';
import { reshape } from './reshape.ts';
import { sqrt } from './unary.ts';

/** A vector per channel as a tensor that broadcasts to [N, C, …]. */
function perChannel(v: Tensor, rank: number): Tensor {
  return reshape(v, [1, sizeOf(v.shape), ...new Array<number>(Math.max(rank - 2, 0)).fill(1)]);
}

/** Batch normalisation with fixed statistics: one factor and one summand per channel, which fold into a convolution. */
export function batchNorm(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon = 1e-5,
): Tensor {
  const factor = div(scale, sqrt(add(variance, epsilon)));
  const summand = sub(bias, mul(mean, factor));
  return add(mul(x, perChannel(factor, x.shape.length)), perChannel(summand, x.shape.length));
}

/** Mean and sqrt(variance + epsilon) over the given axes, which keep size 1. */
function statistics(
  x: Tensor,
  axes: readonly number[],
  epsilon: number,
): { mean: Tensor; centred: Tensor; deviation: Tensor } {
  const mean = reduceMean(x, { axes, keepDims: true });
  const centred = sub(x, mean);
  const variance = reduceMean(mul(centred, centred), { axes, keepDims: true });
  return { mean, centred, deviation: sqrt(add(variance, epsilon)) };
}

/** (x - mean) / sqrt(variance + epsilon) over the given axes. */
export function standardize(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const { centred, deviation } = statistics(x, axes, epsilon);
  return div(centred, deviation);
}

function spatialAxes(x: Tensor): number[] {
  return x.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
}

/** Instance normalisation: each channel of each image by its own statistics. */
export function instanceNorm(x: Tensor, scale: Tensor, bias: Tensor, epsilon = 1e-5): Tensor {
  const rank = x.shape.length;
  return add(mul(standardize(x, spatialAxes(x), epsilon), perChannel(scale, rank)), perChannel(bias, rank));
}

/** Options of `layerNorm` and `rmsNorm`: the first normalised axis. */
export interface LayerNormOptions {
  readonly axis?: number;
  readonly epsilon?: number;
}

function axesFrom(x: Tensor, axis: number): number[] {
  const first = axis < 0 ? axis + x.shape.length : axis;
  return x.shape.flatMap((_, i) => (i < first ? [] : [i]));
}

/** Layer normalisation over the axes from `axis` on. */
export function layerNorm(
  x: Tensor,
  scale?: Tensor,
  bias?: Tensor,
  { axis = -1, epsilon = 1e-5 }: LayerNormOptions = {},
): Tensor {
  const normal = standardize(x, axesFrom(x, axis), epsilon);
  const scaled = scale === undefined ? normal : mul(normal, scale);
  return bias === undefined ? scaled : add(scaled, bias);
}

/** What a layer normalisation divides by and takes away: mean and 1 / sqrt(variance + epsilon). */
export function layerStatistics(
  x: Tensor,
  { axis = -1, epsilon = 1e-5 }: LayerNormOptions = {},
): {
  readonly mean: Tensor;
  readonly inverseDeviation: Tensor;
} {
  const { mean, deviation } = statistics(x, axesFrom(x, axis), epsilon);
  return { mean, inverseDeviation: div(1, deviation) };
}

/** x over its root mean square along the axes from `axis` on. */
export function rmsNorm(x: Tensor, scale: Tensor, { axis = -1, epsilon = 1e-5 }: LayerNormOptions = {}): Tensor {
  const meanSquare = reduceMean(mul(x, x), { axes: axesFrom(x, axis), keepDims: true });
  return mul(div(x, sqrt(add(meanSquare, epsilon))), scale);
}

/** Group normalisation; scale and bias are per channel. */
export function groupNorm(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  { groups, epsilon = 1e-5 }: { readonly groups: number; readonly epsilon?: number },
): Tensor {
  const [n, c, ...spatial] = x.shape as [number, number, ...number[]];
  const grouped = reshape(x, [n, groups, (c / groups) * sizeOf(spatial)]);
  const normal = reshape(standardize(grouped, [2], epsilon), x.shape);
  return add(mul(normal, perChannel(scale, x.shape.length)), perChannel(bias, x.shape.length));
}

/** Options of `localResponseNorm`: channels in the window, and the constants of Krizhevsky et al. 2012. */
export interface LocalResponseNormOptions {
  readonly size: number;
  readonly alpha?: number;
  readonly beta?: number;
  readonly bias?: number;
}

/** x / (bias + alpha / size * sum of squares over neighbouring channels)^beta; the sum is a 1 x 1 convolution with a band of ones. */
export function localResponseNorm(
  x: Tensor,
  { size, alpha = 1e-4, beta = 0.75, bias = 1 }: LocalResponseNormOptions,
): Tensor {
  if (!isFloat(x.dtype)) return localResponseNorm(cast(x, 'float32'), { size, alpha, beta, bias });
  const c = x.shape[1]!;
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const band = Float64Array.from({ length: c * c }, (_, at) => {
    const offset = (at % c) - Math.floor(at / c);
    return Number(offset >= -before && offset <= after);
  });
  const spatial = x.shape.slice(2);
  const picture = reshape(mul(x, x), [x.shape[0]!, c, sizeOf(spatial), 1]);
  const sums = reshape(conv(picture, constant(band, [c, c, 1, 1], x.dtype)), x.shape);
  return div(x, pow(add(mul(sums, alpha / size), bias), beta));
}

/** Zero mean and unit variance over the given axes (ONNX MeanVarianceNormalization). */
export function meanVarianceNorm(x: Tensor, axes: readonly number[] = [0, 2, 3]): Tensor {
  return standardize(x, axes, 1e-9);
}
