/** @file Randomness of a sample: a stream that its own pixels and the seed decide, whatever the batch or the order. */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of random numbers. */
export interface RandomStream {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Normal with mean 0 and variance 1. */
  normal(): number;
  /** Exponential with mean 1. */
  exponential(): number;
}

/** One 32-bit seed from the numbers that name a stream. */
export function seedOf(...names: readonly number[]): number {
  return names.reduce((hash, name) => mix(hash ^ (name | 0)), 0x9e3779b9);
}

/** A stream from numbers that name it: a seed, a sample's hash, a restart. */
export function randomStream(...names: readonly number[]): RandomStream {
  const generator = xoroshiro128plus(seedOf(...names));
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    // Box and Muller 1958
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    exponential: () => -Math.log(1 - uniform()),
  };
}

/** A number that a sample's pixels decide. */
export function hashOf(pixels: Float32Array): number {
  const words = new Int32Array(pixels.buffer, pixels.byteOffset, pixels.length);
  let hash = pixels.length;
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193) ^ (hash >>> 15);
  return mix(hash);
}

/** Spreads the bits of a 32-bit number (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
