/** @file Which pixels a step can move at all. */
import { add, mul, neg } from '../tensor/ops/arithmetic.ts';
import { step, stepBelow } from '../tensor/ops/step.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** 1 where a step along the gradient stays in the picture's range, 0 at pixels of 0 or 1 that it would push out of it. */
export function movable(gradient: Tensor, x: Tensor): Tensor {
  const up = mul(step(gradient), stepBelow(x, 1));
  const down = mul(step(neg(gradient)), step(x));
  return add(up, down);
}
