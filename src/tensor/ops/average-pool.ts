/** @file Average, sum, global and Lp pooling. */
import type { DType } from '../dtype.ts';
import { defineOp, type Op } from '../op.ts';
import { sizeOf } from '../shape.ts';
import { apply, constant, type Tensor } from '../tensor.ts';
import { div, mul } from './arithmetic.ts';
import { ones } from './basic.ts';
import { conv, convInputGradient } from './conv.ts';
import { pow } from './extrema.ts';
import { forEachIndex } from './indexing.ts';
import { onnxPoolAttrs, type PoolAttrs, type PoolOptions, poolAttrs, pooledShape, poolSamples } from './max-pool.ts';
import { reduceMean } from './reduce.ts';
import { reduceMax } from './reduce-extrema.ts';
import { upsampleNearest } from './resize.ts';
import { abs } from './unary.ts';

interface AveragePoolAttrs extends PoolAttrs {
  readonly countIncludePad: boolean;
}

/** Options of `averagePool`: whether padding counts in the divisor. */
export interface AveragePoolOptions extends PoolOptions {
  readonly countIncludePad?: boolean;
}

export const averagePoolOp: Op<AveragePoolAttrs> = defineOp<AveragePoolAttrs>({
  name: 'averagePool',
  infer: ([x], attrs) => ({ shape: pooledShape(x!.shape, attrs), dtype: x!.dtype }),
  gradient: [({ dy, x: [x], attrs }) => averagePoolGradient(dy, x!, attrs)],
  lower: ({ e, inputs, attrs }) =>
    e.node('AveragePool', inputs, { ...onnxPoolAttrs(attrs), count_include_pad: Number(attrs.countIncludePad) }),
  samples: poolSamples.flatMap((sample) => [
    { ...sample, attrs: { ...sample.attrs, countIncludePad: false } },
    { ...sample, name: `${sample.name}, pads count`, attrs: { ...sample.attrs, countIncludePad: true } },
  ]) as unknown as typeof poolSamples,
});

/** Mean of each window of x [N, C, …]; without `countIncludePad` of its elements inside x alone. */
export function averagePool(
  x: Tensor,
  kernel: readonly number[],
  { countIncludePad = false, ...options }: AveragePoolOptions = {},
): Tensor {
  return apply(averagePoolOp, [x], { ...poolAttrs(kernel, options), countIncludePad });
}

function averagePoolGradient(dy: Tensor, x: Tensor, attrs: AveragePoolAttrs): Tensor {
  const { kernel, strides, pads, dilations } = attrs;
  const spatial = x.shape.slice(2);
  const plain = pads.every((p) => p === 0) && dilations.every((d) => d === 1);
  if (plain && kernel.every((k, i) => k === strides[i] && spatial[i] === k * dy.shape[i + 2]!)) {
    return upsampleNearest(div(dy, sizeOf(kernel)), kernel);
  }
  const share = div(dy, divisors(x.shape, dy.shape, attrs, dy.dtype));
  return sumPoolGradient(share, x.shape, { ...attrs, strides, dilations });
}

/** Number of elements that each window's mean is taken over, [1, 1, …]; one number where all are alike. */
function divisors(
  shape: readonly number[],
  pooled: readonly number[],
  { kernel, strides, pads, dilations, countIncludePad }: AveragePoolAttrs,
  dtype: DType,
): Tensor {
  const rank = kernel.length;
  const perAxis = kernel.map((k, i) =>
    Array.from({ length: pooled[i + 2]! }, (_, o) => {
      const [low, high] = countIncludePad ? [-pads[i]!, shape[i + 2]! + pads[i + rank]!] : [0, shape[i + 2]!];
      const positions = Array.from({ length: k }, (_, t) => o * strides[i]! - pads[i]! + t * dilations[i]!);
      return positions.filter((p) => p >= low && p < high).length;
    }),
  );
  const counts: number[] = [];
  forEachIndex(pooled.slice(2), (index) => {
    counts.push(index.reduce((product, o, i) => product * perAxis[i]![o]!, 1));
  });
  return counts.every((count) => count === counts[0])
    ? constant(counts[0]!, [], dtype)
    : constant(counts, [1, 1, ...pooled.slice(2)], dtype);
}

function sumPoolGradient(dy: Tensor, shape: readonly number[], attrs: PoolAttrs): Tensor {
  const { kernel, strides, pads, dilations } = attrs;
  const c = shape[1]!;
  return convInputGradient(dy, ones([c, 1, ...kernel], dy.dtype), shape, { strides, pads, dilations, group: c });
}

/** Sum of each window, as a depthwise convolution with ones; a partial last window of ceil mode sums what it has. */
function sumPool(x: Tensor, attrs: PoolAttrs): Tensor {
  const { kernel, strides, pads, dilations } = attrs;
  const rank = kernel.length;
  const pooled = pooledShape(x.shape, attrs);
  const reach = kernel.map(
    (k, i) => (pooled[i + 2]! - 1) * strides[i]! + (k - 1) * dilations[i]! + 1 - x.shape[i + 2]! - pads[i]!,
  );
  const ends = reach.map((r, i) => Math.max(r, pads[i + rank]!));
  const c = x.shape[1]!;
  return conv(x, ones([c, 1, ...kernel], x.dtype), undefined, {
    strides,
    dilations,
    pads: [...pads.slice(0, rank), ...ends],
    group: c,
  });
}

export const globalAveragePoolOp: Op = defineOp({
  name: 'globalAveragePool',
  infer: ([x]) => ({ shape: [...x!.shape.slice(0, 2), ...x!.shape.slice(2).map(() => 1)], dtype: x!.dtype }),
  // The walker spreads dy over the picture.
  gradient: [({ dy, x: [x] }) => div(dy, sizeOf(x!.shape.slice(2)))],
  lower: ({ e, inputs }) => e.node('GlobalAveragePool', inputs),
  samples: [{ inputs: [{ shape: [2, 3, 4, 5] }] }, { name: 'one spatial axis', inputs: [{ shape: [2, 3, 4] }] }],
});

/** Mean over all spatial axes, which keep size 1. */
export function globalAveragePool(x: Tensor): Tensor {
  return x.shape.length === 2 ? reduceMean(x, { axes: [] }) : apply(globalAveragePoolOp, [x], {});
}

/** Maximum over all spatial axes, which keep size 1. */
export function globalMaxPool(x: Tensor): Tensor {
  return reduceMax(x, { axes: x.shape.slice(2).map((_, i) => i + 2), keepDims: true });
}

/** (sum of |x|^p)^(1/p) of each window. */
export function lpPool(
  x: Tensor,
  kernel: readonly number[],
  { p = 2, ...options }: PoolOptions & { readonly p?: number } = {},
): Tensor {
  const powers = p === 2 ? mul(x, x) : pow(abs(x), p);
  return pow(sumPool(powers, poolAttrs(kernel, options)), 1 / p);
}
