/** @file Reading elements by index; the gradient adds into zeros at the same indices. */
import { type Attrs, defineOp, type Op } from '../op.ts';
import { normalizeAxis, type Shape, sizeOf, stridesOf } from '../shape.ts';
import { apply, constant, hostValue, isConstant, type Tensor } from '../tensor.ts';
import { zeros } from './basic.ts';
import { concat } from './concat.ts';
import { expand } from './expand.ts';
import { flatIndex, forEachIndex } from './indexing.ts';
import { reshape } from './reshape.ts';
import { scatterElements, scatterND } from './scatter.ts';
import { take } from './slice.ts';
import { swapAxes } from './transpose.ts';

interface AxisAttrs extends Attrs {
  readonly axis: number;
}

/** An index as ONNX reads it: negative ones count from the end. */
export function wrapIndex(index: number, size: number): number {
  return index < 0 ? index + size : index;
}

function gatheredShape(x: Shape, indices: Shape, axis: number): number[] {
  return [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)];
}

export const gatherOp: Op<AxisAttrs> = defineOp<AxisAttrs>({
  name: 'gather',
  infer: ([x, indices], { axis }) => ({ shape: gatheredShape(x!.shape, indices!.shape, axis), dtype: x!.dtype }),
  gradient: [
    ({ dy, x: [x, indices], attrs: { axis } }) => {
      // Bring the gathered axis to the front, add whole rows, and bring it back.
      const { shape } = x!;
      const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
      const count = sizeOf(indices!.shape);
      const rows = swapAxes(reshape(dy, [outer, count, inner]), 0, 1);
      const base = zeros([shape[axis]!, outer, inner], dy.dtype);
      const summed = scatterND(base, reshape(indices!, [count, 1]), rows, 'add');
      return reshape(swapAxes(summed, 0, 1), shape);
    },
    null,
  ],
  lower: ({ e, inputs, attrs: { axis } }) => e.node('Gather', inputs, { axis }),
  simplify: ([x, indices], { axis }) => {
    if (indices!.shape.length > 0 || !isConstant(indices!) || (isConstant(x!) && sizeOf(x!.shape) <= 4096))
      return undefined;
    return take(x!, hostValue(indices!)!.data[0]!, axis);
  },
  evaluate: ([x, indices], { axis }) => {
    const size = x!.shape[axis]!;
    const inner = sizeOf(x!.shape.slice(axis + 1));
    const result: number[] = [];
    for (let outer = 0; outer < sizeOf(x!.shape.slice(0, axis)); outer++) {
      for (const index of indices!.data) {
        const start = (outer * size + wrapIndex(index, size)) * inner;
        for (let i = 0; i < inner; i++) result.push(x!.data[start + i]!);
      }
    }
    return result;
  },
  samples: [
    { inputs: [{ shape: [2, 4, 3] }, { shape: [2, 2], values: [0, 3, -1, 0], dtype: 'int64' }], attrs: { axis: 1 } },
    { name: 'one index', inputs: [{ shape: [4, 3] }, { shape: [], values: [2], dtype: 'int64' }], attrs: { axis: 0 } },
  ],
});

