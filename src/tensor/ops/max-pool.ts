/**
 * @file Max pooling. Its gradient is a linear op of its own, with its adjoint, so that second derivatives exist: `dy` goes to
 * the first maximum of each window, as in PyTorch, and overlapping windows add up.
 */

import { vjp } from '../grad.ts';
import { type Attrs, defineOp, type Lowering, type Op, type Sample } from '../op.ts';
import { type Shape, sizeOf } from '../shape.ts';
import { apply, applyMany, input, type Tensor } from '../tensor.ts';
import { add, mul, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { equal } from './compare.ts';
import { pad } from './pad.ts';
import { slice } from './slice.ts';
import { type WindowOptions, windowCounts, windowOf } from './window.ts';

/** Attributes of pooling ops. */
export interface PoolAttrs extends Attrs {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly ceilMode: boolean;
}

/** Options of pooling; `ceilMode` keeps a last window that hangs over the edge. */
export interface PoolOptions extends WindowOptions {
  readonly ceilMode?: boolean;
}

/** Attributes from what a caller wrote. Strides are 1 unless given, as in ONNX. */
export function poolAttrs(kernel: readonly number[], { ceilMode = false, ...window }: PoolOptions): PoolAttrs {
  return { kernel, ...windowOf(window, kernel.length), ceilMode };
}

/** Attributes of a pooling node in ONNX. */
export function onnxPoolAttrs({ kernel, strides, pads, dilations, ceilMode }: PoolAttrs) {
  return { kernel_shape: kernel, strides, pads, dilations, ceil_mode: Number(ceilMode) };
}

/** [N, C, …] after pooling. */
export function pooledShape(shape: Shape, attrs: PoolAttrs): number[] {
  return [...shape.slice(0, 2), ...windowCounts(shape.slice(2), attrs.kernel, attrs, attrs.ceilMode)];
}

const window2 = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], ceilMode: false };
const poolings: readonly (Attrs & { readonly name: string; readonly shape: Shape })[] = [
  { name: 'windows side by side', shape: [2, 2, 4, 6], ...window2 },
  { name: 'overlap', shape: [1, 2, 7, 7], ...window2, kernel: [3, 3] },
  { name: 'overlap and pads', shape: [1, 2, 6, 7], ...window2, kernel: [3, 3], pads: [1, 1, 1, 1] },
  { name: 'ceil mode', shape: [1, 2, 6, 6], ...window2, kernel: [3, 3], ceilMode: true },
  { name: 'dilation', shape: [1, 1, 6, 6], ...window2, strides: [1, 1], dilations: [2, 3] },
  { name: 'uneven', shape: [1, 2, 5, 8], ...window2, kernel: [2, 3], strides: [1, 3], pads: [0, 1, 1, 0] },
  {
    name: 'one spatial axis',
    shape: [2, 2, 7],
    kernel: [3],
    strides: [2],
    pads: [1, 0],
    dilations: [1],
    ceilMode: false,
  },
  {
    name: 'three spatial axes',
    shape: [1, 1, 4, 4, 5],
    kernel: [2, 2, 3],
    strides: [2, 1, 2],
    pads: [0, 0, 1, 0, 0, 1],
    dilations: [1, 1, 1],
    ceilMode: false,
  },
];

function samplesWith(inputs: (shape: Shape, attrs: PoolAttrs) => Sample['inputs']): readonly [Sample, ...Sample[]] {
  return poolings.map(({ name, shape, ...attrs }) => ({
    name,
    attrs: attrs as unknown as PoolAttrs,
    inputs: inputs(shape, attrs as unknown as PoolAttrs),
  })) as unknown as [Sample];
}

/** Samples of pooling ops: pooled tensors with values far enough apart that a finite difference changes no maximum. */
export const poolSamples = samplesWith((shape) => [{ shape, distinct: true }]);

export const maxPoolOp: Op<PoolAttrs> = defineOp<PoolAttrs>({
  name: 'maxPool',
  infer: ([x], attrs) => ({ shape: pooledShape(x!.shape, attrs), dtype: x!.dtype }),
  gradient: [({ dy, x: [x], attrs }) => apply(maxPoolGradOp, [dy, x!], attrs)],
  lower: ({ e, inputs, attrs }) => e.node('MaxPool', inputs, onnxPoolAttrs(attrs)),
  samples: poolSamples,
});

/** Largest value in each window of x [N, C, …]; pads never win. */
export function maxPool(x: Tensor, kernel: readonly number[], options: PoolOptions = {}): Tensor {
  return apply(maxPoolOp, [x], poolAttrs(kernel, options));
}

/** For each window element in turn: x's values there, and a mask that is 1 where it is the window's first maximum. */
function firstMaxima(x: Tensor, attrs: PoolAttrs): { tap: (v: Tensor) => Tensor; mask: Tensor }[] {
  const y = apply(maxPoolOp, [x], attrs);
  const taps = windowTaps(x.shape, y.shape, attrs);
  const lowest = -3e38;
  let before: Tensor | undefined;
  return taps.map((tap) => {
    const here = cast(equal(tap(x, lowest), y), x.dtype);
    const mask = before === undefined ? here : mul(here, sub(1, before));
    before = before === undefined ? here : add(before, mask);
    return { tap: (v) => tap(v, 0), mask };
  });
}

