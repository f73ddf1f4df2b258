/**
 * @file Views of a picture: square crops of random size and place, brought to one size (MACO, Fel et al. 2023; Horama). Rows and columns are
 * resampled by a product each, whose weights are tents: bilinear where a crop is enlarged, means of what falls into a pixel where it shrinks.
 */

import { relu } from '../tensor/ops/activation.ts';
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { clip, maximum } from '../tensor/ops/extrema.ts';
import { matmul } from '../tensor/ops/matmul.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { slice } from '../tensor/ops/slice.ts';
import { swapAxes } from '../tensor/ops/transpose.ts';
import { abs } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { repeat } from './repeat.ts';
import type { Transform } from './transform.ts';

/** Options of `crops`. Sizes and places are shares of the shorter side, and of the way that a crop may move. */
export interface CropOptions {
  /** Views of each picture; 1 unless given. */
  readonly views?: number;
  /** Mean and deviation of a crop's side; 0.25 and 0.1 unless given, as MACO's paper has it. Kept within 0.05 and 1. */
  readonly side?: readonly [mean: number, deviation: number];
  /** Mean and deviation of its place; uniform over all places unless given. */
  readonly place?: readonly [mean: number, deviation: number];
}

/** Smallest crop, as a share of the shorter side. */
const leastSide = 0.05;

/** Views of pictures of one size, [N, C, H, W] to [N x views, C, height, width]; those of a picture are neighbours. */
export function crops(
  [tall, wide]: readonly [height: number, width: number],
  [height, width]: readonly [height: number, width: number],
  { views = 1, side: [mean, deviation] = [0.25, 0.1], place }: CropOptions = {},
): Transform {
  const shorter = Math.min(tall, wide);
  return {
    key: `crops ${tall} ${wide} ${height} ${width} ${views} ${mean} ${deviation} ${place ?? 'anywhere'}`,
    data: { boxes: { shape: [views, 3], dtype: 'float32' } },
    draw: (random) => {
      const boxes = new Float32Array(views * 3);
      for (let view = 0; view < views; view++) {
        if (random === undefined) {
          boxes.set([(tall - shorter) / 2, (wide - shorter) / 2, shorter], 3 * view);
          continue;
        }
        const share = Math.min(1, Math.max(leastSide, mean + deviation * random.normal()));
        const where = () =>
          place === undefined ? random.uniform() : Math.min(1, Math.max(0, place[0] + place[1] * random.normal()));
        const length = share * shorter;
        boxes.set([where() * (tall - length), where() * (wide - length), length], 3 * view);
      }
      return { boxes };
    },
    apply: (x, { boxes }) => {
      const [n, c] = x.shape as [number, number];
      const column = (i: number) =>
        reshape(slice(boxes!, { axes: [2], starts: [i], ends: [i + 1] }), [n * views, 1, 1, 1]);
      const [top, left, length] = [column(0), column(1), column(2)];
      const rows = resampling(top, length, tall, height);
      const columns = resampling(left, length, wide, width);
      const repeated = repeat(x, views);
      return reshape(matmul(matmul(rows, repeated), swapAxes(columns, 2, 3)), [n * views, c, height, width]);
    },
  };
}

/**
 * Weights [N, 1, count, size] of `size` pixels in each of `count` that share an interval: a tent around each new pixel's centre, as wide as
 * the new pixels are apart but never narrower than the old ones, with sum 1.
 */
function resampling(start: Tensor, length: Tensor, size: number, count: number): Tensor {
  const column = (values: readonly number[], shape: readonly number[]) => constant(Float32Array.from(values), shape);
  const centres = column(
    Array.from({ length: count }, (_, i) => (i + 0.5) / count),
    [1, 1, count, 1],
  );
  const pixels = column(
    Array.from({ length: size }, (_, j) => j + 0.5),
    [1, 1, 1, size],
  );
  const at = add(mul(length, centres), start);
  const reach = maximum(div(length, count), 1);
  // Centres beyond the outermost pixels' take these pixels.
  const inside = sub(clip(at, 0.5, size - 0.5), pixels);
  const tent = relu(sub(1, div(abs(inside), reach)));
  return div(tent, maximum(reduceSum(tent, { axes: [3], keepDims: true }), 1e-12));
}
