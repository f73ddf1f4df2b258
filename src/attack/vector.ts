/** @file Pictures as vectors on the host: the few operations that attacks with a logic of their own are written in. */
import type { Distances } from '../distance/ball.ts';

/** a + s b, a new vector. */
export function addScaled(a: Float32Array, s: number, b: Float32Array): Float32Array {
  return a.map((value, i) => value + s * b[i]!);
}

/** a - b, a new vector. */
export function minus(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - b[i]!);
}

/** s a, a new vector. */
export function scaled(a: Float32Array, s: number): Float32Array {
  return a.map((value) => s * value);
}

/** Sum of products, in float64. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Norm of a vector, in float64; l0 counts what is not 0. */
export function normOf(norm: keyof Distances, v: Float32Array): number {
  let total = 0;
  switch (norm) {
    case 'linf':
      for (const value of v) total = Math.max(total, Math.abs(value));
      return total;
    case 'l2':
      for (const value of v) total += value * value;
      return Math.sqrt(total);
    case 'l1':
      for (const value of v) total += Math.abs(value);
      return total;
    case 'l0':
      for (const value of v) total += Number(value !== 0);
      return total;
  }
}

/** v of length 1 in l2; undefined where its length is 0 or not a number. */
export function normalised(v: Float32Array): Float32Array | undefined {
  const largest = normOf('linf', v);
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return undefined;
  // Divided by the largest first: squares of what is small would vanish.
  const near = scaled(v, 1 / largest);
  return scaled(near, 1 / normOf('l2', near));
}

/** The norm whose unit ball bounds the gain of a linear function: |w . delta| <= dual(w) norm(delta). */
export const dualNorm: Readonly<Record<'linf' | 'l2' | 'l1', 'linf' | 'l2' | 'l1'>> = {
  linf: 'l1',
  l2: 'l2',
  l1: 'linf',
};
