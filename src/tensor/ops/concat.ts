/** @file Joining tensors along an axis, and splitting one. */
import { type Attrs, defineOp } from '../op.ts';
import { formatShape, normalizeAxis, sizeOf } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { commonDType } from './elementwise.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';

interface ConcatAttrs extends Attrs {
  readonly axis: number;
}

export const concatOp = defineOp<ConcatAttrs>({
  name: 'concat',
  infer: (inputs, { axis }) => {
    const { shape } = inputs[0]!;
    for (const x of inputs) {
      if (x.shape.length === shape.length && x.shape.every((size, i) => i === axis || size === shape[i])) continue;
      throw new TypeError(
        `concat along axis ${axis}: ${formatShape(shape)} and ${formatShape(x.shape)} differ elsewhere.`,
      );
    }
    const total = inputs.reduce((sum, x) => sum + x.shape[axis]!, 0);
    return { shape: shape.map((size, i) => (i === axis ? total : size)), dtype: commonDType('concat', inputs) };
  },
  gradient: {
    variadic: ({ dy, x, attrs: { axis } }, i) => {
      const start = x.slice(0, i).reduce((sum, input) => sum + input.shape[axis]!, 0);
      return slice(dy, { axes: [axis], starts: [start], ends: [start + x[i]!.shape[axis]!] });
    },
  },
  lower: ({ e, inputs, attrs: { axis } }) => e.node('Concat', inputs, { axis }),
  simplify: (inputs) => (inputs.length === 1 ? inputs[0] : undefined),
  evaluate: (inputs, { axis }, [spec]) => {
    const outer = sizeOf(spec!.shape.slice(0, axis));
    const result = new Float64Array(sizeOf(spec!.shape));
    let at = 0;
    for (let row = 0; row < outer; row++) {
      for (const { data } of inputs) {
        const length = data.length / outer;
        result.set(data.subarray(row * length, (row + 1) * length), at);
        at += length;
      }
    }
    return result;
  },
  samples: [
    { inputs: [{ shape: [2, 1, 3] }, { shape: [2, 2, 3] }, { shape: [2, 1, 3] }], attrs: { axis: 1 } },
    { name: 'last axis', inputs: [{ shape: [2, 3] }, { shape: [2, 1] }], attrs: { axis: 1 } },
  ],
});

/** Tensors joined along an axis; their other axes agree. */
export function concat(xs: readonly Tensor[], axis: number): Tensor {
  const normal = normalizeAxis(axis, xs[0]!.shape.length);
  const filled = xs.filter((x) => x.shape[normal] !== 0);
  return apply(concatOp, filled.length > 0 ? filled : [xs[0]!], { axis: normal });
}

/** Tensors of one shape joined along a new axis. */
export function stack(xs: readonly Tensor[], axis = 0): Tensor {
  const rank = xs[0]!.shape.length + 1;
  const at = normalizeAxis(axis, rank);
  return concat(
    xs.map((x) => reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)])),
    at,
  );
}

/** Pieces of the given sizes along an axis. @throws RangeError unless the sizes add up to the axis's. */
export function split(x: Tensor, sizes: readonly number[], axis = 0): Tensor[] {
  const at = normalizeAxis(axis, x.shape.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== x.shape[at])
    throw new RangeError(`split: sizes ${formatShape(sizes)} do not add up to ${x.shape[at]}.`);
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return slice(x, { axes: [at], starts: [start - size], ends: [start] });
  });
}
