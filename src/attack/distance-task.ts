/** @file A picture on its way through a distance attack, and whether class scores fool for it. */
import type { PlainPrediction } from '../model/model.ts';
import type { Judge } from './criterion.ts';
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
  /** The criterion on the host. */
  readonly judge: Judge;
  readonly before: PlainPrediction;
  readonly misclassifiedBefore: boolean;
  readonly notes: Set<string>;
  /** The best of each search. */
  readonly candidates: Candidate[];
  /** Points that searches by the distance that was asked for looked at; those of the search in l2 that goes before have no such distance. */
  readonly path: AttackPoint[];
  forwards: number;
  backwards: number;
}

/** Whether class scores fool by the criterion. NaN never does. */
export async function fools(scores: Float32Array, { label, target, judge }: Task): Promise<boolean> {
  return (await judge(scores, label, target)) > 0;
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
