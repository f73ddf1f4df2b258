/** @file Writing elements by index: overwriting, adding, multiplying or keeping an extreme. */
import { type Attrs, defineOp, type Op } from '../op.ts';
import { normalizeAxis, sizeOf, stridesOf } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { zerosLike } from './basic.ts';
import { gatherElements, gatherND, wrapIndex } from './gather.ts';
import { flatIndex, forEachIndex } from './indexing.ts';

/** What happens where a place is written. */
export type ScatterReduction = 'none' | 'add' | 'mul' | 'max' | 'min';

const combine: Readonly<Record<ScatterReduction, (old: number, update: number) => number>> = {
  none: (_old, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: Math.max,
  min: Math.min,
};

function refuseReduction(reduction: ScatterReduction): void {
  if (reduction === 'none' || reduction === 'add') return;
  throw new TypeError(`A scatter with reduction "${reduction}" has no gradient here; only "none" and "add" have.`);
}

interface ScatterElementsAttrs extends Attrs {
  readonly axis: number;
  readonly reduction: ScatterReduction;
}

const elementInputs = [
  { shape: [3, 4] },
  { shape: [2, 4], values: [0, 2, 1, 0, 1, -2, 0, 2], dtype: 'int64' },
  { shape: [2, 4] },
] as const;

export const scatterElementsOp: Op<ScatterElementsAttrs> = defineOp<ScatterElementsAttrs>({
  name: 'scatterElements',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  gradient: [
    ({ dy, x: [, indices, updates], attrs: { axis, reduction } }) => {
      refuseReduction(reduction);
      return reduction === 'add' ? dy : scatterElements(dy, indices!, zerosLike(updates!), { axis });
    },
    null,
    ({ dy, x: [, indices], attrs: { axis, reduction } }) => {
      refuseReduction(reduction);
      return gatherElements(dy, indices!, axis);
    },
  ],
  lower: ({ e, inputs, attrs: { axis, reduction } }) => e.node('ScatterElements', inputs, { axis, reduction }),
  evaluate: ([x, indices, updates], { axis, reduction }) => {
    const strides = stridesOf(x!.shape);
    const result = x!.data.slice();
    forEachIndex(indices!.shape, (index, flat) => {
      const at = flatIndex(index.with(axis, wrapIndex(indices!.data[flat]!, x!.shape[axis]!)), strides);
      result[at] = combine[reduction](result[at]!, updates!.data[flat]!);
    });
    return result;
  },
  samples: [
    { inputs: elementInputs, attrs: { axis: 0, reduction: 'none' } },
    {
      name: 'add, with repeats',
      inputs: [{ shape: [2, 4] }, { shape: [2, 3], values: [1, 1, 0, 2, 3, 2], dtype: 'int64' }, { shape: [2, 3] }],
      attrs: { axis: 1, reduction: 'add' },
    },
    { name: 'max', inputs: elementInputs.map((x) => ({ ...x, fixed: true })), attrs: { axis: 0, reduction: 'max' } },
    { name: 'mul', inputs: elementInputs.map((x) => ({ ...x, fixed: true })), attrs: { axis: 0, reduction: 'mul' } },
  ],
});

/** x with `updates` written at `indices` along an axis. */
export function scatterElements(
  x: Tensor,
  indices: Tensor,
  updates: Tensor,
  { axis = 0, reduction = 'none' }: { readonly axis?: number; readonly reduction?: ScatterReduction } = {},
): Tensor {
  return apply(scatterElementsOp, [x, indices, updates], { axis: normalizeAxis(axis, x.shape.length), reduction });
}

interface ScatterNDAttrs extends Attrs {
  readonly reduction: ScatterReduction;
}

export const scatterNDOp: Op<ScatterNDAttrs> = defineOp<ScatterNDAttrs>({
  name: 'scatterND',
  infer: ([x, indices, updates]) => {
    const expected = [...indices!.shape.slice(0, -1), ...x!.shape.slice(indices!.shape.at(-1))];
    if (sizeOf(expected) !== sizeOf(updates!.shape)) {
      throw new TypeError(
        `scatterND expects updates of shape [${expected.join(', ')}], got [${updates!.shape.join(', ')}].`,
      );
    }
    return { shape: x!.shape, dtype: x!.dtype };
  },
  gradient: [
    ({ dy, x: [, indices, updates], attrs: { reduction } }) => {
      refuseReduction(reduction);
      return reduction === 'add' ? dy : scatterND(dy, indices!, zerosLike(updates!));
    },
    null,
    ({ dy, x: [, indices], attrs: { reduction } }) => {
      refuseReduction(reduction);
      return gatherND(dy, indices!);
    },
  ],
  lower: ({ e, inputs, attrs: { reduction } }) => e.node('ScatterND', inputs, { reduction }),
  evaluate: ([x, indices, updates], { reduction }) => {
    const width = indices!.shape.at(-1)!;
    const strides = stridesOf(x!.shape).slice(0, width);
    const inner = sizeOf(x!.shape.slice(width));
    const result = x!.data.slice();
    for (let row = 0; row < indices!.data.length / width; row++) {
      const tuple = Array.from({ length: width }, (_, i) => wrapIndex(indices!.data[row * width + i]!, x!.shape[i]!));
      const start = flatIndex(tuple, strides);
      for (let i = 0; i < inner; i++)
        result[start + i] = combine[reduction](result[start + i]!, updates!.data[row * inner + i]!);
    }
    return result;
  },
  samples: [
    {
      inputs: [{ shape: [4, 3] }, { shape: [2, 1], values: [3, 1], dtype: 'int64' }, { shape: [2, 3] }],
      attrs: { reduction: 'none' },
    },
    {
      name: 'add, with repeats',
      inputs: [{ shape: [4, 3] }, { shape: [3, 2], values: [0, 1, 0, 1, 3, 2], dtype: 'int64' }, { shape: [3] }],
      attrs: { reduction: 'add' },
    },
    {
      name: 'min',
      inputs: [
        { shape: [4], fixed: true },
        { shape: [2, 1], values: [0, 2], dtype: 'int64' },
        { shape: [2], fixed: true },
      ],
      attrs: { reduction: 'min' },
    },
  ],
});

/** x with slices `updates` written at the index tuples in the last axis of `indices`. */
export function scatterND(x: Tensor, indices: Tensor, updates: Tensor, reduction: ScatterReduction = 'none'): Tensor {
  return apply(scatterNDOp, [x, indices, updates], { reduction });
}
