/** @file Attacks of the demo, each with the seed and the budgets that all of it uses. Budgets are of the 255 that a byte holds. */
import { pgd } from '../../../src/attack/pgd.ts';
import type { AttackResult } from '../../../src/attack/result.ts';
import { quantize8 } from '../../../src/image/image.ts';
import type { Model } from '../../../src/model/model.ts';
import { randomStream } from '../../../src/random/random-stream.ts';
import type { Shown, Smallest } from '../findings.ts';
import { answersOf, countRight } from './ask.ts';

/** Decides whatever is random in the demo. */
export const seed = 1;

/** The budget that most figures use. */
export const budget = 8;

/** Budgets of the curve. */
export const budgets: readonly number[] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

type AttackOptions = Parameters<typeof pgd>[3];

/** PGD on pictures with their labels. */
export function attackAll(model: Model, shown: readonly Shown[], options: AttackOptions): Promise<AttackResult[]> {
  return pgd(
    model,
    shown.map(({ picture }) => picture),
    shown.map(({ label }) => label),
    options,
  );
}

/** Pictures answered rightly as they are and after attacks of each budget; what a small budget fools, a larger one does too. */
export async function standingAt(
  model: Model,
  shown: readonly Shown[],
  steps: number,
  onBudget: (at: number) => void,
): Promise<number[]> {
  const answers = await answersOf(model, shown);
  let standing = shown.filter(({ label }, i) => answers[i] === label);
  const counts = [standing.length];
  for (const at of budgets) {
    onBudget(at);
    const results = await attackAll(model, standing, { epsilon: at / 255, steps, seed });
    standing = standing.filter((_, i) => !results[i]!.success8 && !results[i]!.misclassifiedBefore);
    counts.push(standing.length);
  }
  return counts;
}

/** Pictures answered rightly as they are and with each value moved by the whole budget, up or down at random. */
export async function standingNoise(model: Model, shown: readonly Shown[]): Promise<number[]> {
  const counts: number[] = [];
  for (const at of [0, ...budgets])
    counts.push(
      countRight(
        await answersOf(
          model,
          shown.map((one, i) => noisy(one, at, i)),
        ),
        shown,
      ),
    );
  return counts;
}

/** A picture with each value moved by the whole budget, up or down at random. */
export function noisy({ picture, label }: Shown, at: number, index: number): Shown {
  const random = randomStream(seed, index, at);
  const moved = picture.map((value) => Math.min(1, Math.max(0, value + (random.uniform() < 0.5 ? -at : at) / 255)));
  return { picture: quantize8(moved), label };
}

/** The smallest whole budget that fools, by halving the way between one that does not and one that does. */
export async function smallestBudget(model: Model, shown: Shown, steps: number): Promise<Smallest | undefined> {
  const attempt = async (at: number): Promise<Smallest | undefined> => {
    const [result] = await attackAll(model, [shown], { epsilon: at / 255, steps: 2 * steps, seed });
    return result!.success8 ? { budget: at, result: result! } : undefined;
  };
  let best = await attempt(budgets.at(-1)!);
  for (let low = 0; best !== undefined && best.budget - low > 1; ) {
    const middle = (low + best.budget) >> 1;
    const found = await attempt(middle);
    if (found === undefined) low = middle;
    else best = found;
  }
  return best;
}
