/**
 * @file Gradient of a convolution with respect to its weight, as matrix products of shifted copies.
 *
 * dw[k, c, r] sums dy[o] x[o stride + r dilation - pad] over outputs o. Shifting dy along all axes but the last and x along the last gives
 * every tap as one entry of a product of a few copies, where im2col would make a copy for each tap. A stride splits x into phases first.
 * A convolution with `dy` as its kernel says the same and is several times slower on ONNX Runtime.
 */
import { type Shape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { zeros } from './basic.ts';
import { concat } from './concat.ts';
import { gemm, matmul } from './matmul.ts';
import { pad } from './pad.ts';
import { reduceSum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { swapAxes, transpose } from './transpose.ts';
import type { ConvAttrs } from './window.ts';

/** Up to this many positions a picture, all pictures make one product; beyond, each has its own and the products are summed. */
const joinedPositions = 256;

/** Where a tap reads along an axis: in the phase `phase` of x (every stride-th line from there), `shift` places on. */
interface Tap {
  readonly phase: number;
  readonly shift: number;
}

/**
 * dw[k, c, r] = sum over n, o of dy[n, k, o] x[n, c, o stride + r dilation - pad].
 * @param x [N, C, …] @param dy [N, K, …] @returns the weight's shape [K, C / group, …]
 */
export function convWeightGradient(x: Tensor, dy: Tensor, weightShape: Shape, attrs: ConvAttrs): Tensor {
  const { strides, group } = attrs;
  const [k, cPerGroup, ...kernel] = weightShape as [number, number, ...number[]];
  const last = kernel.length - 1;
  const columns = tapsOf(last, kernel, attrs);
  const rows = cartesian(kernel.slice(0, last).map((_, axis) => tapsOf(axis, kernel, attrs)));
  const joined = group === 1 && sizeOf(dy.shape.slice(2)) <= joinedPositions;

  const parts: Tensor[][] = rows.map(() => []); // of each row and column of taps: [1, K, C / group]
  // Rows of one phase meet the same pieces of x: the shifted dy are stacked and multiplied together.
  for (const members of groupByPhase(rows)) {
    const phases = rows[members[0]!]!.map(({ phase }) => phase);
    const grid = phases.map((phase, axis) => lineCount(x.shape[axis + 2]!, phase, strides[axis]!));
    const shifted = members.map((row) =>
      rows[row]!.reduce((t, { shift }, axis) => window(t, axis + 2, -shift, grid[axis]!), dy),
    );
    for (const { phase, shift } of columns) {
      const seen = window(phaseOf(x, [...phases, phase], strides), last + 2, shift, dy.shape[last + 2]!);
      const product = reshape(joined ? joinedProduct(shifted, seen) : batchedProduct(shifted, seen, group), [
        members.length,
        k,
        cPerGroup,
      ]);
      members.forEach((row, i) => {
        parts[row]!.push(slice(product, { axes: [0], starts: [i], ends: [i + 1] }));
      });
    }
  }
  return reshape(transpose(concat(parts.flat(), 0), [1, 2, 0]), weightShape);
}

function tapsOf(axis: number, kernel: Shape, { strides, pads, dilations }: ConvAttrs): Tap[] {
  return Array.from({ length: kernel[axis]! }, (_, r) => {
    const offset = r * dilations[axis]! - pads[axis]!;
    const shift = Math.floor(offset / strides[axis]!);
    return { phase: offset - shift * strides[axis]!, shift };
  });
}

/** Indices of the rows that have the same phases, together. */
function groupByPhase(rows: readonly (readonly Tap[])[]): number[][] {
  const groups = new Map<string, number[]>();
  rows.forEach((row, i) => {
    const name = row.map(({ phase }) => phase).join();
    groups.set(name, [...(groups.get(name) ?? []), i]);
  });
  return [...groups.values()];
}

/** Number of lines phase, phase + stride, … below `size`. */
function lineCount(size: number, phase: number, stride: number): number {
  return Math.max(0, Math.ceil((size - phase) / stride));
}

/** Every stride-th line of each spatial axis, from `phases` on. */
function phaseOf(x: Tensor, phases: readonly number[], strides: readonly number[]): Tensor {
  if (strides.every((stride) => stride === 1)) return x;
  const axes = phases.map((_, axis) => axis + 2);
  return slice(x, { axes, starts: phases, ends: axes.map((axis) => x.shape[axis]!), steps: strides });
}

/** y[i] = t[i + by] for i below `length` along an axis, zero where t has nothing. */
function window(t: Tensor, axis: number, by: number, length: number): Tensor {
  const size = t.shape[axis]!;
  if (Math.min(size, length + by) <= Math.max(0, by)) return zeros(t.shape.with(axis, length), t.dtype);
  const none = t.shape.map(() => 0);
  return pad(t, { begin: none.with(axis, -by), end: none.with(axis, length + by - size) });
}

/** For each of `rows` [N, K, …] the sum over pictures and positions of its products with `x` [N, C, …]: [rows K, C]. */
function joinedProduct(rows: readonly Tensor[], x: Tensor): Tensor {
  const flat = (t: Tensor) => reshape(swapAxes(t, 0, 1), [t.shape[1]!, sizeOf(t.shape) / t.shape[1]!]);
  return gemm(stacked(rows.map(flat), 0), flat(x), undefined, { transB: true });
}

/** The same, picture by picture and group by group. */
function batchedProduct(rows: readonly Tensor[], x: Tensor, group: number): Tensor {
  const n = x.shape[0]!;
  const flat = (t: Tensor) => {
    const channels = t.shape[1]! / group;
    return reshape(t, [n, group, channels, sizeOf(t.shape) / (n * group * channels)]);
  };
  const product = matmul(stacked(rows.map(flat), 2), swapAxes(flat(x), -1, -2)); // [N, group, rows K / group, C / group]
  const summed = reduceSum(product, { axes: [0] });
  const [kPerGroup, cPerGroup] = [rows[0]!.shape[1]! / group, x.shape[1]! / group];
  return swapAxes(reshape(summed, [group, rows.length, kPerGroup, cPerGroup]), 0, 1);
}

function stacked(list: readonly Tensor[], axis: number): Tensor {
  return list.length === 1 ? list[0]! : concat(list, axis);
}

/** Every choice of one member of each list, in row-major order. */
function cartesian<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((heads, list) => heads.flatMap((head) => list.map((one) => [...head, one])), [[]]);
}
