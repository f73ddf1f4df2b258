/** @file Random directions for attacks that feel their way: many are drawn, so each pair of uniform numbers gives two normal ones. */
import type { RandomStream } from '../random/random-stream.ts';

/** Independent normal values of mean 0 and variance 1 (Box and Muller 1958, both numbers of a pair). */
export function normalDirection(length: number, random: RandomStream): Float32Array {
  const direction = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = 2 * Math.PI * random.uniform();
    direction[i] = radius * Math.cos(angle);
    // Past the end for an odd length, where it is dropped.
    direction[i + 1] = radius * Math.sin(angle);
  }
  return direction;
}

/** Independent values, uniform in [-1, 1). */
export function uniformDirection(length: number, random: RandomStream): Float32Array {
  const direction = new Float32Array(length);
  for (let i = 0; i < length; i++) direction[i] = 2 * random.uniform() - 1;
  return direction;
}
