/**
 * @file The confidence kappa of Carlini and Wagner (2017), which the elastic net has as well, as a criterion: a picture counts as adversarial
 * only where it leads by more than kappa, so that what is returned keeps the lead, also moved towards the original, rounded and confirmed.
 */
import { type Criterion, logitGap } from './criterion.ts';
import { AttackError } from './result.ts';

/** Options that say when a picture leads by enough. */
export interface ConfidenceOptions {
  readonly criterion?: Criterion;
  /** How far the other class must lead in class scores (kappa), in place of a criterion; 0 unless given. */
  readonly confidence?: number;
}

/**
 * The options with the confidence as their criterion, `logitGap(confidence)`; as they were where it is 0.
 * @throws AttackError naming the attack if it is no number of at least 0, or comes beside a criterion
 */
export function withConfidence<T extends ConfidenceOptions>(attack: string, options: T): T {
  const { confidence = 0, criterion } = options;
  if (!(confidence >= 0 && confidence < Number.POSITIVE_INFINITY))
    throw new AttackError(`The confidence must be a number of at least 0, got ${confidence}.`);
  if (confidence === 0) return options;
  if (criterion !== undefined)
    throw new AttackError(
      `${attack} takes a confidence or a criterion, got ${confidence} and "${criterion.name}"; leave one out, or give logitGap(${confidence}).`,
    );
  return { ...options, criterion: logitGap(confidence) };
}
