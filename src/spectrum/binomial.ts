/** @file Binomial kernels, the usual small low-pass filters: [1 2 1] / 4 for size 3. */
import { conv } from '../tensor/ops/conv.ts';
import { pad } from '../tensor/ops/pad.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { SpectrumError } from './spectrum-error.ts';

/** A row of Pascal's triangle, of sum 1. @param size 1 to 7 @throws SpectrumError */
export function binomial(size: number): number[] {
  if (!Number.isInteger(size) || size < 1 || size > 7)
    throw new SpectrumError(`A blur kernel has 1 to 7 taps, got ${size}.`);
  let row = [1];
  for (let n = 1; n < size; n++) row = [...row, 0].map((value, i) => value + (row[i - 1] ?? 0));
  return row.map((value) => value / 2 ** (size - 1));
}

/** x [N, C, H, W] blurred by a binomial kernel of odd size; pictures go on as at their edges. */
export function blurred(x: Tensor, size: number): Tensor {
  const [, c] = x.shape as [number, number];
  const weights = binomial(size);
  const reach = (size - 1) / 2;
  if (!Number.isInteger(reach)) throw new SpectrumError(`A blur that moves nothing has an odd size, got ${size}.`);
  const kernel = Array.from({ length: c }, () => weights.flatMap((down) => weights.map((across) => down * across)));
  const margin = [0, 0, reach, reach];
  const padded = pad(x, { begin: margin, end: margin, mode: 'edge' });
  return conv(padded, constant(kernel.flat(), [c, 1, size, size], x.dtype), undefined, { group: c });
}
