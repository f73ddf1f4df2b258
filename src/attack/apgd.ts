/**
 * @file Auto-PGD (Croce and Hein 2020; in l1 2021): gradient ascent without a step size to choose, on the cross-entropy (`apgd-ce`) or on
 * the difference of logits ratio (`apgd-dlr`).
 */

import type { Norm } from '../distance/ball.ts';
import { norms } from '../distance/ball.ts';
import { apgdL1 } from './apgd-l1.ts';
import { type Ascent, apgdSearch } from './apgd-search.ts';
import { type Ball, type BudgetOptions, runBudgetAttack } from './budget-attack.ts';
import { checkCount } from './check-options.ts';
import { lossFor } from './loss.ts';
import { methodOf } from './method.ts';
import type { Procedure, Rising } from './procedure.ts';
import { edgeStart } from './random-start.ts';
import { AttackError, type AttackResult } from './result.ts';
import type { Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Options of all forms of Auto-PGD. */
export interface ApgdOptions extends BudgetOptions {
  readonly norm?: Norm;
  /** Gradient steps of a run; 100 unless given. */
  readonly steps?: number;
  /** Runs from random starts at most; 1 unless given. */
  readonly restarts?: number;
  /** Share of steps in a window that must raise the loss, or else the step is halved; 0.75 unless given. Not in l1. */
  readonly rho?: number;
  /** In l1, run in balls of three and two times the radius first; on unless said otherwise. */
  readonly largeEpsilon?: boolean;
  /** Gradients that each step takes the mean of, for models that answer at random; 1 unless given. */
  readonly draws?: number;
}

/** Settings of a run of Auto-PGD. */
export type ApgdSettings = Required<Pick<ApgdOptions, 'steps' | 'restarts' | 'rho' | 'largeEpsilon' | 'draws'>>;

/** The settings of options. @throws AttackError if one is out of range */
export function apgdSettings(options: Partial<ApgdSettings>): ApgdSettings {
  const { steps = 100, restarts = 1, rho = 0.75, largeEpsilon = true, draws = 1 } = options;
  checkCount('Steps', steps, 1);
  checkCount('Restarts', restarts, 1);
  checkCount('Draws', draws, 1);
  if (!(rho > 0 && rho < 1)) throw new AttackError(`Rho must lie between 0 and 1, got ${rho}.`);
  return { steps, restarts, rho, largeEpsilon, draws };
}

/** One run from a random start that the names decide. */
export function apgdRun(
  trial: Trial,
  { norm, epsilon }: Ball,
  of: Rising,
  { steps, rho, largeEpsilon, draws }: ApgdSettings,
  names: readonly number[],
): Procedure {
  const ascent: Ascent = { trial, epsilon, of, steps, draws };
  if (norm === 'l1') return apgdL1(ascent, largeEpsilon, names);
  const own = norm === 'l2' ? 'l2' : 'linf';
  return apgdSearch(ascent, own, edgeStart(own, trial, epsilon, names), rho);
}

/** Runs from one random start after another, on one loss; towards the trial's target where it has one. */
export function* apgdRestarts(
  trial: Trial,
  ball: Ball,
  loss: 'cross-entropy' | 'dlr',
  settings: ApgdSettings,
): Procedure {
  const { note } = lossFor(loss, trial.target !== undefined, trial.classCount);
  if (note !== undefined) trial.notes.add(note);
  for (let restart = 0; restart < settings.restarts; restart++) {
    trial.restarts++;
    yield* apgdRun(trial, ball, { loss }, settings, [restart]);
  }
}

/**
 * Attacks pictures by Auto-PGD on the cross-entropy.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await apgdCe(model, [pixels], [label], { norm: 'l2', epsilon: 0.5 });
 */
export async function apgdCe(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: ApgdOptions,
): Promise<AttackResult[]> {
  const settings = apgdSettings(options);
  return runBudgetAttack(victim, images, labels, options, {
    name: 'apgd-ce',
    norms,
    run: (trial, ball) => apgdRestarts(trial, ball, 'cross-entropy', settings),
  });
}

/** Attacks pictures by Auto-PGD on the difference of logits ratio. Parameters and errors are those of `apgdCe`. */
export async function apgdDlr(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: ApgdOptions,
): Promise<AttackResult[]> {
  const settings = apgdSettings(options);
  return runBudgetAttack(victim, images, labels, options, {
    name: 'apgd-dlr',
    norms,
    run: (trial, ball) => apgdRestarts(trial, ball, 'dlr', settings),
  });
}

/** What the registry says of Auto-PGD's own options. */
export const apgdOwn = {
  steps: 'gradient steps of a run (100)',
  restarts: 'random starts at most (1)',
  rho: 'share of steps that must raise the loss (0.75)',
  largeEpsilon: 'in l1, start in larger balls (true)',
  draws: 'gradients averaged at a step (1)',
  exhaust: 'go on after a success (false)',
};

const row = {
  kind: 'budget',
  norms,
  knowledge: 'gradients',
  targeted: true,
  cost: '101 forward and 100 backward passes',
  paper: 'Croce and Hein 2020, 2021',
  own: apgdOwn,
} as const;

/** Its row in the registry. */
export const apgdCeMethod = methodOf<ApgdOptions>(
  { name: 'apgd-ce', brief: 'Auto-PGD on the cross-entropy', ...row },
  apgdCe,
);

/** Its row in the registry. */
export const apgdDlrMethod = methodOf<ApgdOptions>(
  { name: 'apgd-dlr', brief: 'Auto-PGD on the difference of logits ratio', ...row },
  apgdDlr,
);
