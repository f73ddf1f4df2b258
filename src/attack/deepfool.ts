/**
 * @file DeepFool (Moosavi-Dezfooli, Fawzi and Frossard 2016, Algorithm 2; Section 3.3 for linf): linearises the borders of the likeliest
 * classes, goes to the nearest, and again, until it has passed it. As in the authors' code the label is looked for beyond the border, at
 * x0 + (1 + overshoot) r, and 1e-4 is added to each step; as the paper does not say, pixels are kept in [0, 1].
 */
import { checkCount } from './check-options.ts';
import { linearised, nearestBorder, otherClasses } from './linearisation.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { look, type Procedure } from './procedure.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, dualNorm, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `deepfool`. */
export interface DeepfoolOptions extends MinimalOptions {
  readonly norm?: 'l2' | 'linf';
  /** Steps at most; 50 unless given. */
  readonly steps?: number;
  /** Share by which the change goes beyond the border; 0.02 unless given. */
  readonly overshoot?: number;
  /** Classes in play, the label among them, those with the highest scores; 10 unless given. */
  readonly candidates?: number;
}

/** What DeepFool's search for one picture needs to know. */
export interface DeepfoolSearch {
  readonly norm: 'l2' | 'linf';
  readonly steps: number;
  readonly overshoot: number;
  readonly candidates: number;
}

/**
 * Looks for a small change that fools: quick, and seldom the smallest.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range, or a target is given
 * @example
 * const [result] = await deepfool(model, [pixels], [label]);
 * if (result.success) console.log(result.distances.l2);
 */
export async function deepfool(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: DeepfoolOptions = {},
): Promise<DistanceAttackResult[]> {
  const { norm = 'l2', steps = 50, overshoot = 0.02, candidates = 10 } = options;
  checkDeepfool('DeepFool', options, { norm, steps, overshoot, candidates });
  return runMinimalAttack(victim, images, labels, options, {
    name: 'deepfool',
    norms: ['l2', 'linf'],
    *run(trial) {
      yield* deepfoolSearch(trial.x0, trial, { norm, steps, overshoot, candidates });
    },
  });
}

/** Refuses options that DeepFool cannot follow. @throws AttackError with what was expected and what came */
export function checkDeepfool(
  who: string,
  { target }: MinimalOptions,
  { steps, overshoot, candidates }: DeepfoolSearch,
): void {
  checkCount('Steps', steps, 1);
  checkCount('Candidates', candidates, 2);
  if (!(overshoot >= 0)) throw new AttackError(`Overshoot must be a number of at least 0, got ${overshoot}.`);
  if (target !== undefined)
    throw new AttackError(`${who} leads away from the label, not to a target; FAB does what it does to a target.`);
}

/** Where DeepFool ended, and whether it fools there. */
export interface DeepfoolEnd {
  readonly x: Float32Array;
  readonly scores: Float32Array;
  readonly fools: boolean;
}

/** DeepFool's search for one picture, from a start. */
export function* deepfoolSearch(
  start: Float32Array,
  trial: Trial,
  { norm, steps, overshoot, candidates }: DeepfoolSearch,
): Procedure<DeepfoolEnd> {
  let answer = yield* look(start);
  const classes = otherClasses(answer.scores, trial.label).slice(0, candidates - 1);
  let r: Float32Array = new Float32Array(start.length);
  let x = start;
  for (let i = 0; i < steps && !answer.fools; i++) {
    const { lead, gradient: w } = nearestBorder((yield* linearised(x, trial, classes)).borders, norm);
    const length = normOf(dualNorm[norm], w);
    if (!(length > 0)) break;
    const distance = Math.abs(lead) / length + 1e-4;
    r = norm === 'l2' ? addScaled(r, distance / length, w) : addScaled(r, distance, w.map(Math.sign));
    x = allowed(addScaled(start, 1 + overshoot, r), trial);
    answer = yield* look(x);
  }
  return { x, scores: answer.scores, fools: answer.fools };
}

/** Its row in the registry. */
export const deepfoolMethod = methodOf(
  {
    name: 'deepfool',
    brief: 'steps to the nearest linearised border',
    kind: 'minimal',
    norms: ['l2', 'linf'],
    knowledge: 'gradients',
    targeted: false,
    cost: 'for each of at most 50 steps, 2 forward passes and 9 backward passes; mostly 3 or so steps',
    paper: 'Moosavi-Dezfooli et al. 2016',
    own: {
      steps: 'steps at most (50)',
      overshoot: 'share of the way beyond the border (0.02)',
      candidates: 'classes in play (10)',
    },
  },
  deepfool,
);
