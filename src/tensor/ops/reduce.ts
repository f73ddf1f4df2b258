/** @file Reductions along axes: sum, mean, maximum, minimum, product, log-sum-exp and norms. */

import type { HostTensor } from '../host.ts';
import { type Attrs, defineOp, type Op, type Sample } from '../op.ts';
import { normalizeAxes, type Shape, sizeOf, stridesOf } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { div } from './arithmetic.ts';
import { expand } from './expand.ts';
import { reshape } from './reshape.ts';

/** Attributes of every reduction: axes ascending from the front, and whether they stay with size 1. */
export interface ReduceAttrs extends Attrs {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** Options of a reduction: all axes unless some are given; negative ones count from the back. */
export interface ReduceOptions {
  readonly axes?: readonly number[];
  readonly keepDims?: boolean;
}

/** Shape after a reduction. */
export function reducedShape(shape: Shape, { axes, keepDims }: ReduceAttrs): number[] {
  return keepDims
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** Attributes from what a caller wrote. */
export function reduceAttrs(x: Tensor, { axes, keepDims = false }: ReduceOptions): ReduceAttrs {
  return { axes: normalizeAxes(axes, x.shape.length), keepDims };
}

/** A reduction's result (or its cotangent) spread over the axes that the reduction took away. */
export function spread(y: Tensor, x: Tensor, { axes }: ReduceAttrs): Tensor {
  return expand(reshape(y, reducedShape(x.shape, { axes, keepDims: true })), x.shape);
}

/** Gathers, for each output position, the values that are reduced into it. */
export function evaluateReduce(
  x: HostTensor,
  { axes }: ReduceAttrs,
  reduce: (values: number[]) => number,
): Float64Array {
  const strides = stridesOf(reducedShape(x.shape, { axes, keepDims: true }));
  const groups: number[][] = Array.from({ length: sizeOf(reducedShape(x.shape, { axes, keepDims: true })) }, () => []);
  const xStrides = stridesOf(x.shape);
  x.data.forEach((value, flat) => {
    let at = 0;
    x.shape.forEach((size, axis) => {
      if (!axes.includes(axis)) at += (Math.floor(flat / xStrides[axis]!) % size) * strides[axis]!;
    });
    groups[at]!.push(value);
  });
  return Float64Array.from(groups, reduce);
}

/** Shapes and axes that every reduction is checked on. */
export const reduceSamples: readonly [Sample, ...Sample[]] = [
  { inputs: [{ shape: [2, 3, 4] }], attrs: { axes: [1], keepDims: false } },
  { name: 'kept axes', inputs: [{ shape: [2, 3, 4] }], attrs: { axes: [0, 2], keepDims: true } },
  { name: 'everything', inputs: [{ shape: [2, 3] }], attrs: { axes: [0, 1], keepDims: false } },
];

export const reduceSumOp: Op<ReduceAttrs> = defineOp<ReduceAttrs>({
  name: 'reduceSum',
  infer: ([x], attrs) => ({ shape: reducedShape(x!.shape, attrs), dtype: x!.dtype }),
  gradient: [({ dy, x: [x], attrs }) => spread(dy, x!, attrs)],
  lower: ({ e, inputs: [x], attrs: { axes, keepDims } }) =>
    e.node('ReduceSum', [x!, e.constant(axes)], { keepdims: Number(keepDims), noop_with_empty_axes: 1 }),
  simplify: ([x], { axes }) => (axes.length === 0 ? x : undefined),
  evaluate: ([x], attrs) => evaluateReduce(x!, attrs, (values) => values.reduce((sum, value) => sum + value, 0)),
  samples: reduceSamples,
});

/** Sum along axes. */
export function reduceSum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(reduceSumOp, [x], reduceAttrs(x, options));
}

export const reduceMeanOp: Op<ReduceAttrs> = defineOp<ReduceAttrs>({
  name: 'reduceMean',
  infer: ([x], attrs) => ({ shape: reducedShape(x!.shape, attrs), dtype: x!.dtype }),
  gradient: [({ dy, y, x: [x], attrs }) => spread(div(dy, sizeOf(x!.shape) / sizeOf(y.shape)), x!, attrs)],
  lower: ({ e, inputs: [x], attrs: { axes, keepDims } }) =>
    e.node('ReduceMean', [x!, e.constant(axes)], { keepdims: Number(keepDims), noop_with_empty_axes: 1 }),
  simplify: ([x], { axes }) => (axes.length === 0 ? x : undefined),
  evaluate: ([x], attrs) =>
    evaluateReduce(x!, attrs, (values) => values.reduce((sum, value) => sum + value, 0) / values.length),
  samples: reduceSamples,
});

/** Mean along axes. */
export function reduceMean(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(reduceMeanOp, [x], reduceAttrs(x, options));
}
