/** @file Resampling along axes as products with interpolation matrices, computed here exactly as ONNX Resize defines them. */
import { type Attrs, defineOp, type Op } from '../op.ts';
import { sizeOf } from '../shape.ts';
import { apply, constant, type Tensor } from '../tensor.ts';
import { add, mul } from './arithmetic.ts';
import { averagePool } from './average-pool.ts';
import { gather } from './gather.ts';
import { type InterpolationOptions, interpolationMatrix } from './interpolation.ts';
import { matmul } from './matmul.ts';
import { reshape } from './reshape.ts';
import { swapAxes } from './transpose.ts';

interface UpsampleAttrs extends Attrs {
  readonly factors: readonly number[];
}

export const upsampleNearestOp: Op<UpsampleAttrs> = defineOp<UpsampleAttrs>({
  name: 'upsampleNearest',
  infer: ([x], { factors }) => ({
    shape: [...x!.shape.slice(0, 2), ...x!.shape.slice(2).map((size, i) => size * factors[i]!)],
    dtype: x!.dtype,
  }),
  gradient: [({ dy, attrs: { factors } }) => mul(averagePool(dy, factors, { strides: factors }), sizeOf(factors))],
  lower: ({ e, inputs: [x], attrs: { factors } }) =>
    e.node('Resize', [x!, '', e.constant([1, 1, ...factors], 'float32')], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
  samples: [
    { inputs: [{ shape: [1, 2, 2, 3] }], attrs: { factors: [2, 3] } },
    { name: 'one spatial axis', inputs: [{ shape: [1, 2, 3] }], attrs: { factors: [2] } },
  ],
});

/** x [N, C, …] with every element repeated by a whole factor along each spatial axis. */
export function upsampleNearest(x: Tensor, factors: readonly number[]): Tensor {
  return apply(upsampleNearestOp, [x], { factors });
}

/** Options of `resize`: for each of `axes` the new size, and the scale where it is not new size / old size. */
export interface ResizeOptions extends InterpolationOptions {
  readonly axes: readonly number[];
  readonly sizes: readonly number[];
  readonly scales?: readonly number[];
  /** For `tf_crop_and_resize`: start and end of the region along each axis, as fractions. */
  readonly roi?: readonly (readonly [start: number, end: number])[];
  readonly extrapolationValue?: number;
}

/** x resampled along some axes. Linear in x but for the extrapolation value. */
export function resize(
  x: Tensor,
  { axes, sizes, scales, roi, extrapolationValue = 0, ...options }: ResizeOptions,
): Tensor {
  const upsampled = integerUpsampling(x, axes, sizes, scales, options);
  if (upsampled !== undefined) return upsampled;
  return axes.reduce((y, axis, i) => {
    const size = x.shape[axis]!;
    const scale = scales?.[i] ?? sizes[i]! / size;
    const region = roi?.[i];
    if (sizes[i] === size && scale === 1 && region === undefined) return y;
    const matrix = interpolationMatrix(size, sizes[i]!, {
      ...options,
      scale,
      ...(region === undefined ? {} : { roi: region }),
    });
    const outside = matrix.outside.some((flag) => flag) ? extrapolationValue : 0;
    return addOutside(alongAxis(y, axis, matrix.rows, options.mode), axis, matrix.outside, outside);
  }, x);
}

/** Nearest-neighbour repetition by whole factors of the spatial axes, where that is all that is asked. */
function integerUpsampling(
  x: Tensor,
  axes: readonly number[],
  sizes: readonly number[],
  scales: readonly number[] | undefined,
  options: InterpolationOptions,
): Tensor | undefined {
  if (options.mode !== 'nearest' || x.shape.length < 3 || x.dtype !== 'float32') return undefined;
  const factors = x.shape.slice(2).map((size, i) => (axes.includes(i + 2) ? sizes[axes.indexOf(i + 2)]! / size : 1));
  const others = axes.some((axis, i) => axis < 2 && sizes[i] !== x.shape[axis]);
  const whole = factors.every((factor, i) => {
    if (
      !Number.isInteger(factor) ||
      (scales !== undefined && axes.includes(i + 2) && scales[axes.indexOf(i + 2)] !== factor)
    )
      return false;
    const { rows } = interpolationMatrix(x.shape[i + 2]!, x.shape[i + 2]! * factor, { ...options, scale: factor });
    return rows.every((row, o) => row[Math.floor(o / factor)] === 1);
  });
  return whole && !others && factors.some((factor) => factor > 1) ? upsampleNearest(x, factors) : undefined;
}

function alongAxis(x: Tensor, axis: number, rows: readonly Float64Array[], mode: string): Tensor {
  if (mode === 'nearest') {
    const picks = rows.map((row) => Math.max(0, row.indexOf(1)));
    return gather(x, constant(picks, [picks.length], 'int64'), axis);
  }
  const [out, size] = [rows.length, x.shape[axis]!];
  const entries = Float64Array.from({ length: out * size }, (_, at) => rows[Math.floor(at / size)]![at % size]!);
  const last = x.shape.length - 1;
  // Along the last axis x Mᵀ; along any other M from the left, with what follows flattened into columns.
  if (axis === last) return matmul(x, swapAxes(constant(entries, [out, size], x.dtype), 0, 1));
  const lead = x.shape.slice(0, axis);
  const rest = x.shape.slice(axis + 1);
  const product = matmul(constant(entries, [out, size], x.dtype), reshape(x, [...lead, size, sizeOf(rest)]));
  return reshape(product, [...lead, out, ...rest]);
}

function addOutside(y: Tensor, axis: number, outside: readonly boolean[], value: number): Tensor {
  if (!outside.some((flag) => flag)) return y;
  const shape = y.shape.map((_, i) => (i === axis ? outside.length : 1));
  const inside = mul(
    y,
    constant(
      outside.map((flag) => Number(!flag)),
      shape,
      y.dtype,
    ),
  );
  return value === 0
    ? inside
    : add(
        inside,
        constant(
          outside.map((flag) => (flag ? value : 0)),
          shape,
          y.dtype,
        ),
      );
}
