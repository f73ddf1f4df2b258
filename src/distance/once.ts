/** @file Lets the value, the distance and the map of one pair of pictures share what they are worked out from. */
import type { Tensor } from '../tensor/tensor.ts';

/** The same function, which gives one expression for one pair of tensors however often it is asked. */
export function oncePerPair<T>(of: (x: Tensor, y: Tensor) => T): (x: Tensor, y: Tensor) => T {
  const known = new WeakMap<Tensor, WeakMap<Tensor, T>>();
  return (x, y) => {
    const ofX = known.get(x) ?? new WeakMap<Tensor, T>();
    known.set(x, ofX);
    if (!ofX.has(y)) ofX.set(y, of(x, y));
    return ofX.get(y)!;
  };
}