/** Slices of x along an axis at the given indices (int64, negative from the end): […before, …indices, …after]. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return apply(gatherOp, [x, indices], { axis: normalizeAxis(axis, x.shape.length) });
}

export const gatherElementsOp: Op<AxisAttrs> = defineOp<AxisAttrs>({
  name: 'gatherElements',
  infer: ([x, indices]) => {
    if (x!.shape.length !== indices!.shape.length)
      throw new TypeError('gatherElements expects indices of the rank of x.');
    return { shape: indices!.shape, dtype: x!.dtype };
  },
  gradient: [
    ({ dy, x: [x, indices], attrs: { axis } }) =>
      scatterElements(zeros(x!.shape, dy.dtype), indices!, dy, { axis, reduction: 'add' }),
    null,
  ],
  lower: ({ e, inputs, attrs: { axis } }) => e.node('GatherElements', inputs, { axis }),
  evaluate: ([x, indices], { axis }) => {
    const strides = stridesOf(x!.shape);
    const result = new Float64Array(indices!.data.length);
    forEachIndex(indices!.shape, (index, flat) => {
      result[flat] = x!.data[flatIndex(index.with(axis, wrapIndex(indices!.data[flat]!, x!.shape[axis]!)), strides)]!;
    });
    return result;
  },
  samples: [
    {
      inputs: [{ shape: [3, 4] }, { shape: [2, 4], values: [0, 2, 1, 0, -1, 2, 0, 0], dtype: 'int64' }],
      attrs: { axis: 0 },
    },
  ],
});

/** For each position of `indices` the element of x whose index along the axis stands there. */
export function gatherElements(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return apply(gatherElementsOp, [x, indices], { axis: normalizeAxis(axis, x.shape.length) });
}

interface GatherNDAttrs extends Attrs {
  readonly batchDims: number;
}

/** Shape of what one index tuple names. */
function namedShape(x: Shape, indices: Shape, batchDims: number): Shape {
  return x.slice(batchDims + indices.at(-1)!);
}

export const gatherNDOp: Op<GatherNDAttrs> = defineOp<GatherNDAttrs>({
  name: 'gatherND',
  infer: ([x, indices], { batchDims }) => ({
    shape: [...indices!.shape.slice(0, -1), ...namedShape(x!.shape, indices!.shape, batchDims)],
    dtype: x!.dtype,
  }),
  gradient: [
    ({ dy, x: [x, indices], attrs: { batchDims } }) => {
      if (batchDims === 0) return scatterND(zeros(x!.shape, dy.dtype), indices!, dy, 'add');
      return scatterND(zeros(x!.shape, dy.dtype), withBatchIndices(indices!, batchDims), dy, 'add');
    },
    null,
  ],
  lower: ({ e, inputs, attrs: { batchDims } }) => e.node('GatherND', inputs, { batch_dims: batchDims }),
  evaluate: ([x, indices], { batchDims }) => {
    const { shape } = indices!;
    const width = shape.at(-1)!;
    const strides = stridesOf(x!.shape);
    const inner = sizeOf(namedShape(x!.shape, shape, batchDims));
    const result: number[] = [];
    forEachIndex(shape.slice(0, -1), (index, flat) => {
      const tuple = Array.from({ length: width }, (_, i) =>
        wrapIndex(indices!.data[flat * width + i]!, x!.shape[batchDims + i]!),
      );
      const start = flatIndex([...index.slice(0, batchDims), ...tuple], strides.slice(0, batchDims + width));
      for (let i = 0; i < inner; i++) result.push(x!.data[start + i]!);
    });
    return result;
  },
  samples: [
    {
      inputs: [{ shape: [3, 2, 4] }, { shape: [2, 2], values: [0, 1, 2, 0], dtype: 'int64' }],
      attrs: { batchDims: 0 },
    },
    {
      name: 'batch axes',
      inputs: [{ shape: [2, 3, 2] }, { shape: [2, 2, 1], values: [0, 2, 1, 1], dtype: 'int64' }],
      attrs: { batchDims: 1 },
    },
  ],
});

/** Prepends to every index tuple the batch position that it stands at. */
function withBatchIndices(indices: Tensor, batchDims: number): Tensor {
  const lead = indices.shape.slice(0, -1);
  const columns = Array.from({ length: batchDims }, (_, axis) => {
    const positions = constant(
      Float64Array.from({ length: lead[axis]! }, (_, i) => i),
      [lead[axis]!, ...lead.slice(axis + 1).map(() => 1), 1],
      'int64',
    );
    return expand(positions, [...lead, 1]);
  });
  return concat([...columns, indices], -1);
}

/** Slices of x named by the index tuples in the last axis of `indices`. */
export function gatherND(x: Tensor, indices: Tensor, batchDims = 0): Tensor {
  return apply(gatherNDOp, [x, indices], { batchDims });
}
