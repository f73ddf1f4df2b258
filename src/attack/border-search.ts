/**
 * @file From a picture that fools to the border between answers, by halving the way to the original: the straight way, or for linf by
 * clipping the change (Chen et al. 2020, Algorithm 1).
 */
import { between } from './minimal-attack.ts';
import { searchByLooks, smallestShare } from './nearest-fooling.ts';
import type { Procedure } from './procedure.ts';
import type { Trial } from './trial.ts';
import { minus, normOf } from './vector.ts';

/** Ways towards the original. */
export type WayBack = 'l2' | 'linf';

/** Halvings beyond which pictures of float32 hardly differ. */
const mostHalvings = 24;

/** Halvings after which the share of the way is known to within a tolerance, or as well as float32 can tell. */
export function halvingsFor(tolerance: number): number {
  return Math.max(1, Math.min(mostHalvings, Math.ceil(-Math.log2(tolerance))));
}

/** The nearest picture that fools on the way from one that does to the original; `halvings` questions, never more. */
export function* borderOf(trial: Trial, x: Float32Array, way: WayBack, halvings: number): Procedure<Float32Array> {
  const radius = way === 'linf' ? normOf('linf', minus(x, trial.x0)) : 0;
  const at = (share: number) => (way === 'linf' ? clipped(trial, x, share * radius) : between(trial, x, share));
  const share = yield* searchByLooks(smallestShare(halvings), at);
  return share === 1 ? x : at(share);
}

/** x with no value further than a radius from the original's. */
function clipped({ x0 }: Trial, x: Float32Array, radius: number): Float32Array {
  return x.map((value, i) => Math.min(x0[i]! + radius, Math.max(x0[i]! - radius, value)));
}
