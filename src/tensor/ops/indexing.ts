/** @file Loops over positions of host tensors, for ops that only move data. */
import type { HostTensor } from '../host.ts';
import { type Shape, sizeOf, stridesOf } from '../shape.ts';

/** Calls `visit` with every index of a shape in row-major order. The index array is reused. */
export function forEachIndex(shape: Shape, visit: (index: readonly number[], flat: number) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  const count = sizeOf(shape);
  for (let flat = 0; flat < count; flat++) {
    visit(index, flat);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** Flat position of an index in a contiguous tensor. */
export function flatIndex(index: readonly number[], strides: readonly number[]): number {
  let flat = 0;
  for (let axis = 0; axis < strides.length; axis++) flat += index[axis]! * strides[axis]!;
  return flat;
}

/** A tensor whose element at each index is read from x where `source` says; `fill` where it says undefined. */
export function rearrange(
  x: HostTensor,
  shape: Shape,
  source: (index: readonly number[]) => readonly number[] | undefined,
  fill = 0,
): Float64Array {
  const strides = stridesOf(x.shape);
  const result = new Float64Array(sizeOf(shape));
  forEachIndex(shape, (index, flat) => {
    const from = source(index);
    result[flat] = from === undefined ? fill : x.data[flatIndex(from, strides)]!;
  });
  return result;
}
