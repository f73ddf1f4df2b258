/**
 * @file The attack by saliency maps (Papernot et al. 2016, Algorithms 1 to 3): changes, two values at a time, those that raise the target's score
 * and lower the sum of the others' most, until the picture fools or as many values are changed as allowed. Without a target the likeliest
 * other class is led to. Pairs are looked for among the values that are best alone, so that a large picture needs no map of all pairs.
 */

import { type BudgetOptions, runBudgetAttack } from './budget-attack.ts';
import { checkCount } from './check-options.ts';
import { otherClasses } from './linearisation.ts';
import { methodOf } from './method.ts';
import { jacobian, look, type Procedure } from './procedure.ts';
import { AttackError, type AttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Options of `jsma`. */
export interface JsmaOptions extends BudgetOptions {
  readonly norm?: 'l0';
  /** What is added to each of the chosen values, from -1 to 1; 1 unless given, as far as they go. */
  readonly theta?: number;
  /** Values that are changed at a time: a pair unless given. */
  readonly together?: 1 | 2;
  /** Values that are best alone, among which pairs are looked for; 64 unless given. */
  readonly candidates?: number;
}

type Settings = Required<Pick<JsmaOptions, 'theta' | 'together' | 'candidates'>>;

/**
 * Changes few values, within a budget of `epsilon` channel values.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await jsma(model, [pixels], [label], { epsilon: 60, target: 3 });
 */
export async function jsma(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: JsmaOptions,
): Promise<AttackResult[]> {
  const { theta = 1, together = 2, candidates = 64 } = options;
  if (!(Math.abs(theta) > 0 && Math.abs(theta) <= 1))
    throw new AttackError(`Theta is a step from -1 to 1 other than 0, got ${theta}.`);
  if (together !== 1 && together !== 2) throw new AttackError(`One or two values change together, got ${together}.`);
  checkCount('Candidates', candidates, 2);
  return runBudgetAttack(victim, images, labels, options, {
    name: 'jsma',
    norms: ['l0'],
    run: (trial, { epsilon }) => search(trial, Math.floor(epsilon), { theta, together, candidates }),
  });
}

function* search(trial: Trial, most: number, settings: Settings): Procedure {
  const { x0, classCount, label, mask } = trial;
  const { theta, together } = settings;
  const target = trial.target ?? otherClasses((yield* look(x0)).scores, label)[0]!;
  const own = Float32Array.from({ length: classCount }, (_, k) => Number(k === target));
  // The mean of the others has the slope of their sum but for a factor, which the saliency of pairs does not see.
  const others = own.map((weight) => (1 - weight) / (classCount - 1));
  const end = theta > 0 ? 1 : 0;
  const isOpen = Uint8Array.from(x0, (value, i) => Number(value !== end && mask?.[i] !== 0));
  const changed = new Set<number>();
  let x = x0;
  for (;;) {
    const { fools, gradients } = yield* jacobian(x, [own, others]);
    if (fools) return;
    const [alpha, beta] = gradients as [Float32Array, Float32Array];
    const room = most - changed.size;
    const chosen = choose(alpha, beta, isOpen, settings, (i) => changed.has(i));
    if (chosen.length === 0 || chosen.filter((i) => !changed.has(i)).length > room) return;
    const next = x.slice();
    for (const i of chosen) {
      next[i] = next[i]! + theta;
      changed.add(i);
    }
    x = allowed(next, trial);
    for (const i of chosen) if (x[i] === end) isOpen[i] = 0;
    if (changed.size + together > most && !chosen.some((i) => isOpen[i] === 1)) {
      yield* look(x);
      return;
    }
  }
}

/**
 * The values of the highest saliency: where the target's gradient a and the others' b, in the direction of theta and summed over the values, are
 * a > 0 and b < 0, it is -a b. Where no pair has both, the values that raise a - b most.
 */
function choose(
  alpha: Float32Array,
  beta: Float32Array,
  isOpen: Uint8Array,
  { theta, together, candidates }: Settings,
  isChanged: (i: number) => boolean,
): number[] {
  const sign = Math.sign(theta);
  const gain = (i: number) => sign * (alpha[i]! - beta[i]!);
  const open = Array.from(isOpen.keys()).filter((i) => isOpen[i] === 1 && gain(i) > 0);
  const best = open
    .sort((i, j) => gain(j) - gain(i) || Number(isChanged(j)) - Number(isChanged(i)) || i - j)
    .slice(0, candidates);
  if (together === 1 || best.length < 2) return best.slice(0, 1);
  let [pair, top]: [number[], number] = [best.slice(0, 2), 0];
  for (const [k, i] of best.entries()) {
    for (const j of best.slice(k + 1)) {
      const a = sign * (alpha[i]! + alpha[j]!);
      const b = sign * (beta[i]! + beta[j]!);
      if (a > 0 && b < 0 && -a * b > top) [pair, top] = [[i, j], -a * b];
    }
  }
  return pair;
}

/** Its row in the registry. */
export const jsmaMethod = methodOf(
  {
    name: 'jsma',
    brief: 'saliency maps of pairs of values',
    kind: 'budget',
    norms: ['l0'],
    knowledge: 'gradients',
    targeted: true,
    cost: 'epsilon / 2 forward passes and twice as many backward passes',
    paper: 'Papernot et al. 2016',
    own: {
      theta: 'what is added to each of the chosen values (1)',
      together: 'values that are changed at a time, 1 or 2 (2)',
      candidates: 'values among which pairs are looked for (64)',
    },
  },
  jsma,
);
