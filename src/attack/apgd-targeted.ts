/**
 * @file Auto-PGD led to one class after another on the targeted difference of logits ratio (Croce and Hein 2020, equation 7), the likeliest
 * class first. Where a target is given it is the only one.
 */
import { norms } from '../distance/ball.ts';
import { type ApgdOptions, type ApgdSettings, apgdOwn, apgdRestarts, apgdRun, apgdSettings } from './apgd.ts';
import { type Ball, runBudgetAttack } from './budget-attack.ts';
import { checkCount } from './check-options.ts';
import { otherClasses } from './linearisation.ts';
import { lossFor } from './loss.ts';
import { methodOf } from './method.ts';
import type { Procedure } from './procedure.ts';
import type { AttackResult } from './result.ts';
import type { Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Options of `apgdT`. */
export interface ApgdTOptions extends ApgdOptions {
  /** Classes that are led to, those with the highest scores first; 9 unless given, or all others where there are fewer. */
  readonly targets?: number;
}

/**
 * Attacks pictures by Auto-PGD towards the likeliest other classes in turn, each from its own random starts.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await apgdT(model, [pixels], [label], { epsilon: 8 / 255 });
 */
export async function apgdT(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: ApgdTOptions,
): Promise<AttackResult[]> {
  const { targets = 9 } = options;
  const settings = apgdSettings(options);
  checkCount('Targets', targets, 1);
  return runBudgetAttack(victim, images, labels, options, {
    name: 'apgd-t',
    norms,
    run: (trial, ball) => apgdTargets(trial, ball, targets, settings),
  });
}

/** Runs towards the classes of the highest scores; towards the trial's target where it has one. */
export function* apgdTargets(trial: Trial, ball: Ball, targets: number, settings: ApgdSettings): Procedure {
  if (trial.target !== undefined) return yield* apgdRestarts(trial, ball, 'dlr', settings);
  const { note } = lossFor('dlr', true, trial.classCount);
  if (note !== undefined) trial.notes.add(note);
  for (const [rank, target] of otherClasses(trial.before.scores, trial.label).slice(0, targets).entries()) {
    for (let restart = 0; restart < settings.restarts; restart++) {
      trial.restarts = Math.max(trial.restarts, restart + 1);
      yield* apgdRun(trial, ball, { loss: 'dlr', target }, settings, [restart, rank]);
    }
  }
}

/** Its row in the registry. */
export const apgdTMethod = methodOf<ApgdTOptions>(
  {
    name: 'apgd-t',
    brief: 'Auto-PGD led to the likeliest other classes in turn',
    kind: 'budget',
    norms,
    knowledge: 'gradients',
    targeted: true,
    cost: '909 forward and 900 backward passes',
    paper: 'Croce and Hein 2020, 2021',
    own: { ...apgdOwn, targets: 'classes led to, by score (9)' },
  },
  apgdT,
);
