/** @file The k largest or smallest elements along an axis. */
import { type Attrs, defineOp, type Op } from '../op.ts';
import { normalizeAxis, stridesOf } from '../shape.ts';
import { applyMany, type Tensor } from '../tensor.ts';
import { zeros } from './basic.ts';
import { flatIndex, forEachIndex } from './indexing.ts';
import { scatterElements } from './scatter.ts';

interface TopKAttrs extends Attrs {
  readonly k: number;
  readonly axis: number;
  readonly largest: boolean;
  readonly sorted: boolean;
}

export const topKOp: Op<TopKAttrs> = defineOp<TopKAttrs>({
  name: 'topK',
  infer: ([x], { k, axis }) => {
    if (k > x!.shape[axis]!) throw new RangeError(`topK: ${k} elements of an axis of ${x!.shape[axis]}.`);
    const shape = x!.shape.with(axis, k);
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: 'int64' },
    ];
  },
  gradient: [
    ({ dy, ys: [, indices], x: [x], attrs: { axis } }) =>
      scatterElements(zeros(x!.shape, x!.dtype), indices!, dy, { axis, reduction: 'add' }),
  ],
  lower: ({ e, inputs: [x], attrs: { k, axis, largest, sorted } }) =>
    e.nodes('TopK', [x!, e.constant([k])], { axis, largest: Number(largest), sorted: Number(sorted) }, [true, true]),
  evaluate: ([x], { k, axis, largest }, [spec]) => {
    const strides = stridesOf(x!.shape);
    const outStrides = stridesOf(spec!.shape);
    const values = new Float64Array(spec!.shape.reduce((product, n) => product * n, 1));
    const indices = new Float64Array(values.length);
    forEachIndex(x!.shape.with(axis, 1), (index) => {
      const line = Array.from({ length: x!.shape[axis]! }, (_, i) => ({
        i,
        value: x!.data[flatIndex(index.with(axis, i), strides)]!,
      }));
      line.sort((a, b) => (largest ? b.value - a.value : a.value - b.value) || a.i - b.i);
      for (let i = 0; i < k; i++) {
        const at = flatIndex(index.with(axis, i), outStrides);
        values[at] = line[i]!.value;
        indices[at] = line[i]!.i;
      }
    });
    return [values, indices];
  },
  samples: [
    { inputs: [{ shape: [2, 5], distinct: true }], attrs: { k: 3, axis: 1, largest: true, sorted: true } },
    {
      name: 'smallest, outer axis',
      inputs: [{ shape: [4, 2], distinct: true }],
      attrs: { k: 2, axis: 0, largest: false, sorted: true },
    },
  ],
});

/** The k largest (or smallest) elements along an axis and their positions (int64): in order, or as it comes, which is quicker for many. */
export function topK(
  x: Tensor,
  k: number,
  { axis = -1, largest = true, sorted = true } = {},
): readonly [values: Tensor, indices: Tensor] {
  return applyMany(topKOp, [x], { k, axis: normalizeAxis(axis, x.shape.length), largest, sorted }) as readonly [
    Tensor,
    Tensor,
  ];
}
