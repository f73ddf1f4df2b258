/** @file Batches of an epoch: which images each step of a training sees. */

import { randomOrder } from '../random/random-order.ts';
import { DataError } from './dataset.ts';

/** How an epoch is cut into batches. */
export interface BatchOptions {
  readonly size: number;
  /** Decides the order with the epoch's number; without a seed images come in the set's order. */
  readonly seed?: number;
  /** Number of the epoch, from 0. */
  readonly epoch?: number;
  /** Whether the last batch is left out (`drop`) or given (`keep`, the default) where it is not full. */
  readonly last?: 'keep' | 'drop';
}

/** Indices of each batch of an epoch: a function of the number of images, the seed and the epoch alone. */
export function* batches(
  length: number,
  { size, seed, epoch = 0, last = 'keep' }: BatchOptions,
): Generator<Int32Array, void, void> {
  if (!Number.isInteger(size) || size < 1) throw new DataError(`A batch has a whole number of images, got ${size}.`);
  const order = seed === undefined ? Int32Array.from({ length }, (_, i) => i) : randomOrder(length, seed, epoch);
  for (let at = 0; at < length; at += size) {
    if (last === 'drop' && at + size > length) return;
    yield order.subarray(at, at + size);
  }
}
