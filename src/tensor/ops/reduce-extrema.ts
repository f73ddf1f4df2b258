/** @file Reductions beyond sum and mean: maximum, minimum, product, log-sum-exp and norms. */
import { defineOp, type Op, type Sample } from '../op.ts';
import { sizeOf } from '../shape.ts';
import { apply, constant, type Tensor } from '../tensor.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { equal, where } from './compare.ts';
import { maximum } from './extrema.ts';
import {
  evaluateReduce,
  type ReduceAttrs,
  type ReduceOptions,
  reduceAttrs,
  reducedShape,
  reduceSamples,
  reduceSum,
  spread,
} from './reduce.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';
import { abs, exp, log } from './unary.ts';

const apartSamples: readonly [Sample, ...Sample[]] = [
  { inputs: [{ shape: [2, 3, 4], distinct: true }], attrs: { axes: [1], keepDims: false } },
  { name: 'everything', inputs: [{ shape: [2, 3], distinct: true }], attrs: { axes: [0, 1], keepDims: true } },
  {
    name: 'ties',
    inputs: [{ shape: [2, 3], values: [1, 1, 0, 2, 2, 2], fixed: true }],
    attrs: { axes: [1], keepDims: false },
  },
];

function defineExtreme(name: string, onnx: string, f: (values: number[]) => number): Op<ReduceAttrs> {
  return defineOp<ReduceAttrs>({
    name,
    infer: ([x], attrs) => ({ shape: reducedShape(x!.shape, attrs), dtype: x!.dtype }),
    // Elements that attain the extreme share the gradient evenly.
    gradient: [
      ({ dy, y, x: [x], attrs }) => {
        const attained = cast(equal(x!, spread(y, x!, attrs)), x!.dtype);
        const share = div(spread(dy, x!, attrs), spread(reduceSum(attained, attrs), x!, attrs));
        return mul(share, attained);
      },
    ],
    lower: ({ e, inputs: [x], attrs: { axes, keepDims } }) =>
      e.node(onnx, [x!, e.constant(axes)], { keepdims: Number(keepDims), noop_with_empty_axes: 1 }),
    simplify: ([x], { axes }) => (axes.length === 0 ? x : undefined),
    evaluate: ([x], attrs) => evaluateReduce(x!, attrs, f),
    samples: apartSamples,
  });
}

export const reduceMaxOp = defineExtreme('reduceMax', 'ReduceMax', (values) => Math.max(...values));
export const reduceMinOp = defineExtreme('reduceMin', 'ReduceMin', (values) => Math.min(...values));

/** Maximum along axes; elements that attain it share the gradient evenly. */
export function reduceMax(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(reduceMaxOp, [x], reduceAttrs(x, options));
}

/** Minimum along axes; elements that attain it share the gradient evenly. */
export function reduceMin(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(reduceMinOp, [x], reduceAttrs(x, options));
}

export const reduceProdOp: Op<ReduceAttrs> = defineOp<ReduceAttrs>({
  name: 'reduceProd',
  infer: ([x], attrs) => ({ shape: reducedShape(x!.shape, attrs), dtype: x!.dtype }),
  gradient: [({ dy, x: [x], attrs }) => mul(spread(dy, x!, attrs), productOfOthers(x!, attrs))],
  lower: ({ e, inputs: [x], attrs: { axes, keepDims } }) =>
    e.node('ReduceProd', [x!, e.constant(axes)], { keepdims: Number(keepDims), noop_with_empty_axes: 1 }),
  simplify: ([x], { axes }) => (axes.length === 0 ? x : undefined),
  evaluate: ([x], attrs) =>
    evaluateReduce(x!, attrs, (values) => values.reduce((product, value) => product * value, 1)),
  samples: [
    ...reduceSamples,
    {
      name: 'zeros',
      inputs: [{ shape: [3, 3], values: [0, 2, 3, 0, 0, 4, 1, 2, 3] }],
      attrs: { axes: [1], keepDims: false },
    },
  ],
});

