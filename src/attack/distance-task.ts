/** @file A picture on its way through a distance attack, and whether class scores fool for it. */
import type { PlainPrediction } from '../model/model.ts';
import type { AttackPoint } from './trial.ts';

/** A change that fooled the derived model. */
export interface Candidate {
  readonly z: Float32Array;
  /** The largest excess over a limit, as a share of it; 0 where all hold. */
  readonly excess: number;
  /** What the search made small. */
  readonly distance: number;
}

/** One picture on its way. */
export interface Task {
  readonly x0: Float32Array;
  readonly label: number;
  readonly target: number | undefined;
  readonly before: PlainPrediction;
  readonly misclassifiedBefore: boolean;
  readonly notes: Set<string>;
  /** The best of each search. */
  readonly candidates: Candidate[];
  /** Points that the searches looked at. */
  readonly path: AttackPoint[];
  forwards: number;
  backwards: number;
}

/** Whether class scores fool: away from the label, or to the target. NaN never does. */
export function fools(
  scores: ArrayLike<number>,
  { label, target }: { readonly label: number; readonly target: number | undefined },
): boolean {
  let best = 0;
  for (let k = 0; k < scores.length; k++) {
    if (Number.isNaN(scores[k])) return false;
    if (scores[k]! > scores[best]!) best = k;
  }
  return target === undefined ? best !== label : best === target;
}

/** Rounding of float32 by which a bounded distance may exceed its limit. */
const slack = 1e-5;

/** The largest excess of distances over their limits, as a share of the limit; 0 where all hold, infinite where one is NaN. */
export function excessOver(measured: readonly number[], limits: readonly number[]): number {
  return measured.reduce((largest, value, k) => {
    if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
    const over = limits[k] === Number.POSITIVE_INFINITY ? 0 : value / limits[k]! - 1;
    return over > slack ? Math.max(largest, over) : largest;
  }, 0);
}

/** Whether a is better than b: nearer to its limits, then the smaller change. */
export function isBetter(a: Candidate, b: Candidate | undefined): boolean {
  if (Number.isNaN(a.distance)) return false;
  return b === undefined || a.excess < b.excess || (a.excess === b.excess && a.distance < b.distance);
}
