/** @file Words into criteria. */
import { type Criterion, logitGap, probabilityGap, topK } from '../attack/criterion.ts';
import { CliError } from './errors.ts';
import { parseBudget } from './parse.ts';

/** `top-5`, `logit-gap:5` or `probability-gap:0.2`. */
export function criterionNamed(text: string): Criterion {
  const top = /^top-(\d+)$/.exec(text);
  if (top !== null) return topK(Number(top[1]));
  const gap = /^(logit|probability)-gap:(.+)$/.exec(text);
  if (gap !== null) return (gap[1] === 'logit' ? logitGap : probabilityGap)(parseBudget(gap[2]!));
  throw new CliError(`Expected a criterion such as top-5, logit-gap:5 or probability-gap:0.2, got "${text}".`);
}
