/** @file Repetition along axes of size 1. */
import { type Attrs, defineOp } from '../op.ts';
import { broadcastShapes, formatShape, type Shape, sameShape } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { mapBroadcast } from './elementwise.ts';

interface ExpandAttrs extends Attrs {
  readonly shape: Shape;
}

export const expandOp = defineOp<ExpandAttrs>({
  name: 'expand',
  infer: ([x], { shape }) => {
    if (!sameShape(broadcastShapes(x!.shape, shape), shape)) {
      throw new TypeError(`expand: ${formatShape(x!.shape)} does not broadcast to ${formatShape(shape)}.`);
    }
    return { shape, dtype: x!.dtype };
  },
  // The walker sums dy back to x's shape.
  gradient: [({ dy }) => dy],
  lower: ({ e, inputs: [x], attrs: { shape } }) => e.node('Expand', [x!, e.constant(shape)]),
  simplify: ([x], { shape }) => (sameShape(x!.shape, shape) ? x : undefined),
  evaluate: (inputs, { shape }) => mapBroadcast(inputs, shape, (value) => value!),
  samples: [
    { inputs: [{ shape: [2, 1] }], attrs: { shape: [2, 3] } },
    { name: 'new axes', inputs: [{ shape: [3] }], attrs: { shape: [2, 2, 3] } },
    { name: 'scalar', inputs: [{ shape: [] }], attrs: { shape: [2, 2] } },
  ],
});

/** x repeated along its axes of size 1, and along new leading axes, to the given shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return apply(expandOp, [x], { shape });
}
