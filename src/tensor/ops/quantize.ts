/** @file Linear quantisation, with a straight-through gradient so that a deployed integer model is attacked as it runs. */
import { type DType, integerRange } from '../dtype.ts';
import { roundHalfEven } from '../host.ts';
import { type Attrs, defineOp, type Op } from '../op.ts';
import { formatShape, normalizeAxis, type Shape } from '../shape.ts';
import { apply, constant, type Tensor } from '../tensor.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { sumTo } from './basic.ts';
import { cast } from './cast.ts';
import { mapBroadcast } from './elementwise.ts';
import { clip, round } from './extrema.ts';
import { reshape } from './reshape.ts';
import { step, stepBelow } from './step.ts';

interface QuantizeAttrs extends Attrs {
  readonly axis: number;
  readonly to: DType;
}

interface DequantizeAttrs extends Attrs {
  readonly axis: number;
}

/** A scale or zero point as a tensor that broadcasts along `axis` of a tensor of the given rank. */
function alongAxis(parameter: Tensor, rank: number, axis: number): Tensor {
  return parameter.shape.length === 1
    ? reshape(parameter, new Array<number>(rank).fill(1).with(axis, parameter.shape[0]!))
    : parameter;
}

function alongAxisShape(shape: Shape, rank: number, axis: number): Shape {
  return shape.length === 1 ? new Array<number>(rank).fill(1).with(axis, shape[0]!) : shape;
}

function checkScale(name: string, x: Tensor, scale: Tensor, axis: number): void {
  if (
    scale.shape.length === 0 ||
    (scale.shape.length === 1 && (scale.shape[0] === 1 || scale.shape[0] === x.shape[axis]))
  )
    return;
  throw new TypeError(
    `${name}: a scale of shape ${formatShape(scale.shape)} for axis ${axis} of ${formatShape(x.shape)}; one number or one per position is supported.`,
  );
}

export const quantizeLinearOp: Op<QuantizeAttrs> = defineOp<QuantizeAttrs>({
  name: 'quantizeLinear',
  infer: ([x, scale], { axis, to }) => {
    checkScale('quantizeLinear', x!, scale!, axis);
    return { shape: x!.shape, dtype: to };
  },
  // Straight through the rounding, nothing where the value saturates.
  gradient: [
    ({ dy, x: [x, scale, zero], attrs: { axis, to } }) => {
      const rank = x!.shape.length;
      const unit = div(x!, alongAxis(scale!, rank, axis));
      const shifted = add(unit, cast(alongAxis(zero!, rank, axis), x!.dtype));
      const [low, high] = integerRange(to);
      const inside = mul(step(shifted, low - 0.5), stepBelow(shifted, high + 0.5));
      return div(mul(dy, inside), alongAxis(scale!, rank, axis));
    },
    null,
    null,
  ],
  lower: ({ e, inputs, attrs: { axis } }) => e.node('QuantizeLinear', inputs, { axis }),
  decompose: ([x, scale, zero], { axis, to }) => {
    const rank = x!.shape.length;
    const [low, high] = integerRange(to);
    const unit = round(div(x!, alongAxis(scale!, rank, axis)));
    return cast(clip(add(unit, cast(alongAxis(zero!, rank, axis), x!.dtype)), low, high), to);
  },
  decomposeOn: (device) => device === 'webgpu',
  evaluate: ([x, scale, zero], { axis, to }, [spec]) => {
    const [low, high] = integerRange(to);
    const rank = x!.shape.length;
    const along = [scale!, zero!].map((p) => ({ ...p, shape: alongAxisShape(p.shape, rank, axis) }));
    return mapBroadcast([x!, ...along], spec!.shape, (value, s, z) =>
      Math.min(high, Math.max(low, roundHalfEven(value! / s!) + z!)),
    );
  },
  samples: [
    {
      name: 'straight through',
      inputs: [
        { shape: [2, 3], values: [-1.1, 0.2, 0.33, 2.4, 40, -60] },
        { shape: [], values: [0.25], fixed: true },
        { shape: [], values: [3], dtype: 'int8' },
      ],
      attrs: { axis: 0, to: 'int8' },
    },
    {
      name: 'straight through, per axis',
      inputs: [
        { shape: [2, 2], values: [-1.1, 0.2, 3.3, 2.4] },
        { shape: [2], values: [0.25, 0.5], fixed: true },
        { shape: [2], values: [3, 128], dtype: 'uint8' },
      ],
      attrs: { axis: 1, to: 'uint8' },
    },
  ],
});

