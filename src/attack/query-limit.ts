/** @file How many questions an attack may ask about a picture, where each has a price. */
import { checkCount } from './check-options.ts';
import type { Trial } from './trial.ts';

/** Options of attacks whose questions may be counted. */
export interface QueryOptions {
  /**
   * Questions about one picture until the attack ends, its start included; as many as its steps need unless given. What makes the
   * result fit for use comes on top: moving it towards the original, rounding, confirming, 12 to 40 questions.
   */
  readonly queries?: number;
}

/** Words on them for the registry. */
export const queryOptionWords = { queries: 'questions until the search ends (none)' } as const;

/** Checks the limit. @throws AttackError */
export function checkQueries({ queries }: QueryOptions): void {
  if (queries !== undefined) checkCount('Queries', queries, 1);
}

/** Questions without a limit. */
export const noLimit = (): number => Number.POSITIVE_INFINITY;

/** How many questions are left, counted from now. */
export function queriesLeft(trial: Trial, { queries = Number.POSITIVE_INFINITY }: QueryOptions): () => number {
  const before = trial.questions;
  return () => queries - (trial.questions - before);
}
