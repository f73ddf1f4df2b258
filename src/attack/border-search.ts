/**
 * @file From a picture that fools to the border between answers, by halving the way to the original: the straight way, or for linf by
 * clipping the change (Chen et al. 2020, Algorithm 1).
 */
import { between } from './minimal-attack.ts';
import { look, type Procedure } from './procedure.ts';
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
  let nearest = x;
  let [low, high] = [0, 1];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    const candidate = way === 'linf' ? clipped(trial, x, middle * radius) : between(trial, x, middle);
    if ((yield* look(candidate)).fools) [nearest, high] = [candidate, middle];
    else low = middle;
  }
  return nearest;
}

/** x with no value further than a radius from the original's. */
function clipped({ x0 }: Trial, x: Float32Array, radius: number): Float32Array {
  return x.map((value, i) => Math.min(x0[i]! + radius, Math.max(x0[i]! - radius, value)));
}
