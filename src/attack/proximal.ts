/**
 * @file Proximal operators on the host: the u that makes |u - v|² / 2 + lambda f(u) smallest, for norms f and for what stands in for l0
 * (Parikh and Boyd 2014, section 6).
 */
import { projectL1 } from './projection.ts';
import { normOf } from './vector.ts';

/** What is proximal to: a norm, the count of values that are not 0, or the sum of |u_i|^(2/3), a root between l0 and l1. */
export type ProximalName = 'linf' | 'l2' | 'l1' | 'l0' | 'l2/3';

/** All of them, for messages and menus. */
export const proximalNames: readonly ProximalName[] = ['linf', 'l2', 'l1', 'l0', 'l2/3'];

/** The operator of f. */
export function proximal(f: ProximalName, v: Float32Array, lambda: number): Float32Array {
  if (!(lambda > 0)) return v.slice();
  switch (f) {
    case 'linf':
      return proximalLinf(v, lambda);
    case 'l2':
      return blockShrink(v, lambda);
    case 'l1':
      return softThreshold(v, lambda);
    case 'l0':
      return hardThreshold(v, lambda);
    case 'l2/3':
      return v.map((value) => rootThreshold(value, lambda));
  }
}

/** l1: every value goes towards 0 by lambda, and stops there. */
export function softThreshold(v: Float32Array, lambda: number): Float32Array {
  return v.map((value) => Math.sign(value) * Math.max(0, Math.abs(value) - lambda));
}

/** l2: the whole vector becomes shorter by lambda, and stops at 0. */
export function blockShrink(v: Float32Array, lambda: number): Float32Array {
  const length = normOf('l2', v);
  return v.map((value) => (length > lambda ? value * (1 - lambda / length) : 0));
}

/** linf: v without its projection onto the l1 ball of radius lambda (Moreau's decomposition). */
export function proximalLinf(v: Float32Array, lambda: number): Float32Array {
  const projected = projectL1(v, lambda);
  return v.map((value, i) => value - projected[i]!);
}

/** l0: values below sqrt(2 lambda) become 0. */
export function hardThreshold(v: Float32Array, lambda: number): Float32Array {
  const threshold = Math.sqrt(2 * lambda);
  return v.map((value) => (Math.abs(value) >= threshold ? value : 0));
}

/**
 * |u|^(2/3) of one value (Cao, Sun and Xu 2013, Theorem 3, there for 2 lambda): 0 up to 2/3 (3 (2 lambda)³)^(1/4), and above it the larger
 * root w³ of w⁴ - |v| w + 2 lambda / 3 = 0.
 */
export function rootThreshold(v: number, lambda: number): number {
  const [size, twice] = [Math.abs(v), 2 * lambda];
  if (!(size > (2 / 3) * (3 * twice ** 3) ** 0.25)) return 0;
  const phi = Math.acosh((27 / 16) * size * size * twice ** -1.5);
  const a = (2 / Math.sqrt(3)) * twice ** 0.25 * Math.sqrt(Math.cosh(phi / 3));
  return Math.sign(v) * ((a + Math.sqrt(Math.max(0, (2 * size) / a - a * a))) / 2) ** 3;
}
