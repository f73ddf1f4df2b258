/**
 * @file Gradients past ReLUs that are off: where none of a picture's gradient would pass one, that passes which would turn it on (Lucid's
 * `redirected_relu_grad`). Clips, as of ReLU6, likewise at both ends.
 */
import type { GradientOptions } from '../tensor/grad.ts';
import type { Attrs, GradientRule } from '../tensor/op.ts';
import { add, mul, sub } from '../tensor/ops/arithmetic.ts';
import { reduceMax } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { step, stepBelow, stepFrom, stepUpTo } from '../tensor/ops/step.ts';
import { abs } from '../tensor/ops/unary.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';

/** Name of the number that says whether gradients are redirected at a step. */
export const redirectName = 'redirect';

/** Rules of ReLUs and clips for a search of one sample, whose number `active` [1] is 1 while gradients are redirected and 0 after. */
export function redirected(active: Tensor): NonNullable<GradientOptions['ruleOf']> {
  return (node) => {
    const bounds = boundsOf(node);
    const { gradient } = node.op;
    if (bounds === undefined || !Array.isArray(gradient)) return undefined;
    const [own] = gradient as [GradientRule<Attrs>];
    return (args) => {
      const { dy, x } = args;
      const plain = own(args);
      const axes = dy.shape.map((_, axis) => axis).slice(1);
      const largest = axes.length === 0 ? abs(plain) : reduceMax(abs(plain), { axes, keepDims: true });
      const stuck = mul(
        sub(1, step(largest)),
        reshape(
          active,
          dy.shape.map(() => 1),
        ),
      );
      return add(plain, mul(stuck, mul(dy, inwards(x[0]!, dy, bounds))));
    };
  };
}

/** 1 where a step along dy does not lead x out of the bounds, or farther out. */
function inwards(x: Tensor, dy: Tensor, [low, high]: readonly [number, number]): Tensor {
  const up = high === Number.POSITIVE_INFINITY ? step(dy) : mul(step(dy), stepUpTo(x, high));
  const down = low === Number.NEGATIVE_INFINITY ? stepBelow(dy, 0) : mul(stepBelow(dy, 0), stepFrom(x, low));
  return add(up, down);
}

function boundsOf({ op, attrs }: Node): readonly [number, number] | undefined {
  if (op.name === 'relu') return [0, Number.POSITIVE_INFINITY];
  return op.name === 'clip' ? [attrs.low as number, attrs.high as number] : undefined;
}
