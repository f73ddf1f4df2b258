/**
 * @file One run of Auto-PGD in linf or l2 (Croce and Hein 2020, Algorithm 1): steps with momentum whose length starts at twice the budget and
 * is halved, back at the best point so far, where the loss has ceased to rise. Windows and conditions are the paper's. The authors' code
 * compares the first loss of a run with a row of zeros in place of the start's, and counts a window of exactly rho as too few.
 */

import { type Answer, lookAll, type Procedure, type Rising, type Slope, slope, slopes } from './procedure.ts';
import { intoBall } from './projection.ts';
import type { Trial } from './trial.ts';
import { addScaled, normalised } from './vector.ts';

/** What a run raises, where. */
export interface Ascent {
  readonly trial: Trial;
  readonly epsilon: number;
  readonly of: Rising;
  readonly steps: number;
  /** Gradients at the same point that each step takes the mean of, for models that answer at random. */
  readonly draws: number;
}

/** Share of a step that is its own; the rest is the step before. */
const stepShare = 0.75;

/** A run from a start. It takes a forward pass for the start and each step, and a backward pass for each step. */
export function* apgdSearch(ascent: Ascent, norm: 'linf' | 'l2', start: Float32Array, rho: number): Procedure {
  const { trial, epsilon, steps } = ascent;
  const move = norm === 'linf' ? moveLinf : moveL2;
  let eta = 2 * epsilon;
  let [x, before] = [start, start];
  let { value, gradient } = yield* meanSlope(x, ascent);
  let best = { x, value, gradient };
  let [valueBefore, bestBefore] = [value, value];
  let hasHalved = true;
  let window = Math.max(1, Math.floor(0.22 * steps));
  const shortest = Math.max(1, Math.floor(0.06 * steps));
  const shortening = Math.max(1, Math.floor(0.03 * steps));
  let [inWindow, rises] = [0, 0];
  for (let k = 1; k <= steps; k++) {
    const next = move(trial, epsilon, { x, before, gradient, eta, share: k === 1 ? 1 : stepShare });
    [before, x] = [x, next];
    if (k === steps) break;
    ({ value, gradient } = yield* meanSlope(x, ascent));
    rises += Number(value > valueBefore);
    valueBefore = value;
    if (value > best.value) best = { x, value, gradient };
    if (++inWindow < window) continue;
    const hasStalled: boolean = rises < rho * window || (!hasHalved && best.value <= bestBefore);
    if (hasStalled) {
      eta /= 2;
      ({ x, gradient } = best);
    }
    [hasHalved, bestBefore, inWindow, rises] = [hasStalled, best.value, 0, 0];
    window = Math.max(shortest, window - shortening);
  }
  yield* lookTimes(x, ascent.draws);
}

/** The loss and its gradient at a point, the gradient as a mean over draws. */
export function* meanSlope(x: Float32Array, { of, draws }: Pick<Ascent, 'of' | 'draws'>): Procedure<Slope> {
  if (draws === 1) return yield* slope(x, of);
  const all = yield* slopes(Array.from({ length: draws }, () => ({ x, of })));
  const mean = new Float32Array(x.length);
  for (const { gradient } of all) for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + gradient[i]! / draws;
  return { ...all[0]!, value: all.reduce((sum, { value }) => sum + value, 0) / draws, gradient: mean };
}

/** Asks as often about the last point as about the others. */
export function* lookTimes(x: Float32Array, draws: number): Procedure<readonly Answer[]> {
  return yield* lookAll(Array.from({ length: draws }, () => x));
}

/** A step: from where, and how far. */
interface Move {
  readonly x: Float32Array;
  /** The point before x. */
  readonly before: Float32Array;
  readonly gradient: Float32Array;
  readonly eta: number;
  readonly share: number;
}

/** x + share (z - x) + (1 - share) (x - before) with z = x + eta sign(gradient), both brought into ball and box. */
function moveLinf({ x0 }: Trial, epsilon: number, { x, before, gradient, eta, share }: Move): Float32Array {
  const next = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const [value, g] = [x[i]!, gradient[i]!];
    const low = Math.max(0, x0[i]! - epsilon);
    const high = Math.min(1, x0[i]! + epsilon);
    const z = Math.min(high, Math.max(low, value + (g > 0 ? eta : g < 0 ? -eta : 0)));
    next[i] = Math.min(high, Math.max(low, value + share * (z - value) + (1 - share) * (value - before[i]!)));
  }
  return next;
}

/** The same with z = x + eta gradient / |gradient|. */
function moveL2(trial: Trial, epsilon: number, { x, before, gradient, eta, share }: Move): Float32Array {
  const direction = normalised(gradient);
  const z = direction === undefined ? x : intoBall('l2', addScaled(x, eta, direction), epsilon, trial);
  const mixed = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) mixed[i] = x[i]! + share * (z[i]! - x[i]!) + (1 - share) * (x[i]! - before[i]!);
  return intoBall('l2', mixed, epsilon, trial);
}
