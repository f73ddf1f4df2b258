/** @file Change of element type; between floats and integers the gradient passes straight through. */
import { type DType, isFloat } from '../dtype.ts';
import { roundTo } from '../host.ts';
import { type Attrs, defineOp } from '../op.ts';
import { apply, type Tensor } from '../tensor.ts';

interface CastAttrs extends Attrs {
  readonly to: DType;
}

/** ONNX's number of each element type (TensorProto.DataType). */
export const onnxTypeNumber: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

export const castOp = defineOp<CastAttrs>({
  name: 'cast',
  infer: ([x], { to }) => ({ shape: x!.shape, dtype: to }),
  // Straight through: the gradient of rounding to a type is taken as that of the identity.
  gradient: [({ dy, x: [x] }) => (isFloat(x!.dtype) && x!.dtype !== dy.dtype ? cast(dy, x!.dtype) : dy)],
  lower: ({ e, inputs, attrs: { to } }) => e.node('Cast', inputs, { to: onnxTypeNumber[to] }),
  simplify: ([x], { to }) => (x!.dtype === to ? x : undefined),
  evaluate: ([x], { to }) => x!.data.map((value) => roundTo(to, value)),
  samples: [
    { inputs: [{ shape: [2, 3] }], attrs: { to: 'float64' } },
    {
      name: 'to whole numbers',
      inputs: [{ shape: [4], dtype: 'int32', values: [-2, 0, 1, 3] }],
      attrs: { to: 'float32' },
    },
    { name: 'to bool', inputs: [{ shape: [3], values: [0, 0.5, -1], fixed: true }], attrs: { to: 'bool' } },
  ],
});

/** x in another element type: floats to integers are truncated, anything but zero is true. */
export function cast(x: Tensor, to: DType): Tensor {
  return apply(castOp, [x], { to });
}
