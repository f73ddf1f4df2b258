/**
 * @file Auto-PGD in l1 (Croce and Hein 2021, "Mind the box", section 3): steps change the few values with the largest gradients, as many as the
 * best change so far suggests, and are projected onto the ball and [0, 1] together. With "large epsilon" it runs first in a ball of
 * three, then of two times the radius, each run from the best point of the one before.
 */
import { type Ascent, lookTimes, meanSlope } from './apgd-search.ts';
import { kthLargest } from './kth-largest.ts';
import { ontoL1Box } from './l1-box-projection.ts';
import type { Procedure } from './procedure.ts';
import { addScaled, minus, normOf, scaled } from './vector.ts';

/** Balls of the schedule in units of the radius, with their shares of the steps; the last takes what is left. */
const stages = [
  { factor: 3, share: 0.3 },
  { factor: 2, share: 0.3 },
  { factor: 1, share: 0.4 },
] as const;

/** A run from a random start; with large epsilon through all balls of the schedule. */
export function* apgdL1(ascent: Ascent, isLarge: boolean, names: readonly number[]): Procedure {
  const { trial, epsilon, steps } = ascent;
  const { x0, mask } = trial;
  const random = trial.random(...names);
  let change: Float32Array = x0.map((_, i) => random.normal() * (mask?.[i] ?? 1));
  const own = isLarge ? stagesOf(steps) : [{ factor: 1, steps }];
  for (const [stage, { factor, steps: count }] of own.entries()) {
    const radius = factor * epsilon;
    const start = moved(x0, ontoL1Box(change, x0, radius));
    const isLast = stage === own.length - 1;
    const best = yield* searchL1({ ...ascent, epsilon: radius, steps: count }, start, { isWarm: isLarge, isLast });
    change = minus(best, x0);
  }
}

/** Radii of the schedule with their steps; stages for which there are none are left out. */
function stagesOf(steps: number): { readonly factor: number; readonly steps: number }[] {
  let left = steps;
  const all = stages.map(({ factor, share }) => {
    const own = factor === 1 ? left : Math.min(left - 1, Math.ceil(share * steps - 1e-9));
    left -= own;
    return { factor, steps: own };
  });
  return all.filter((stage) => stage.steps > 0);
}

/** Share of values that the first steps change, and by how much more than the change so far has later ones are sparser. */
const firstShare = 0.2;
const sparser = 1.5;

/** A change that keeps less than this share of its values has become sparser: the step is as long as the radius again. */
const sparserShare = 0.95;

/** What the step is divided by otherwise, and what part of the radius it keeps at least. */
const shrinking = 1.5;
const leastPart = 1 / 10;

/** One run in a ball; returns the point of the highest loss. */
function* searchL1(
  ascent: Ascent,
  start: Float32Array,
  { isWarm, isLast }: { readonly isWarm: boolean; readonly isLast: boolean },
): Procedure<Float32Array> {
  const { trial, epsilon, steps } = ascent;
  const { x0, mask } = trial;
  const size = mask?.reduce((sum, value) => sum + value, 0) ?? x0.length;
  const window = Math.max(1, Math.floor(0.04 * steps));
  let eta = epsilon;
  let count = isWarm ? changedValues(start, x0) : size;
  let share = isWarm ? count / size / sparser : firstShare;
  let x = start;
  let { value, gradient } = yield* meanSlope(x, ascent);
  let best = { x, value, gradient };
  for (let k = 1; k <= steps; k++) {
    const kept = size - Math.floor(Math.min(size - 1, (1 - share) * size));
    const stepped = moved(minus(x, x0), sparseStep(gradient, kept, eta));
    x = moved(x0, ontoL1Box(stepped, x0, epsilon));
    if (isLast && k === steps) {
      yield* lookTimes(x, ascent.draws);
      break;
    }
    ({ value, gradient } = yield* meanSlope(x, ascent));
    if (value > best.value) best = { x, value, gradient };
    if (k % window !== 0) continue;
    const now = changedValues(best.x, x0);
    const isSparser = now < sparserShare * count;
    eta = isSparser ? epsilon : Math.max(eta / shrinking, epsilon * leastPart);
    if (isSparser) ({ x, gradient } = best);
    share = now / size / sparser;
    count = now;
  }
  return best.x;
}

/** Equal moves, together of length eta in l1, of the values with the largest gradients. */
function sparseStep(gradient: Float32Array, kept: number, eta: number): Float32Array {
  const sizes = new Float32Array(gradient.length);
  for (let i = 0; i < sizes.length; i++) sizes[i] = Math.abs(gradient[i]!);
  if (Number.isNaN(normOf('linf', sizes))) return sizes.fill(0);
  const least = kthLargest(sizes, kept);
  const signs = new Float32Array(gradient.length);
  for (let i = 0; i < signs.length; i++) if (sizes[i]! >= least) signs[i] = Math.sign(gradient[i]!);
  return scaled(signs, eta / Math.max(1, changedValues(signs)));
}

/** How many values differ from the original's, or from 0. */
function changedValues(x: Float32Array, x0?: Float32Array): number {
  let count = 0;
  for (let i = 0; i < x.length; i++) if (x[i] !== (x0 === undefined ? 0 : x0[i])) count++;
  return count;
}

/** x + change. */
function moved(x: Float32Array, change: Float32Array): Float32Array {
  return addScaled(x, 1, change);
}
