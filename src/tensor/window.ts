/** @file Pictures faded out towards their edges, where a transform that takes them to repeat would see a jump. */
import { mul } from './ops/arithmetic.ts';
import { constant, type Tensor } from './tensor.ts';

/** The Hann window at the middles of n pixels, scaled to a mean square of 1, so that white noise keeps its power. */
export function hannWindow(n: number): Float64Array {
  const hann = Float64Array.from({ length: n }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / n) ** 2);
  const power = Math.sqrt(hann.reduce((sum, v) => sum + v * v, 0) / n);
  return hann.map((v) => v / power);
}

/** Pictures […, H, W] times a Hann window in each direction. What is to fade to nothing should have no mean. */
export function faded(x: Tensor): Tensor {
  const [h, w] = x.shape.slice(-2) as [number, number];
  return mul(mul(x, constant(hannWindow(h), [h, 1], x.dtype)), constant(hannWindow(w), [1, w], x.dtype));
}
