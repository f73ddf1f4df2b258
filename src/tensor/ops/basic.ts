/** @file Leaves and the few functions that the gradient walker itself needs, gathered in one place. */
import type { DType } from '../dtype.ts';
import { broadcastShapes, type Shape } from '../shape.ts';
import { constant, type Tensor } from '../tensor.ts';
import { add } from './arithmetic.ts';
import { cast } from './cast.ts';
import { expand } from './expand.ts';
import { reduceSum } from './reduce.ts';
import { reshape } from './reshape.ts';

export { add, cast };

/** A tensor that holds one number everywhere. */
export function full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  return broadcastTo(constant(value, [], dtype), shape);
}

/** A tensor of ones. */
export function ones(shape: Shape, dtype: DType = 'float32'): Tensor {
  return full(shape, 1, dtype);
}

/** A tensor of zeros. */
export function zeros(shape: Shape, dtype: DType = 'float32'): Tensor {
  return full(shape, 0, dtype);
}

/** Zeros of the shape and type of another tensor. */
export function zerosLike(x: Tensor): Tensor {
  return zeros(x.shape, x.dtype);
}

/** Repeats a tensor along axes of size 1 and new leading axes until it has the given shape. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return expand(x, shape);
}

/** The adjoint of broadcasting: sums over the axes along which `shape` would be repeated to give x's shape. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  broadcastShapes(x.shape, shape);
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, axis) => (axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : []));
  return reshape(reduceSum(x, { axes, keepDims: true }), shape);
}
