/**
 * @file Gradient of a convolution with respect to its weight, as im2col and one batched matrix product.
 *
 * A convolution with `dy` as its kernel says the same and is several times slower on ONNX Runtime.
 */
import { type Shape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { concat } from './concat.ts';
import { matmul } from './matmul.ts';
import { pad } from './pad.ts';
import { reduceSum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { transpose } from './transpose.ts';
import type { ConvAttrs } from './window.ts';

/**
 * dw[k, c, r] = sum over n, o of dy[n, k, o] x[n, c, o stride + r dilation - pad].
 * @param x [N, C, …] @param dy [N, K, …] @returns the weight's shape [K, C / group, …]
 */
export function convWeightGradient(x: Tensor, dy: Tensor, weightShape: Shape, attrs: ConvAttrs): Tensor {
  const { strides, pads, dilations, group } = attrs;
  const [n, c] = x.shape as [number, number];
  const [k, cPerGroup, ...kernel] = weightShape as [number, number, ...number[]];
  const outputs = dy.shape.slice(2);
  const padded = pads.some((p) => p > 0)
    ? pad(x, { begin: [0, 0, ...pads.slice(0, kernel.length)], end: [0, 0, ...pads.slice(kernel.length)] })
    : x;
  const spatialAxes = kernel.map((_, i) => i + 2);

  const taps = positions(kernel).map((tap) => {
    const starts = tap.map((t, i) => t * dilations[i]!);
    const ends = starts.map((start, i) => start + (outputs[i]! - 1) * strides[i]! + 1);
    const seen = slice(padded, { axes: spatialAxes, starts, ends, steps: strides });
    return reshape(seen, [n, group, 1, c / group, sizeOf(outputs)]);
  });
  const columns = reshape(taps.length === 1 ? taps[0]! : concat(taps, 2), [
    n,
    group,
    sizeOf(kernel) * cPerGroup,
    sizeOf(outputs),
  ]);
  const rows = reshape(dy, [n, group, k / group, sizeOf(outputs)]);
  const product = matmul(rows, transpose(columns, [0, 1, 3, 2])); // [N, group, K / group, taps * C / group]
  const summed = reshape(reduceSum(product, { axes: [0] }), [k, sizeOf(kernel), cPerGroup]);
  return reshape(transpose(summed, [0, 2, 1]), weightShape);
}

/** Every index into an array of the given shape, in row-major order. */
function positions(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (list, size) => list.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
    [[]],
  );
}
