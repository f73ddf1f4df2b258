/**
 * @file What may be held against a picture, a number for each: total variation, length, what a blur takes away, a bright frame. Constants are
 * Lucid's (Olah et al. 2017).
 */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { conv } from '../tensor/ops/conv.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { stopGradient } from '../tensor/ops/stand-in.ts';
import { abs, sqrt, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { totalVariation } from './total-variation.ts';

/** What the network makes of pictures, for penalties that ask it. */
export interface Sight {
  /** The pictures before they were changed: [N, C, H, W]. */
  readonly pictures: Tensor;
  /** Pictures of one sample that belong together. */
  readonly group: number;
  /** A value of the graph by its name, its first axis samples x group x views. */
  at(layer: string): Tensor;
}

/** Something held against pictures. */
export interface Penalty {
  readonly name: string;
  readonly key: string;
  /**
   * Of pictures [N, C, H, W] in [0, 1]: one number for each, [N], or for each sample, [N / group]; larger for worse.
   * @param sight what the network makes of them as it sees them; of the pictures as they are unless given, where it matters
   */
  value(x: Tensor, sight?: Sight): Tensor;
}

const axes = [1, 2, 3];

/** Total variation: the sum of the lengths of neighbours' differences. */
export const variation: Penalty = { name: 'tv', key: 'tv', value: totalVariation };

/** Sum of distances from a grey. */
export function l1From(grey = 0.5): Penalty {
  return { name: 'l1', key: `l1 ${grey}`, value: (x) => reduceSum(abs(sub(x, grey)), { axes }) };
}

/** Length of the difference from a grey. */
export function l2From(grey = 0.5): Penalty {
  return { name: 'l2', key: `l2 ${grey}`, value: (x) => sqrt(add(reduceSum(square(sub(x, grey)), { axes }), 1e-6)) };
}

/** Half the squares of what a small blur changes; the blurred picture is a goal that stands still, so that a step down is a blur. */
export const roughness: Penalty = {
  name: 'blur',
  key: 'blur',
  value: (x) => div(reduceSum(square(sub(x, stopGradient(blurred(x, 1)))), { axes }), 2),
};

/** What a frame of `width` pixels differs from a blur of itself and from grey, so that nothing grows at the edges. */
export function boundary(width = 20, grey = 0.5): Penalty {
  return {
    name: 'boundary',
    key: `boundary ${width} ${grey}`,
    value: (x) => {
      const [h, w] = x.shape.slice(2) as [number, number];
      const frame = Float32Array.from({ length: h * w }, (_, p) => {
        const [row, column] = [Math.floor(p / w), p % w];
        return Number(Math.min(row, column, h - 1 - row, w - 1 - column) < width);
      });
      const rough = square(sub(blurred(x, 2), x));
      const bright = mul(square(sub(x, grey)), 0.8);
      return reduceSum(mul(add(rough, bright), constant(frame, [1, 1, h, w])), { axes });
    },
  };
}

/** Means of neighbours up to `reach` away, the farthest of half the others' weight; fewer of them at the edges. */
function blurred(x: Tensor, reach: number): Tensor {
  const [, c, h, w] = x.shape as [number, number, number, number];
  const side = 2 * reach + 1;
  const weights = Float32Array.from({ length: c * side * side }, (_, at) => {
    const [row, column] = [Math.floor(at / side) % side, at % side];
    return Math.max(Math.abs(row - reach), Math.abs(column - reach)) === reach ? 0.5 : 1;
  });
  const kernel = constant(weights, [c, 1, side, side]);
  const options = { group: c, pads: [reach, reach] };
  const counts = conv(constant(new Float32Array(c * h * w).fill(1), [1, c, h, w]), kernel, undefined, options);
  return div(conv(x, kernel, undefined, options), counts);
}
