/** @file Several copies of every row of a batch. */
import { broadcastTo } from '../tensor/ops/basic.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Every row of x [N, …] `times` times, copies of one beside each other: [N x times, …]. */
export function repeat(x: Tensor, times: number): Tensor {
  if (times === 1) return x;
  const [n, ...rest] = x.shape as [number, ...number[]];
  return reshape(broadcastTo(reshape(x, [n, 1, ...rest]), [n, times, ...rest]), [n * times, ...rest]);
}
