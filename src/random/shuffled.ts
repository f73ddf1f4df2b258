/** @file Lists in an order that a stream decides. */
import type { RandomStream } from './random-stream.ts';

/** The same values in another order, every order alike (Fisher and Yates 1938). */
export function shuffled<T>(values: readonly T[], random: RandomStream): T[] {
  const all = values.slice();
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}