/** For each element the product of all others that are reduced with it; right also where some are zero. */
function productOfOthers(x: Tensor, { axes }: ReduceAttrs): Tensor {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const perm = [...kept, ...axes];
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  const rows = reshape(transpose(x, perm), [sizeOf(kept.map((axis) => x.shape[axis]!)), 1, count]);
  const diagonal = constant(
    Float64Array.from({ length: count * count }, (_, i) => Number(i % (count + 1) === 0)),
    [count, count],
    x.dtype,
  );
  const others = reduceProd(add(mul(rows, sub(1, diagonal)), diagonal), { axes: [2] });
  return transpose(
    reshape(
      others,
      perm.map((axis) => x.shape[axis]!),
    ),
    perm.map((_, axis) => perm.indexOf(axis)),
  );
}

/** Product along axes. */
export function reduceProd(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(reduceProdOp, [x], reduceAttrs(x, options));
}

export const logSumExpOp: Op<ReduceAttrs> = defineOp<ReduceAttrs>({
  name: 'logSumExp',
  infer: ([x], attrs) => ({ shape: reducedShape(x!.shape, attrs), dtype: x!.dtype }),
  // The gradient is the softmax.
  gradient: [({ dy, y, x: [x], attrs }) => mul(spread(dy, x!, attrs), exp(sub(x!, spread(y, x!, attrs))))],
  lower: ({ e, inputs: [x], attrs: { axes, keepDims } }) =>
    e.node('ReduceLogSumExp', [x!, e.constant(axes)], { keepdims: Number(keepDims), noop_with_empty_axes: 1 }),
  // The GPU's kernel overflows for large values.
  decompose: ([x], attrs) => {
    const top = reduceMax(x!, { axes: attrs.axes, keepDims: true });
    const sum = reduceSum(exp(sub(x!, top)), attrs);
    return add(log(sum), reshape(top, reducedShape(x!.shape, attrs)));
  },
  decomposeOn: (device) => device === 'webgpu',
  simplify: ([x], { axes }) => (axes.length === 0 ? x : undefined),
  evaluate: ([x], attrs) =>
    evaluateReduce(x!, attrs, (values) => {
      const top = Math.max(...values);
      return Number.isFinite(top) ? top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0)) : top;
    }),
  samples: [
    ...reduceSamples,
    {
      name: 'large values',
      inputs: [{ shape: [2, 3], values: [300, 301, 299, -300, -301, -299] }],
      attrs: { axes: [1], keepDims: false },
    },
  ],
});

/** Logarithm of the sum of exponentials along axes, without overflow. */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(logSumExpOp, [x], reduceAttrs(x, options));
}

/** Sum of absolute values along axes. */
export function reduceL1(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduceSum(abs(x), options);
}

/** Sum of squares along axes. */
export function reduceSumSquare(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduceSum(mul(x, x), options);
}

export const reduceL2Op: Op<ReduceAttrs> = defineOp<ReduceAttrs>({
  name: 'reduceL2',
  infer: ([x], attrs) => ({ shape: reducedShape(x!.shape, attrs), dtype: x!.dtype }),
  // x / |x|, taken as 0 where the norm is 0.
  gradient: [
    ({ dy, y, x: [x], attrs }) => {
      const norm = where(equal(y, 0), 1, y);
      return mul(spread(div(dy, norm), x!, attrs), x!);
    },
  ],
  lower: ({ e, inputs: [x], attrs: { axes, keepDims } }) =>
    e.node('ReduceL2', [x!, e.constant(axes)], { keepdims: Number(keepDims), noop_with_empty_axes: 1 }),
  simplify: ([x], { axes }) => (axes.length === 0 ? abs(x!) : undefined),
  evaluate: ([x], attrs) =>
    evaluateReduce(x!, attrs, (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))),
  samples: reduceSamples,
});

/** Euclidean norm along axes; its gradient at 0 is 0. */
export function reduceL2(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(reduceL2Op, [x], reduceAttrs(x, options));
}

/** Smallest number that still divides in float32 without loss. */
const smallestNormal = 2 ** -126;

/** x over its largest magnitude along axes, so that squares neither vanish nor overflow; zeros stay zeros. */
export function overLargest(x: Tensor, axes: readonly number[]): { readonly scaled: Tensor; readonly largest: Tensor } {
  const largest = maximum(reduceMax(abs(x), { axes, keepDims: true }), smallestNormal);
  return { scaled: div(x, largest), largest };
}

/** Logarithm of the sum along axes. */
export function reduceLogSum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return log(reduceSum(x, options));
}
