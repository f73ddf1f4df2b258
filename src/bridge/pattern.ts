/** @file Patterns F of one strength, and pictures with a dose of one: I + εF, kept within [0, 1]. */
import { BridgeError } from './bridge-error.ts';

/** How patterns of different kinds are made comparable: F has the root mean square 1, or the largest value 1. */
export type Strength = 'rms' | 'linf';

/** Both, for menus. */
export const strengths: readonly Strength[] = ['rms', 'linf'];

/** A pattern for every picture: the same for all, or each its own. */
export interface Pattern {
  /** Such as `ascent` or `ascent, phases scrambled`. */
  readonly name: string;
  /** One [C, H, W] for all pictures, or one each; of strength 1, or 0 everywhere for a picture that is without. */
  readonly of: Float32Array | readonly Float32Array[];
  /** Places of pictures that it was made with: how it does on them says nothing of others. */
  readonly madeWith?: ReadonlySet<number>;
  /** Places of pictures that have no such pattern, as where the unit has no gradient. */
  readonly without?: ReadonlySet<number>;
}

/** Whether all pictures get the same. */
export function isShared(pattern: Pattern): pattern is Pattern & { readonly of: Float32Array } {
  return pattern.of instanceof Float32Array;
}

/** The pattern for the picture of a place. */
export function patternFor({ of }: Pattern, place: number): Float32Array {
  return of instanceof Float32Array ? of : of[place]!;
}

/** How strong values are. */
export function strengthOf(values: Float32Array, strength: Strength): number {
  let [squares, largest] = [0, 0];
  for (const value of values) {
    squares += value * value;
    largest = Math.max(largest, Math.abs(value));
  }
  return strength === 'rms' ? Math.sqrt(squares / values.length) : largest;
}

/** The values scaled to strength 1. @throws BridgeError naming what has none */
export function ofUnitStrength(values: Float32Array, strength: Strength, name: string): Float32Array {
  const is = strengthOf(values, strength);
  if (!(is > 0 && Number.isFinite(is)))
    throw new BridgeError(`${name} is ${is > 0 ? 'not finite' : '0 everywhere'}, so it has no pattern to speak of.`);
  return values.map((value) => value / is);
}

/** A picture with a dose of a pattern, kept within [0, 1]. */
export function dosed(picture: Float32Array, pattern: Float32Array, dose: number): Float32Array {
  return picture.map((value, i) => Math.min(1, Math.max(0, value + dose * pattern[i]!)));
}

/** <gradient, to - from>: what a linear network would answer more, in float64. */
export function along(gradient: Float32Array, from: Float32Array, to: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * (to[i]! - from[i]!);
  return sum;
}
