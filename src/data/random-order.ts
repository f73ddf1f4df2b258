/** @file Seeded orders: a permutation that the numbers naming it decide, on any machine. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** 0 to n - 1 in an order that the names (a seed, an epoch, a class) decide (Fisher and Yates 1938, Durstenfeld 1964). */
export function randomOrder(n: number, ...names: readonly number[]): Int32Array {
  const generator = xoroshiro128plus(names.reduce((hash, name) => mix(hash ^ (name | 0)), 0x9e3779b9));
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = uniformInt(generator, 0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Spreads the bits of a 32-bit number (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
