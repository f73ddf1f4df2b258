/** @file Softmax and its logarithm along an axis, and the position of an extreme. */

import type { HostTensor } from '../host.ts';
import { type Attrs, defineOp, type Op } from '../op.ts';
import { normalizeAxis } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { div, mul, sub } from './arithmetic.ts';
import { equal, where } from './compare.ts';
import { forEachIndex } from './indexing.ts';
import { evaluateReduce, reducedShape, reduceSum } from './reduce.ts';
import { logSumExp, reduceL1, reduceL2 } from './reduce-extrema.ts';
import { exp } from './unary.ts';

interface AxisAttrs extends Attrs {
  readonly axis: number;
}

/** Maps every line of a tensor along an axis. */
export function mapLines(x: HostTensor, axis: number, f: (values: Float64Array) => ArrayLike<number>): Float64Array {
  const size = x.shape[axis]!;
  const inner = x.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const result = new Float64Array(x.data.length);
  for (let line = 0; line < x.data.length / size; line++) {
    const start = Math.floor(line / inner) * size * inner + (line % inner);
    const values = f(Float64Array.from({ length: size }, (_, i) => x.data[start + i * inner]!));
    for (let i = 0; i < size; i++) result[start + i * inner] = values[i]!;
  }
  return result;
}

const samples = [
  { inputs: [{ shape: [2, 5] }], attrs: { axis: 1 } },
  { name: 'inner axis', inputs: [{ shape: [2, 3, 4] }], attrs: { axis: 1 } },
  { name: 'large values', inputs: [{ shape: [1, 3], values: [500, 501, 499] }], attrs: { axis: 1 }, tolerance: 1e-4 },
] as const;

function softmaxOf(values: Float64Array): Float64Array {
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - top));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

export const softmaxOp: Op<AxisAttrs> = defineOp<AxisAttrs>({
  name: 'softmax',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  // dx = y (dy - sum(dy y))
  gradient: [
    ({ dy, y, attrs: { axis } }) => {
      const weighted = mul(dy, y);
      return sub(weighted, mul(y, reduceSum(weighted, { axes: [axis], keepDims: true })));
    },
  ],
  lower: ({ e, inputs, attrs: { axis } }) => e.node('Softmax', inputs, { axis }),
  evaluate: ([x], { axis }) => mapLines(x!, axis, softmaxOf),
  samples,
});

/** e^x over the sum of e^x along an axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return apply(softmaxOp, [x], { axis: normalizeAxis(axis, x.shape.length) });
}

export const logSoftmaxOp: Op<AxisAttrs> = defineOp<AxisAttrs>({
  name: 'logSoftmax',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  // dx = dy - e^y sum(dy)
  gradient: [({ dy, y, attrs: { axis } }) => sub(dy, mul(exp(y), reduceSum(dy, { axes: [axis], keepDims: true })))],
  lower: ({ e, inputs, attrs: { axis } }) => e.node('LogSoftmax', inputs, { axis }),
  decompose: ([x], { axis }) => sub(x!, logSumExp(x!, { axes: [axis], keepDims: true })),
  decomposeOn: (device) => device === 'webgpu',
  evaluate: ([x], { axis }) => mapLines(x!, axis, (values) => softmaxOf(values).map(Math.log)),
  samples,
});

/** Logarithm of the softmax along an axis. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return apply(logSoftmaxOp, [x], { axis: normalizeAxis(axis, x.shape.length) });
}

interface ArgAttrs extends Attrs {
  readonly axis: number;
  readonly keepDims: boolean;
  readonly last: boolean;
}

function defineArg(name: string, onnx: string, better: (a: number, b: number) => boolean): Op<ArgAttrs> {
  return defineOp<ArgAttrs>({
    name,
    infer: ([x], { axis, keepDims }) => ({ shape: reducedShape(x!.shape, { axes: [axis], keepDims }), dtype: 'int64' }),
    gradient: 'none',
    lower: ({ e, inputs, attrs: { axis, keepDims, last } }) =>
      e.node(onnx, inputs, { axis, keepdims: Number(keepDims), select_last_index: Number(last) }),
    evaluate: ([x], { axis, last }) =>
      evaluateReduce(x!, { axes: [axis], keepDims: true }, (values) =>
        values.reduce(
          (best, value, i) => (better(value, values[best]!) || (last && value === values[best]) ? i : best),
          0,
        ),
      ),
    samples: [
      { inputs: [{ shape: [3, 4], distinct: true, fixed: true }], attrs: { axis: 1, keepDims: false, last: false } },
      {
        name: 'ties',
        inputs: [{ shape: [1, 4], values: [1, 2, 2, 1], fixed: true }],
        attrs: { axis: 1, keepDims: true, last: true },
      },
    ],
  });
}

export const argmaxOp = defineArg('argmax', 'ArgMax', (a, b) => a > b);
export const argminOp = defineArg('argmin', 'ArgMin', (a, b) => a < b);

/** Options of `argmax` and `argmin`. */
export interface ArgOptions {
  readonly axis?: number;
  readonly keepDims?: boolean;
  /** Of equal elements the last instead of the first. */
  readonly last?: boolean;
}

