/** @file Projections of a change onto balls around 0, on the host: the nearest point, in l2, whose norm is at most the radius. */
import type { Distances } from '../distance/ball.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, minus, normOf, scaled } from './vector.ts';

/** The nearest point of the linf ball: every value is clipped. */
export function projectLinf(v: Float32Array, radius: number): Float32Array {
  return v.map((value) => Math.min(radius, Math.max(-radius, value)));
}

/** The nearest point of the l2 ball: scaled down where v lies outside, never up. */
export function projectL2(v: Float32Array, radius: number): Float32Array {
  const length = normOf('l2', v);
  return length > radius ? scaled(v, radius / length) : v.slice();
}

/**
 * The nearest point of the l1 ball (Duchi et al. 2008, Figure 1): soft thresholding at theta = (sum of the k largest |v_i| - radius) / k, for
 * the largest k whose k-th value is above it.
 */
export function projectL1(v: Float32Array, radius: number): Float32Array {
  if (!(normOf('l1', v) > radius)) return v.slice();
  const sizes = v.map(Math.abs).sort();
  let [sum, theta] = [0, 0];
  for (let k = 1; k <= sizes.length; k++) {
    const size = sizes[sizes.length - k]!;
    sum += size;
    const next = (sum - radius) / k;
    if (size <= next) break;
    theta = next;
  }
  return v.map((value) => Math.sign(value) * Math.max(0, Math.abs(value) - theta));
}

/** The nearest point with at most `count` values other than 0: those of the largest |v_i|, of equal ones the first. */
export function projectL0(v: Float32Array, count: number): Float32Array {
  if (count >= v.length) return v.slice();
  const sizes = v.map(Math.abs).sort();
  const kept = Math.max(0, Math.floor(count));
  const threshold = kept === 0 ? Number.POSITIVE_INFINITY : sizes[sizes.length - kept]!;
  const above = v.reduce((sum, value) => sum + Number(Math.abs(value) > threshold), 0);
  let atThreshold = kept - above;
  return v.map((value) => {
    const size = Math.abs(value);
    return size > threshold || (size === threshold && atThreshold-- > 0) ? value : 0;
  });
}

/** The nearest point of a norm's ball. */
export function projectOnto(norm: keyof Distances, v: Float32Array, radius: number): Float32Array {
  switch (norm) {
    case 'linf':
      return projectLinf(v, radius);
    case 'l2':
      return projectL2(v, radius);
    case 'l1':
      return projectL1(v, radius);
    case 'l0':
      return projectL0(v, radius);
  }
}

/** A picture brought into a norm's ball around the original, then into [0, 1]; what the mask keeps is the original's. */
export function intoBall(
  norm: keyof Distances,
  x: Float32Array,
  radius: number,
  trial: Pick<Trial, 'x0' | 'mask'>,
): Float32Array {
  return allowed(addScaled(trial.x0, 1, projectOnto(norm, minus(x, trial.x0), radius)), trial);
}
