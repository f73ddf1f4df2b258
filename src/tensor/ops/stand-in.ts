/** @file One value with another's gradient: what backward passes see instead of an op without a useful gradient (BPDA, Athalye et al. 2018). */
import { isFloat } from '../dtype.ts';
import { defineOp, type Op } from '../op.ts';
import { formatShape, sameShape } from '../shape.ts';
import { apply, type Tensor } from '../tensor.ts';
import { zerosLike } from './basic.ts';

export const standInOp: Op = defineOp({
  name: 'standIn',
  infer: ([y, f]) => {
    if (!sameShape(y!.shape, f!.shape) || !isFloat(f!.dtype)) {
      throw new TypeError(
        `standIn expects floating-point numbers of shape ${formatShape(y!.shape)}, got ${formatShape(f!.shape)} ${f!.dtype}.`,
      );
    }
    return { shape: y!.shape, dtype: y!.dtype };
  },
  gradient: [null, ({ dy }) => dy],
  // Before a graph is written only the value is left; what the gradient needs of f hangs on the gradient alone.
  decompose: ([y]) => y!,
  evaluate: ([y]) => y!.data,
  samples: [
    { inputs: [{ shape: [2, 3], values: [1, -1, 1, 1, -1, 0], fixed: true }, { shape: [2, 3] }] },
    { name: 'for whole numbers', inputs: [{ shape: [3], values: [2, 0, 1], dtype: 'int64' }, { shape: [3] }] },
  ],
});

/** The value of y, of any type, with the gradient of f, of y's shape. */
export function standIn(y: Tensor, f: Tensor): Tensor {
  return apply(standInOp, [y, f], {});
}

/** The value of y without a gradient: what is compared with y does not pull at it. */
export function stopGradient(y: Tensor): Tensor {
  return standIn(y, zerosLike(y));
}