/** Options of quantisation: the axis that a scale per position runs along. */
export interface QuantizeOptions {
  readonly axis?: number;
}

/** round(x / scale) + zeroPoint, saturated to the zero point's type. */
export function quantizeLinear(
  x: Tensor,
  scale: Tensor,
  zeroPoint: Tensor,
  { axis = 1 }: QuantizeOptions = {},
): Tensor {
  return apply(quantizeLinearOp, [x, scale, zeroPoint], { axis: usedAxis(x, scale, axis), to: zeroPoint.dtype });
}

export const dequantizeLinearOp: Op<DequantizeAttrs> = defineOp<DequantizeAttrs>({
  name: 'dequantizeLinear',
  infer: ([x, scale], { axis }) => {
    checkScale('dequantizeLinear', x!, scale!, axis);
    return { shape: x!.shape, dtype: scale!.dtype };
  },
  gradient: [
    ({ dy, x: [x, scale], attrs: { axis } }) => mul(dy, alongAxis(scale!, x!.shape.length, axis)),
    ({ dy, x: [x, scale, zero], attrs: { axis } }) => {
      const rank = x!.shape.length;
      const shifted = sub(cast(x!, scale!.dtype), cast(alongAxis(zero!, rank, axis), scale!.dtype));
      const summed = sumTo(mul(dy, shifted), alongAxisShape(scale!.shape, rank, axis));
      return reshape(summed, scale!.shape);
    },
    null,
  ],
  lower: ({ e, inputs, attrs: { axis } }) => e.node('DequantizeLinear', inputs, { axis }),
  evaluate: ([x, scale, zero], { axis }, [spec]) => {
    const rank = x!.shape.length;
    const along = [scale!, zero!].map((p) => ({ ...p, shape: alongAxisShape(p.shape, rank, axis) }));
    return mapBroadcast([x!, ...along], spec!.shape, (value, s, z) => (value! - z!) * s!);
  },
  samples: [
    {
      inputs: [
        { shape: [2, 3], values: [0, 3, 128, 255, 7, 9], dtype: 'uint8' },
        { shape: [], values: [0.1] },
        { shape: [], values: [128], dtype: 'uint8' },
      ],
      attrs: { axis: 0 },
    },
    {
      name: 'per axis',
      inputs: [
        { shape: [2, 2], values: [0, -3, 12, 5], dtype: 'int8' },
        { shape: [2], values: [0.1, 2] },
        { shape: [2], values: [1, 2], dtype: 'int8' },
      ],
      attrs: { axis: 0 },
    },
  ],
});

/** (x - zeroPoint) scale, in the scale's type. */
export function dequantizeLinear(
  x: Tensor,
  scale: Tensor,
  zeroPoint?: Tensor,
  { axis = 1 }: QuantizeOptions = {},
): Tensor {
  const zero = zeroPoint ?? constant(new Array<number>(scale.shape[0] ?? 1).fill(0), scale.shape, x.dtype);
  return apply(dequantizeLinearOp, [x, scale, zero], { axis: usedAxis(x, scale, axis) });
}

function usedAxis(x: Tensor, scale: Tensor, axis: number): number {
  return scale.shape.length === 0 || scale.shape[0] === 1 ? 0 : normalizeAxis(axis, x.shape.length);
}
