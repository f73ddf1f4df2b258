/** @file A layer's values as channels at places, whatever the network: maps [N, C, H, W], tokens [N, T, D], vectors [N, K]. */
import { reshape } from '../../tensor/ops/reshape.ts';
import { swapAxes } from '../../tensor/ops/transpose.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Channels at places. */
export interface Features {
  /** [N, channels, places]. */
  readonly values: Tensor;
  readonly channels: number;
  /** Sizes of the places: [H, W] of a map, [T] of tokens, [] of a vector. */
  readonly places: readonly number[];
}

/** Values of a layer as channels at places: three axes are tokens of a transformer, whose channels come last. */
export function featuresOf(value: Tensor): Features {
  const [n, ...rest] = value.shape as [number, ...number[]];
  if (rest.length === 2) {
    const [tokens, channels] = rest as [number, number];
    return { values: swapAxes(value, 1, 2), channels, places: [tokens] };
  }
  const [channels, ...places] = rest as [number, ...number[]];
  return { values: reshape(value, [n, channels, sizeOf(places)]), channels, places };
}
