/** @file Slices with steps, also backwards. */
import { type Attrs, defineOp } from '../op.ts';
import { normalizeAxis, type Shape, sizeOf } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { zeros } from './basic.ts';
import { concat } from './concat.ts';
import { rearrange } from './indexing.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';

/** For every axis: the first element taken, how many, and the step between them. */
interface SliceAttrs extends Attrs {
  readonly begins: readonly number[];
  readonly counts: readonly number[];
  readonly steps: readonly number[];
}

/** Options of `slice`, as ONNX reads them: negative bounds count from the end, bounds beyond the axis are clamped. */
export interface SliceOptions {
  /** Axes that the other lists speak of; all of them, from the first, unless given. */
  readonly axes?: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps?: readonly number[];
}

export const sliceOp = defineOp<SliceAttrs>({
  name: 'slice',
  infer: ([x], { counts }) => ({ shape: counts, dtype: x!.dtype }),
  gradient: [({ dy, x: [x], attrs }) => unslice(dy, x!.shape, attrs)],
  lower: ({ e, inputs: [x], x: [tensor], attrs: { begins, counts, steps } }) => {
    const axes = begins.flatMap((_, axis) =>
      begins[axis] === 0 && counts[axis] === tensor!.shape[axis] && steps[axis] === 1 ? [] : [axis],
    );
    const pick = (values: readonly number[]) => e.constant(axes.map((axis) => values[axis]!));
    const ends = begins.map((begin, axis) => {
      const last = begin + counts[axis]! * steps[axis]!;
      return last < 0 ? -(2 ** 31) : last;
    });
    return e.node('Slice', [x!, pick(begins), pick(ends), e.constant(axes), pick(steps)]);
  },
  simplify: ([x], { begins, counts, steps }) =>
    begins.every(
      (begin, axis) => begin === 0 && counts[axis] === x!.shape[axis] && (steps[axis] === 1 || counts[axis] === 1),
    )
      ? x
      : undefined,
  evaluate: ([x], { begins, counts, steps }) =>
    rearrange(x!, counts, (index) => index.map((i, axis) => begins[axis]! + i * steps[axis]!)),
  samples: [
    { inputs: [{ shape: [4, 5] }], attrs: { begins: [1, 0], counts: [2, 5], steps: [1, 1] } },
    { name: 'steps', inputs: [{ shape: [4, 7] }], attrs: { begins: [0, 1], counts: [4, 3], steps: [1, 2] } },
    { name: 'backwards', inputs: [{ shape: [4, 7] }], attrs: { begins: [3, 6], counts: [4, 3], steps: [-1, -3] } },
    {
      name: 'steps along both spatial axes',
      inputs: [{ shape: [1, 2, 5, 6] }],
      attrs: { begins: [0, 0, 1, 0], counts: [1, 2, 2, 3], steps: [1, 1, 2, 2] },
    },
    { name: 'steps with a rest', inputs: [{ shape: [9] }], attrs: { begins: [2], counts: [3], steps: [3] } },
  ],
});

/** The adjoint of slicing: dy at the places it was taken from, zeros elsewhere. */
function unslice(dy: Tensor, shape: Shape, { begins, counts, steps }: SliceAttrs): Tensor {
  const backwards = steps.flatMap((step, axis) => (step < 0 ? [axis] : []));
  const firsts = begins.map((begin, axis) => (steps[axis]! < 0 ? begin + (counts[axis]! - 1) * steps[axis]! : begin));
  let spread = flip(dy, backwards);
  steps.forEach((step, axis) => {
    const gap = Math.abs(step);
    if (gap === 1 || counts[axis]! <= 1) return;
    // […, n, …] -> […, n, 1, …] -> zeros beside it along the new axis -> […, n gap, …] -> drop the trailing zeros.
    const lead = spread.shape.slice(0, axis);
    const rest = spread.shape.slice(axis + 1);
    const column = reshape(spread, [...lead, counts[axis]!, 1, ...rest]);
    const beside = concat([column, zeros([...lead, counts[axis]!, gap - 1, ...rest], dy.dtype)], axis + 1);
    const padded = reshape(beside, [...lead, counts[axis]! * gap, ...rest]);
    spread = slice(padded, { axes: [axis], starts: [0], ends: [(counts[axis]! - 1) * gap + 1] });
  });
  return pad(spread, { begin: firsts, end: shape.map((size, axis) => size - firsts[axis]! - spread.shape[axis]!) });
}

/** Part of a tensor along some axes. */
export function slice(x: Tensor, { axes, starts, ends, steps }: SliceOptions): Tensor {
  const begins = x.shape.map(() => 0);
  const counts = [...x.shape];
  const strides = x.shape.map(() => 1);
  starts.forEach((start, i) => {
    const axis = normalizeAxis(axes?.[i] ?? i, x.shape.length);
    const size = x.shape[axis]!;
    const step = steps?.[i] ?? 1;
    if (step === 0) throw new RangeError('slice: a step of 0 goes nowhere.');
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const clamp = (bound: number) => Math.min(high, Math.max(low, bound < 0 ? bound + size : bound));
    begins[axis] = clamp(start);
    strides[axis] = step;
    counts[axis] = Math.max(0, Math.ceil((clamp(ends[i]!) - begins[axis]!) / step));
    if (counts[axis] === 0) begins[axis] = 0;
  });
  return apply(sliceOp, [x], { begins, counts, steps: strides });
}

/** x with the order of elements along some axes reversed. */
export function flip(x: Tensor, axes: readonly number[]): Tensor {
  if (axes.length === 0 || sizeOf(x.shape) === 0) return x;
  return slice(x, { axes, starts: axes.map(() => -1), ends: axes.map(() => -(2 ** 31)), steps: axes.map(() => -1) });
}

/** One element along an axis, which disappears; a negative one counts from the end. */
export function take(x: Tensor, index: number, axis: number): Tensor {
  const at = normalizeAxis(axis, x.shape.length);
  const start = index < 0 ? index + x.shape[at]! : index;
  return reshape(slice(x, { axes: [at], starts: [start], ends: [start + 1] }), [
    ...x.shape.slice(0, at),
    ...x.shape.slice(at + 1),
  ]);
}
