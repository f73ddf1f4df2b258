/** @file The same elements under another shape. */
import { type Attrs, defineOp } from '../op.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';

interface ReshapeAttrs extends Attrs {
  readonly shape: Shape;
}

export const reshapeOp = defineOp<ReshapeAttrs>({
  name: 'reshape',
  infer: ([x], { shape }) => {
    if (sizeOf(x!.shape) !== sizeOf(shape) || !shape.every(Number.isInteger)) {
      throw new TypeError(
        `reshape: ${formatShape(x!.shape)} has another number of elements than ${formatShape(shape)}.`,
      );
    }
    return { shape, dtype: x!.dtype };
  },
  gradient: [({ dy, x: [x] }) => reshape(dy, x!.shape)],
  // A first size that stays is written as 0, "as it is": a file whose first axis is open runs on any batch.
  lower: ({ e, inputs: [data], x: [x], attrs: { shape } }) => {
    const copies = shape.length > 0 && shape[0] === x!.shape[0] && !shape.includes(0);
    return copies
      ? e.node('Reshape', [data!, e.constant([0, ...shape.slice(1)])])
      : e.node('Reshape', [data!, e.constant(shape)], { allowzero: 1 });
  },
  simplify: ([x], { shape }) => {
    if (sameShape(x!.shape, shape)) return x;
    return x!.node.op.name === 'reshape' ? reshape(x!.node.inputs[0]!, shape) : undefined;
  },
  evaluate: ([x]) => x!.data,
  samples: [
    { inputs: [{ shape: [2, 6] }], attrs: { shape: [3, 4] } },
    { name: 'to a scalar', inputs: [{ shape: [1, 1] }], attrs: { shape: [] } },
  ],
});

/** x's elements in row-major order under another shape; one size may be -1 and is then worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  return apply(reshapeOp, [x], { shape: shape.map((size) => (size === -1 ? sizeOf(x.shape) / known : size)) });
}
