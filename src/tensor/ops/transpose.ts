/** @file Permutation of axes. */
import { type Attrs, defineOp, type Op } from '../op.ts';
import { apply, type Tensor } from '../tensor.ts';
import { rearrange } from './indexing.ts';

interface TransposeAttrs extends Attrs {
  readonly perm: readonly number[];
}

export const transposeOp: Op<TransposeAttrs> = defineOp<TransposeAttrs>({
  name: 'transpose',
  infer: ([x], { perm }) => {
    if (perm.length !== x!.shape.length || perm.some((_, axis) => !perm.includes(axis))) {
      throw new TypeError(`transpose expects each of ${x!.shape.length} axes once, got [${perm.join(', ')}].`);
    }
    return { shape: perm.map((axis) => x!.shape[axis]!), dtype: x!.dtype };
  },
  gradient: [({ dy, attrs: { perm } }) => transpose(dy, inverse(perm))],
  lower: ({ e, inputs, attrs: { perm } }) => e.node('Transpose', inputs, { perm }),
  simplify: ([x], { perm }) => {
    if (perm.every((axis, i) => axis === i)) return x;
    const { op, inputs, attrs } = x!.node;
    return op === transposeOp
      ? transpose(
          inputs[0]!,
          perm.map((axis) => (attrs as TransposeAttrs).perm[axis]!),
        )
      : undefined;
  },
  evaluate: ([x], { perm }, [spec]) => rearrange(x!, spec!.shape, (index) => inverse(perm).map((axis) => index[axis]!)),
  samples: [{ inputs: [{ shape: [2, 3, 4] }], attrs: { perm: [2, 0, 1] } }],
});

function inverse(perm: readonly number[]): number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}

/** x with its axes in the order `perm`; reversed unless given. */
export function transpose(x: Tensor, perm: readonly number[] = x.shape.map((_, i) => x.shape.length - 1 - i)): Tensor {
  return apply(transposeOp, [x], { perm });
}

/** x with two axes exchanged; negative ones count from the back. */
export function swapAxes(x: Tensor, a: number, b: number): Tensor {
  const perm = x.shape.map((_, axis) => axis);
  const [i, j] = [a, b].map((axis) => (axis < 0 ? axis + perm.length : axis)) as [number, number];
  perm[i] = j;
  perm[j] = i;
  return transpose(x, perm);
}
