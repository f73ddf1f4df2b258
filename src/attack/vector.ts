/**
 * @file Pictures as vectors on the host: the few operations that attacks with a logic of their own are written in. They are
 * loops: map() takes three times as long.
 */
import type { Distances } from '../distance/ball.ts';

/** a + s b, a new vector. */
export function addScaled(a: Float32Array, s: number, b: Float32Array): Float32Array {
  const sum = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) sum[i] = a[i]! + s * b[i]!;
  return sum;
}

/** a - b, a new vector. */
export function minus(a: Float32Array, b: Float32Array): Float32Array {
  const difference = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) difference[i] = a[i]! - b[i]!;
  return difference;
}

/** s a, a new vector. */
export function scaled(a: Float32Array, s: number): Float32Array {
  const product = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) product[i] = s * a[i]!;
  return product;
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
      for (let i = 0; i < v.length; i++) {
        const size = Math.abs(v[i]!);
        if (size > total || Number.isNaN(size)) total = size; // NaN stays
      }
      return total;
    case 'l2':
      for (let i = 0; i < v.length; i++) total += v[i]! * v[i]!;
      return Math.sqrt(total);
    case 'l1':
      for (let i = 0; i < v.length; i++) total += Math.abs(v[i]!);
      return total;
    case 'l0':
      for (let i = 0; i < v.length; i++) if (v[i] !== 0) total++;
      return total;
  }
}

/** v of length 1 in l2; undefined where its length is 0 or not a number. */
export function normalised(v: Float32Array): Float32Array | undefined {
  // Squares of float32 neither vanish nor overflow in float64.
  const length = normOf('l2', v);
  return length > 0 && length < Number.POSITIVE_INFINITY ? scaled(v, 1 / length) : undefined;
}

/** The norm whose unit ball bounds the gain of a linear function: |w . delta| <= dual(w) norm(delta). */
export const dualNorm: Readonly<Record<'linf' | 'l2' | 'l1', 'linf' | 'l2' | 'l1'>> = {
  linf: 'l1',
  l2: 'l2',
  l1: 'linf',
};
