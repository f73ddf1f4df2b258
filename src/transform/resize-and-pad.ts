/**
 * @file Random resizing and padding (Xie et al. 2018, the defence; Xie et al. 2019, input diversity): the picture is resized by bilinear
 * interpolation and put at a random place of a plain ground. Unlike there the result has the size of the picture, as networks of one size
 * need; a factor above 1 shows a random part.
 */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { cast } from '../tensor/ops/cast.ts';
import { and, greaterEqual, less } from '../tensor/ops/compare.ts';
import { clip, maximum } from '../tensor/ops/extrema.ts';
import { matmul } from '../tensor/ops/matmul.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { swapAxes } from '../tensor/ops/transpose.ts';
import { abs } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { drawFrom, drawWhole, type Range, rangeOf } from './range.ts';
import type { Transform } from './transform.ts';

/** Options of `resizeAndPad`. */
export interface ResizeAndPadOptions {
  /** Factor of height and width; [0.8, 1] unless given. Sizes are rounded to whole pixels. */
  readonly scale?: Range;
  /** Value around a smaller picture; 0 unless given. */
  readonly fill?: number;
}

/**
 * Resizes pictures [C, height, width] and moves them to a random place of the same size, in whole pixels.
 * @throws RangeError if the scale is none
 */
export function resizeAndPad(
  { scale = [0.8, 1], fill = 0 }: ResizeAndPadOptions,
  [height, width]: readonly [number, number],
): Transform {
  const range = rangeOf('resizeAndPad: scale', scale, 0.01, 100);
  const number = { shape: [], dtype: 'float32' } as const;
  return {
    key: `resize and pad ${range} ${fill}`,
    data: { height: number, width: number, top: number, left: number },
    draw: (random) => {
      if (random === undefined) return { height, width, top: 0, left: 0 };
      const factor = drawFrom(range, random);
      const place = (size: number, resized: number) =>
        drawWhole([Math.min(0, size - resized), Math.max(0, size - resized)], random);
      const [h, w] = [height, width].map((size) => Math.max(1, Math.round(factor * size))) as [number, number];
      return { height: h, width: w, top: place(height, h), left: place(width, w) };
    },
    apply: (x, data) => {
      const rows = placement(data.height!, data.top!, height);
      const columns = placement(data.width!, data.left!, width);
      const placed = matmul(matmul(rows, fill === 0 ? x : sub(x, fill)), swapAxes(columns, 2, 3));
      return fill === 0 ? placed : add(placed, fill);
    },
  };
}

/** Matrices [N, 1, size, size] that interpolate an axis to `resized` [N] elements, the first of them at `start` [N]; zeros beside them. */
function placement(resized: Tensor, start: Tensor, size: number): Tensor {
  const each = (v: Tensor) => reshape(v, [v.shape[0]!, 1, 1, 1]);
  const index = (shape: readonly number[]) =>
    constant(
      Float32Array.from({ length: size }, (_, i) => i),
      shape,
    );
  const place = sub(index([1, 1, size, 1]), each(start));
  // Centres of pixels lie half a pixel in, in both sizes.
  const source = clip(sub(mul(add(place, 0.5), div(size, each(resized))), 0.5), 0, size - 1);
  const inside = cast(and(greaterEqual(place, 0), less(place, each(resized))), 'float32');
  return mul(maximum(sub(1, abs(sub(source, index([1, 1, 1, size])))), 0), inside);
}
