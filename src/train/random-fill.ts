/** @file Random numbers in bulk for training: one stream per sample and step, whatever the batch. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { seedOf } from '../random/random-stream.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { NoiseSpec } from './scope.ts';

/** A number that a name decides. */
export function hashOfName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/** A source of uniform numbers in [0, 1) with 24 bits, named by numbers. */
export function uniformSource(...labels: readonly number[]): () => number {
  const generator = xoroshiro128plus(seedOf(...labels));
  return () => (generator.next() >>> 8) * 2 ** -24;
}

/** The noise of a batch: sample i's numbers are decided by the seed, the epoch, its place in the data set and the noise's name. */
export function noiseBatch(
  { name, shape, kind }: NoiseSpec,
  samples: readonly number[],
  seed: number,
  epoch: number,
): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  const each = values.length / shape[0]!;
  const label = hashOfName(name);
  samples.forEach((sample, row) => {
    const uniform = uniformSource(seed, epoch, sample, label);
    const part = values.subarray(row * each, (row + 1) * each);
    if (kind === 'uniform') for (let i = 0; i < each; i++) part[i] = uniform();
    else fillNormal(part, uniform);
  });
  return values;
}

/** Normal numbers in pairs (Box and Muller 1958). */
function fillNormal(values: Float32Array, uniform: () => number): void {
  for (let i = 0; i < values.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
}
