/** @file Initial values of parameters: distributions scaled by how many values a weight sums over. */

import { randomStream } from '../random/random-stream.ts';
import type { Shape } from '../tensor/shape.ts';
import { sizeOf } from '../tensor/shape.ts';

/** How a parameter starts. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly bound: number };

/** Values a weight [outputs, inputs, …] sums over for one output. */
export function fanIn(shape: Shape): number {
  return sizeOf(shape.slice(1));
}

/** Normal with variance 2 / fan-out, which keeps the scale of gradients through relu (He et al. 2015). */
export function heNormal(shape: Shape): Initializer {
  return { kind: 'normal', std: Math.sqrt((2 * shape[1]!) / (sizeOf(shape) || 1)) };
}

/** Uniform with variance 1 / (3 fan-in): what PyTorch gives linear layers and convolutions. */
export function lecunUniform(inputs: number): Initializer {
  return { kind: 'uniform', bound: 1 / Math.sqrt(inputs) };
}

/** Uniform with variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010). */
export function glorotUniform(inputs: number, outputs: number): Initializer {
  return { kind: 'uniform', bound: Math.sqrt(6 / (inputs + outputs)) };
}

/** The values of one parameter; its place in the network and the seed decide them. */
export function initialValues(initializer: Initializer, shape: Shape, ...names: readonly number[]): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  if (initializer.kind === 'constant') return values.fill(initializer.value);
  const random = randomStream(...names);
  if (initializer.kind === 'normal') return values.map(() => initializer.std * random.normal());
  return values.map(() => initializer.bound * (2 * random.uniform() - 1));
}