/** Position of the largest element along an axis, as int64. Not differentiable. */
export function argmax(x: Tensor, { axis = -1, keepDims = false, last = false }: ArgOptions = {}): Tensor {
  return apply(argmaxOp, [x], { axis: normalizeAxis(axis, x.shape.length), keepDims, last });
}

/** Position of the smallest element along an axis, as int64. Not differentiable. */
export function argmin(x: Tensor, { axis = -1, keepDims = false, last = false }: ArgOptions = {}): Tensor {
  return apply(argminOp, [x], { axis: normalizeAxis(axis, x.shape.length), keepDims, last });
}

/** x over its l1 or l2 norm along an axis; zeros stay zeros. */
export function lpNormalize(
  x: Tensor,
  { axis = -1, p = 2 }: { readonly axis?: number; readonly p?: 1 | 2 } = {},
): Tensor {
  const norm = (p === 1 ? reduceL1 : reduceL2)(x, { axes: [axis], keepDims: true });
  return div(x, where(equal(norm, 0), 1, norm));
}

interface CumSumAttrs extends Attrs {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

export const cumSumOp: Op<CumSumAttrs> = defineOp<CumSumAttrs>({
  name: 'cumSum',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  gradient: [({ dy, attrs: { axis, exclusive, reverse } }) => cumSum(dy, axis, { exclusive, reverse: !reverse })],
  lower: ({ e, inputs: [x], attrs: { axis, exclusive, reverse } }) =>
    e.node('CumSum', [x!, e.constant([axis], 'int64', [])], { exclusive: Number(exclusive), reverse: Number(reverse) }),
  evaluate: ([x], { axis, exclusive, reverse }) =>
    mapLines(x!, axis, (line) => {
      const values = reverse ? line.toReversed() : line;
      let sum = 0;
      const sums = values.map((value) => {
        sum += value;
        return exclusive ? sum - value : sum;
      });
      return reverse ? sums.toReversed() : sums;
    }),
  samples: [
    { inputs: [{ shape: [2, 4] }], attrs: { axis: 1, exclusive: false, reverse: false } },
    { name: 'exclusive, reverse', inputs: [{ shape: [3, 2] }], attrs: { axis: 0, exclusive: true, reverse: true } },
  ],
});

/** Running sum along an axis; exclusive leaves each element out of its own sum. */
export function cumSum(x: Tensor, axis: number, { exclusive = false, reverse = false } = {}): Tensor {
  return apply(cumSumOp, [x], { axis: normalizeAxis(axis, x.shape.length), exclusive, reverse });
}

interface TriluAttrs extends Attrs {
  readonly k: number;
  readonly upper: boolean;
}

export const triluOp: Op<TriluAttrs> = defineOp<TriluAttrs>({
  name: 'trilu',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  gradient: [({ dy, attrs: { k, upper } }) => trilu(dy, { k, upper })],
  lower: ({ e, inputs: [x], attrs: { k, upper } }) =>
    e.node('Trilu', [x!, e.constant([k], 'int64', [])], { upper: Number(upper) }),
  evaluate: ([x], { k, upper }) => {
    const result = x!.data.slice();
    forEachIndex(x!.shape, (index, flat) => {
      const offset = index.at(-1)! - index.at(-2)!;
      if (upper ? offset < k : offset > k) result[flat] = 0;
    });
    return result;
  },
  samples: [
    { inputs: [{ shape: [2, 3, 4] }], attrs: { k: 1, upper: true } },
    { name: 'lower', inputs: [{ shape: [4, 3] }], attrs: { k: -1, upper: false } },
  ],
});

/** The upper or lower triangle of the last two axes, zeros elsewhere; k shifts the diagonal up. */
export function trilu(x: Tensor, { k = 0, upper = true } = {}): Tensor {
  return apply(triluOp, [x], { k, upper });
}
