/**
 * @file SparseFool (Modas, Moosavi-Dezfooli and Frossard 2019, Algorithms 1 and 2): goes with DeepFool beyond the border, takes the border as the
 * plane through a point further on, x + lambda (x_deepfool - x), and moves as few values as reach that plane within [0, 1], those with the
 * largest normal first, each as far as it goes; then again from there, until it fools.
 *
 * The change of Algorithm 1 is the least in l1 between x and the plane, so it is computed as that (`projectOntoPlane`), without the
 * 1e-3 by which the authors' code goes beyond the plane, and the 1e-4 that it moves a value at least. As in their code the label is
 * looked for at x0 + (1 + overshoot) (x - x0), and there alone.
 */
import { checkCount } from './check-options.ts';
import { type DeepfoolSearch, deepfoolSearch } from './deepfool.ts';
import { otherClasses } from './linearisation.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { projectOntoPlane } from './plane-projection.ts';
import { difference, look, type Procedure, slope } from './procedure.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, dot, minus } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `sparsefool`. */
export interface SparsefoolOptions extends MinimalOptions {
  /** By what the picture found is ranked and refined; l1 unless given. */
  readonly norm?: 'l1' | 'l0';
  /** How far beyond DeepFool's point the plane is put, in units of its change: larger fools sooner, with more values; 3 unless given. */
  readonly lambda?: number;
  /** Rounds at most; 20 unless given. */
  readonly iterations?: number;
  /** Share by which the change goes beyond what was found; 0.02 unless given. */
  readonly overshoot?: number;
  /** Steps of DeepFool in a round at most; 50 unless given. */
  readonly steps?: number;
  /** Classes in play, the label among them, those with the highest scores; 10 unless given. */
  readonly candidates?: number;
}

interface Settings {
  readonly lambda: number;
  readonly iterations: number;
  readonly overshoot: number;
  readonly deepfool: DeepfoolSearch;
}

/**
 * Looks for a change of few values that fools.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range, or a target is given
 * @example
 * const [result] = await sparsefool(model, [pixels], [label], { norm: 'l0', lambda: 1 });
 * if (result.success) console.log(`${result.distances.l0} values changed`);
 */
export async function sparsefool(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: SparsefoolOptions = {},
): Promise<DistanceAttackResult[]> {
  const { lambda = 3, iterations = 20, overshoot = 0.02, steps = 50, candidates = 10 } = options;
  if (!(lambda >= 1)) throw new AttackError(`Lambda is a factor of at least 1, got ${lambda}.`);
  if (!(overshoot >= 0)) throw new AttackError(`Overshoot must be a number of at least 0, got ${overshoot}.`);
  checkCount('Iterations', iterations, 1);
  checkCount('Steps', steps, 1);
  checkCount('Candidates', candidates, 2);
  if (options.target !== undefined)
    throw new AttackError('SparseFool leads away from the label, not to a target; JSMA changes few values for one.');
  const deepfool: DeepfoolSearch = { norm: 'l2', steps, overshoot: 0.02, candidates };
  return runMinimalAttack(victim, images, labels, options, {
    name: 'sparsefool',
    norms: ['l1', 'l0'],
    run: (trial) => search(trial, { lambda, iterations, overshoot, deepfool }),
  });
}

function* search(trial: Trial, { lambda, iterations, overshoot, deepfool }: Settings): Procedure {
  const { x0, label, classCount } = trial;
  let x = x0;
  for (let i = 0; i < iterations; i++) {
    const end = yield* deepfoolSearch(x, trial, deepfool);
    const { gradient: w } = yield* slope(end.x, difference(otherClasses(end.scores, label)[0]!, label, classCount));
    // DeepFool's own overshoot is no part of the plane's place.
    const beyond = addScaled(x, lambda / (1 + deepfool.overshoot), minus(end.x, x));
    x = allowed(addScaled(x, 1, projectOntoPlane('l1', x, w, dot(w, minus(beyond, x)))), trial);
    if ((yield* look(allowed(addScaled(x0, 1 + overshoot, minus(x, x0)), trial))).fools) return;
  }
}

/** Its row in the registry. */
export const sparsefoolMethod = methodOf(
  {
    name: 'sparsefool',
    brief: 'few values, to planes found by DeepFool',
    kind: 'minimal',
    norms: ['l1', 'l0'],
    knowledge: 'gradients',
    targeted: false,
    cost: 'for each of at most 20 rounds, a DeepFool of about 3 steps of 9 backward passes',
    paper: 'Modas et al. 2019',
    own: {
      lambda: 'how far beyond the border the plane is put (3)',
      iterations: 'rounds at most (20)',
      overshoot: 'share of the way beyond what was found (0.02)',
      steps: "DeepFool's steps at most (50)",
      candidates: 'classes in play (10)',
    },
  },
  sparsefool,
);
