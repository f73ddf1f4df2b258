/** @file A change of many pictures in whole 255ths. */
import { normOf } from './vector.ts';

/** The change in whole 255ths that lies near it and within the ball: added to pictures of 8 bits it gives pictures of 8 bits. */
export function eightBitChange(v: Float32Array, norm: 'linf' | 'l2', epsilon: number): Float32Array {
  if (norm === 'linf') {
    const most = Math.floor(255 * epsilon * (1 + 1e-5));
    return v.map((value) => Math.min(most, Math.max(-most, Math.round(255 * value))) / 255);
  }
  // Rounding to the nearest lengthens a change a little: shorten it first by as little as keeps the ball.
  for (let factor = 1; factor > 0.5; factor -= 0.01) {
    const rounded = v.map((value) => Math.round(255 * factor * value) / 255);
    if (normOf('l2', rounded) <= epsilon * (1 + 1e-5)) return rounded;
  }
  return v.map((value) => Math.trunc(255 * value) / 255);
}
