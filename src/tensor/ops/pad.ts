/** @file Padding by a constant, by reflection, by the edge or around; negative pads crop. */

import { isFloat } from '../dtype.ts';
import { type Attrs, defineOp } from '../op.ts';
import { formatShape } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { add } from './arithmetic.ts';
import { concat } from './concat.ts';
import { expand } from './expand.ts';
import { rearrange } from './indexing.ts';
import { reduceSum } from './reduce.ts';
import { flip, slice } from './slice.ts';

/** What stands in the padding: a constant, the picture mirrored without its edge row, its edge row, or its other side. */
export type PadMode = 'constant' | 'reflect' | 'edge' | 'wrap';

interface PadAttrs extends Attrs {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly mode: PadMode;
  readonly value: number;
}

/** Options of `pad`: elements before and after each axis. */
export interface PadOptions {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly mode?: PadMode;
  readonly value?: number;
}

const margins = { begin: [0, 1, 2], end: [0, 2, 1], value: 0 };

export const padOp = defineOp<PadAttrs>({
  name: 'pad',
  infer: ([x], { begin, end, mode }) => {
    const shape = x!.shape.map((size, axis) => size + begin[axis]! + end[axis]!);
    if (shape.some((size) => size < 0))
      throw new RangeError(
        `pad: ${formatShape(begin)} and ${formatShape(end)} crop more than ${formatShape(x!.shape)}.`,
      );
    const empty = x!.shape.findIndex((size, axis) => size === 0 && shape[axis]! > 0);
    if (mode !== 'constant' && empty !== -1) throw new RangeError(`pad: nothing to repeat along axis ${empty}.`);
    return { shape, dtype: x!.dtype };
  },
  gradient: [({ dy, x: [x], attrs }) => unpad(dy, x!, attrs)],
  lower: ({ e, inputs: [x], x: [tensor], attrs: { begin, end, mode, value } }) => {
    const fill = mode === 'constant' && value !== 0 ? e.constant([value], tensor!.dtype, []) : '';
    return e.node('Pad', [x!, e.constant([...begin, ...end]), fill], { mode });
  },
  // The runtime's reflect and wrap are wrong where a pad exceeds the axis; cropping mixes badly with edge modes.
  decomposeOn: (_device, [x], { begin, end, mode }) =>
    mode !== 'constant' &&
    (mode === 'wrap' ||
      x!.shape.some(
        (size, axis) => Math.max(begin[axis]!, end[axis]!) >= size || Math.min(begin[axis]!, end[axis]!) < 0,
      )),
  decompose: ([x], attrs) => attrs.begin.reduce((y, _, axis) => padAxis(y, axis, attrs), x!),
  simplify: ([x], { begin, end }) => ([...begin, ...end].every((p) => p === 0) ? x : undefined),
  evaluate: ([x], { begin, mode, value }, [spec]) =>
    rearrange(
      x!,
      spec!.shape,
      (index) => {
        const at = index.map((i, axis) => source(i - begin[axis]!, x!.shape[axis]!, mode));
        return at.includes(-1) ? undefined : at;
      },
      value,
    ),
  samples: [
    { inputs: [{ shape: [2, 3, 4] }], attrs: { ...margins, mode: 'constant', value: 0.5 } },
    {
      name: 'crop',
      inputs: [{ shape: [2, 3, 4] }],
      attrs: { begin: [0, -1, 1], end: [1, 0, -2], mode: 'constant', value: 0 },
    },
    { name: 'reflect', inputs: [{ shape: [2, 3, 4] }], attrs: { ...margins, mode: 'reflect' } },
    { name: 'edge', inputs: [{ shape: [2, 3, 4] }], attrs: { ...margins, mode: 'edge' } },
    { name: 'wrap', inputs: [{ shape: [2, 3, 4] }], attrs: { ...margins, mode: 'wrap' } },
    {
      name: 'reflect, wider than the axis',
      inputs: [{ shape: [3, 2] }],
      attrs: { begin: [5, 3], end: [4, 0], mode: 'reflect', value: 0 },
    },
    {
      name: 'wrap, wider than the axis',
      inputs: [{ shape: [3] }],
      attrs: { begin: [4], end: [7], mode: 'wrap', value: 0 },
    },
    {
      name: 'edge and crop',
      inputs: [{ shape: [4, 3] }],
      attrs: { begin: [-1, 2], end: [2, -1], mode: 'edge', value: 0 },
    },
  ],
});

