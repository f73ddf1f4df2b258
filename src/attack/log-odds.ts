/** @file What attacks raise that see nothing but one picture's class scores: computed on the host, in float64. */
import type { Answer } from './procedure.ts';
import { AttackError } from './result.ts';
import type { Trial } from './trial.ts';

/**
 * log(p / (1 - p)) of a class, from logits up to a constant [K]: its own score minus the log of the sum of e^z over the others. It rises
 * with the probability p, but goes on telling pictures apart where p rounds to 1.
 */
export function logOdds(scores: Float32Array, k: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < scores.length; j++) if (j !== k) largest = Math.max(largest, scores[j]!);
  let total = 0;
  for (let j = 0; j < scores.length; j++) if (j !== k) total += Math.exp(scores[j]! - largest);
  return scores[k]! - largest - Math.log(total);
}

/** What a search by scores raises: the criterion's excess, which is usually the margin of scores, or the cross-entropy as log odds. */
export type ScoreLoss = 'margin' | 'cross-entropy';

/** Refuses other losses. @throws AttackError */
export function checkScoreLoss(loss: ScoreLoss | undefined): void {
  const known: readonly (ScoreLoss | undefined)[] = [undefined, 'margin', 'cross-entropy'];
  if (!known.includes(loss)) throw new AttackError(`Loss "${loss}" is not one of margin, cross-entropy.`);
}

/** A loss of scores that rises towards a success. */
export function scoreLoss(
  loss: ScoreLoss,
  { scores, excess }: Pick<Answer, 'scores' | 'excess'>,
  { label, target }: Pick<Trial, 'label' | 'target'>,
): number {
  if (loss === 'margin') return excess;
  return target === undefined ? -logOdds(scores, label) : logOdds(scores, target);
}
