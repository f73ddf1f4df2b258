/**
 * @file Decoupled direction and norm (Rony et al. 2019, Algorithm 1): the direction follows the gradient, while the norm shrinks where
 * the picture fools and grows where it does not. Smallest change in l2.
 */
import { checkCount } from './check-options.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { type Procedure, slope } from './procedure.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, minus, normalised, normOf, scaled } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `ddn`. */
export interface DdnOptions extends MinimalOptions {
  /** Gradient steps; 100 unless given. */
  readonly steps?: number;
  /** Share by which the norm shrinks or grows at a step; 0.05 unless given. */
  readonly gamma?: number;
  /** Norm of the first change; 1 unless given. */
  readonly initialNorm?: number;
}

/**
 * Looks for the smallest change in l2 that fools.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await ddn(model, [pixels], [label], { steps: 100 });
 * if (result.success) console.log(result.distances.l2);
 */
export async function ddn(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: DdnOptions = {},
): Promise<DistanceAttackResult[]> {
  const { steps = 100, gamma = 0.05, initialNorm = 1 } = options;
  checkCount('Steps', steps, 1);
  if (!(gamma > 0 && gamma < 1)) throw new AttackError(`Gamma must lie between 0 and 1, got ${gamma}.`);
  if (!(initialNorm > 0)) throw new AttackError(`The initial norm must be a positive number, got ${initialNorm}.`);
  return runMinimalAttack(victim, images, labels, options, {
    name: 'ddn',
    norms: ['l2'],
    run: (trial) => search(trial, steps, gamma, initialNorm),
  });
}

function* search(trial: Trial, steps: number, gamma: number, initialNorm: number): Procedure {
  const { x0 } = trial;
  // No picture is further from the original than this.
  const furthest = normOf(
    'l2',
    x0.map((value) => Math.max(value, 1 - value)),
  );
  let [x, eps] = [x0, initialNorm];
  for (let k = 0; k < steps; k++) {
    const { gradient, fools } = yield* slope(x, { loss: 'cross-entropy' });
    const alpha = 0.01 + (0.99 * (1 + Math.cos((Math.PI * k) / steps))) / 2;
    const delta = addScaled(minus(x, x0), alpha, normalised(gradient) ?? anyDirection(trial, k));
    eps = Math.min(eps * (fools ? 1 - gamma : 1 + gamma), furthest);
    x = allowed(addScaled(x0, eps / Math.max(normOf('l2', delta), 1e-12), delta), trial);
  }
}

/** Where the gradient is 0, any direction is as good as another. */
function anyDirection(trial: Trial, k: number): Float32Array {
  const random = trial.random(k);
  const noise = trial.x0.map(() => random.normal());
  return normalised(noise) ?? scaled(noise, 0);
}

/** Its row in the registry. */
export const ddnMethod = methodOf(
  {
    name: 'ddn',
    brief: 'decoupled direction and norm',
    kind: 'minimal',
    norms: ['l2'],
    knowledge: 'gradients',
    targeted: true,
    cost: '100 forward and backward passes',
    paper: 'Rony et al. 2019',
    own: { steps: 'gradient steps (100)', gamma: 'change of the norm at a step (0.05)', initialNorm: 'first norm (1)' },
  },
  ddn,
);