/** Position in an axis of `size` elements that padded position i shows; -1 for the constant. */
function source(i: number, size: number, mode: PadMode): number {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case 'constant':
      return -1;
    case 'edge':
      return Math.min(size - 1, Math.max(0, i));
    case 'wrap':
      return ((i % size) + size) % size;
    case 'reflect': {
      const period = Math.max(1, 2 * (size - 1));
      const folded = ((i % period) + period) % period;
      return folded < size ? folded : period - folded;
    }
  }
}

/** Runs [first, count, step] of source positions that one padded axis consists of, in order. */
function runs(
  size: number,
  begin: number,
  end: number,
  mode: PadMode,
): { first: number; count: number; step: -1 | 0 | 1 }[] {
  const positions = Array.from({ length: size + begin + end }, (_, i) => source(i - begin, size, mode));
  const list: { first: number; count: number; step: -1 | 0 | 1 }[] = [];
  for (const position of positions) {
    const run = list[list.length - 1];
    const step = run === undefined ? 0 : position - (run.first + run.step * (run.count - 1));
    if (run !== undefined && Math.abs(step) <= 1 && (run.count === 1 || step === run.step)) {
      run.step = step as -1 | 0 | 1;
      run.count++;
    } else {
      list.push({ first: position, count: 1, step: 0 });
    }
  }
  return list;
}

function padAxis(x: Tensor, axis: number, { begin, end, mode }: PadAttrs): Tensor {
  const size = x.shape[axis]!;
  if (begin[axis] === 0 && end[axis] === 0) return x;
  const parts = runs(size, begin[axis]!, end[axis]!, mode).map(({ first, count, step }) => {
    if (step === 0) {
      const row = slice(x, { axes: [axis], starts: [first], ends: [first + 1] });
      return expand(row, row.shape.with(axis, count));
    }
    const low = step > 0 ? first : first - count + 1;
    const part = slice(x, { axes: [axis], starts: [low], ends: [low + count] });
    return step > 0 ? part : flip(part, [axis]);
  });
  return concat(parts, axis);
}

/** The adjoint of padding: crops for a constant, else folds each run of the padding back onto where it came from. */
function unpad(dy: Tensor, x: Tensor, attrs: PadAttrs): Tensor {
  const { begin, end, mode } = attrs;
  if (mode === 'constant') return pad(dy, { begin: begin.map((p) => -p), end: end.map((p) => -p) });
  let folded = dy;
  for (let axis = 0; axis < begin.length; axis++) {
    if (begin[axis] === 0 && end[axis] === 0) continue;
    const size = x.shape[axis]!;
    let at = 0;
    let sum: Tensor | undefined;
    for (const { first, count, step } of runs(size, begin[axis]!, end[axis]!, mode)) {
      const part = slice(folded, { axes: [axis], starts: [at], ends: [at + count] });
      at += count;
      const back =
        step === 0 ? reduceSum(part, { axes: [axis], keepDims: true }) : step < 0 ? flip(part, [axis]) : part;
      const low = step < 0 ? first - count + 1 : first;
      const none = folded.shape.map(() => 0);
      const placed = pad(back, { begin: none.with(axis, low), end: none.with(axis, size - low - back.shape[axis]!) });
      sum = sum === undefined ? placed : add(sum, placed);
    }
    folded = sum!;
  }
  return folded;
}

/** x with elements added before and after each axis, or taken away where a pad is negative. */
export function pad(x: Tensor, { begin, end, mode = 'constant', value = 0 }: PadOptions): Tensor {
  if (isFloat(x.dtype) || Number.isInteger(value)) return apply(padOp, [x], { begin, end, mode, value });
  throw new TypeError(`pad: ${value} is no value of a ${x.dtype} tensor.`);
}
