/** @file Tells distances apart that share a name, as networks of one file name in two folders do. */
import type { Distance } from './distance.ts';

const identities = new WeakMap<Distance, number>();
let count = 0;

/** A number that this distance has and no other of the process: what compiled programs are kept by. */
export function identityOf(distance: Distance): number {
  const known = identities.get(distance) ?? count++;
  identities.set(distance, known);
  return known;
}
