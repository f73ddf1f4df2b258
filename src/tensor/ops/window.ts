/** @file Sliding windows over the spatial axes: the geometry that convolution and pooling share. */
import type { Attrs } from '../op.ts';
import { formatShape, type Shape } from '../shape.ts';

/** Strides, dilations and pads of a window; pads are all begins, then all ends, as ONNX lists them. */
export interface Window {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
}

/** What callers may write: missing strides and dilations are 1, missing pads 0; one number means every axis. */
export interface WindowOptions {
  readonly strides?: number | readonly number[];
  /** One number, one per spatial axis (both sides alike), or all begins followed by all ends. */
  readonly pads?: number | readonly number[];
  readonly dilations?: number | readonly number[];
}

/** A window for `rank` spatial axes with everything written out. */
export function windowOf(options: WindowOptions, rank: number): Window {
  const each = (value: number | readonly number[] | undefined, fallback: number, what: string) => {
    const list = typeof value === 'object' ? value : new Array<number>(rank).fill(value ?? fallback);
    if (list.length !== rank)
      throw new TypeError(`${what} expects ${rank} numbers, one per spatial axis, got ${list.length}.`);
    return list;
  };
  const { pads } = options;
  return {
    strides: each(options.strides, 1, 'strides'),
    dilations: each(options.dilations, 1, 'dilations'),
    pads:
      typeof pads === 'object' && pads.length === 2 * rank
        ? pads
        : [...each(pads, 0, 'pads'), ...each(pads, 0, 'pads')],
  };
}

/** The input's extent that one window covers along an axis. */
export function windowExtent(kernel: number, dilation: number): number {
  return (kernel - 1) * dilation + 1;
}

/**
 * Number of window positions along each spatial axis.
 * With `ceilMode` a last partial window counts if it starts inside the input or its left padding (ONNX, PyTorch).
 */
export function windowCounts(
  spatial: Shape,
  kernel: Shape,
  { strides, pads, dilations }: Window,
  ceilMode = false,
): number[] {
  return spatial.map((size, i) => {
    const padded = size + pads[i]! + pads[i + spatial.length]!;
    const steps = (padded - windowExtent(kernel[i]!, dilations[i]!)) / strides[i]!;
    const count = Math.floor(steps) + 1;
    const partial = ceilMode && !Number.isInteger(steps) && count * strides[i]! < size + pads[i]!;
    const result = partial ? count + 1 : count;
    if (result < 1) {
      throw new RangeError(
        `A window of ${formatShape(kernel)} does not fit into ${formatShape(spatial)} with pads ${formatShape(pads)}.`,
      );
    }
    return result;
  });
}

/** Attributes of the convolutions. */
export interface ConvAttrs extends Attrs {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
}
