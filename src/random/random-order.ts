/** @file Seeded orders: a permutation that the numbers naming it decide, on any machine. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { seedOf } from './random-stream.ts';

/** 0 to n - 1 in an order that the names (a seed, an epoch, a class) decide (Fisher and Yates 1938, Durstenfeld 1964). */
export function randomOrder(n: number, ...names: readonly number[]): Int32Array {
  const generator = xoroshiro128plus(seedOf(...names));
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = uniformInt(generator, 0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