/** For each window element a function that reads it for all windows: [N, C, …] to the pooled shape. */
function windowTaps(
  shape: Shape,
  pooled: Shape,
  { kernel, strides, pads, dilations }: PoolAttrs,
): ((v: Tensor, fill: number) => Tensor)[] {
  const rank = kernel.length;
  const ends = kernel.map((k, i) =>
    Math.max(
      pads[i + rank]!,
      (pooled[i + 2]! - 1) * strides[i]! + (k - 1) * dilations[i]! + 1 - shape[i + 2]! - pads[i]!,
    ),
  );
  const axes = kernel.map((_, i) => i + 2);
  return Array.from({ length: sizeOf(kernel) }, (_, flat) => {
    const tap = kernel.map((k, i) => Math.floor(flat / sizeOf(kernel.slice(i + 1))) % k);
    return (v, fill) => {
      const padded = pad(v, { begin: [0, 0, ...pads.slice(0, rank)], end: [0, 0, ...ends], value: fill });
      const starts = tap.map((t, i) => t * dilations[i]!);
      return slice(padded, {
        axes,
        starts,
        ends: starts.map((start, i) => start + (pooled[i + 2]! - 1) * strides[i]! + 1),
        steps: strides,
      });
    };
  });
}

const indices: (args: Parameters<Lowering<PoolAttrs>>[0]) => string = ({ e, inputs: [, x], attrs }) =>
  e.nodes('MaxPool', [x!], onnxPoolAttrs(attrs), [true, true])[1]!;

export const maxPoolGradOp: Op<PoolAttrs> = defineOp<PoolAttrs>({
  name: 'maxPoolGrad',
  infer: ([dy, x]) => ({ shape: x!.shape, dtype: dy!.dtype }),
  gradient: [({ dy: v, x: [, x], attrs }) => apply(maxPoolTakeOp, [v, x!], attrs), null],
  lower: (args) => {
    const {
      e,
      inputs: [dy],
      x: [, x],
    } = args;
    const flat = e.constant([-1]);
    const zeros = e.node('Expand', [e.constant([0], x!.dtype, [1]), e.constant([sizeOf(x!.shape)])]);
    const places = e.node('Reshape', [indices(args), flat]);
    const scattered = e.node('ScatterElements', [zeros, places, e.node('Reshape', [dy!, flat])], {
      axis: 0,
      reduction: 'add',
    });
    return e.node('Reshape', [scattered, e.constant(x!.shape)]);
  },
  decompose: ([dy, x], attrs) => {
    const { shape } = x!;
    const terms = firstMaxima(x!, attrs).map(({ tap, mask }) => adjointOf(tap, mul(dy!, mask), shape));
    return terms.reduce((sum, term) => add(sum, term));
  },
  decomposeOn: (device) => device === 'webgpu',
  samples: samplesWith((shape, attrs) => [
    { shape: pooledShape(shape, attrs) },
    { shape, distinct: true, fixed: true },
  ]),
});

/** The transpose of a linear function that reads part of a tensor. */
function adjointOf(read: (v: Tensor) => Tensor, cotangent: Tensor, shape: Shape): Tensor {
  const probe = input('probe', shape, cotangent.dtype);
  return vjp([read(probe)], [cotangent], [probe])[0]!;
}

export const maxPoolTakeOp: Op<PoolAttrs> = defineOp<PoolAttrs>({
  name: 'maxPoolTake',
  infer: ([v, x], attrs) => ({ shape: pooledShape(x!.shape, attrs), dtype: v!.dtype }),
  gradient: [({ dy, x: [, x], attrs }) => apply(maxPoolGradOp, [dy, x!], attrs), null],
  lower: (args) => {
    const {
      e,
      inputs: [v],
      ys: [y],
    } = args;
    const flat = e.constant([-1]);
    const taken = e.node('GatherElements', [e.node('Reshape', [v!, flat]), e.node('Reshape', [indices(args), flat])], {
      axis: 0,
    });
    return e.node('Reshape', [taken, e.constant(y!.shape)]);
  },
  decompose: ([v, x], attrs) =>
    firstMaxima(x!, attrs)
      .map(({ tap, mask }) => mul(tap(v!), mask))
      .reduce((sum, term) => add(sum, term)),
  decomposeOn: (device) => device === 'webgpu',
  samples: samplesWith((shape) => [{ shape }, { shape, distinct: true, fixed: true }]),
});

interface IndexedPoolAttrs extends PoolAttrs {
  readonly columnMajor: boolean;
}

export const maxPoolWithIndicesOp: Op<IndexedPoolAttrs> = defineOp<IndexedPoolAttrs>({
  name: 'maxPoolWithIndices',
  infer: ([x], attrs) => {
    const shape = pooledShape(x!.shape, attrs);
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: 'int64' },
    ];
  },
  gradient: [({ dy, x: [x], attrs }) => apply(maxPoolGradOp, [dy, x!], attrs)],
  lower: ({ e, inputs, attrs }) =>
    e.nodes('MaxPool', inputs, { ...onnxPoolAttrs(attrs), storage_order: Number(attrs.columnMajor) }, [true, true]),
  samples: [
    {
      inputs: [{ shape: [1, 2, 4, 6], distinct: true }],
      attrs: { ...window2, columnMajor: false },
      unsupported: { webgpu: 'no Indices output there' },
    },
    {
      name: 'column major',
      inputs: [{ shape: [1, 2, 4, 6], distinct: true }],
      attrs: { ...window2, columnMajor: true },
      unsupported: { webgpu: 'no Indices output there' },
    },
  ],
});

/** Max pooling and the flat position in x of each maximum (int64; counted down columns where `columnMajor`). */
export function maxPoolWithIndices(
  x: Tensor,
  kernel: readonly number[],
  { columnMajor = false, ...options }: PoolOptions & { readonly columnMajor?: boolean } = {},
): readonly [values: Tensor, indices: Tensor] {
  return applyMany(maxPoolWithIndicesOp, [x], { ...poolAttrs(kernel, options), columnMajor }) as readonly [
    Tensor,
    Tensor,
  ];
}
