/**
 * @file Primal-dual gradient descent (Matyasko and Chau 2021, Algorithm 1) for l2: Adam lowers lambda1 |r| + lambda2 softplus(-margin), while
 * the weights follow whether the picture fools. Departures, as in adversarial-library: one run from the original, where the authors take
 * the best of several random starts and tune it with a second, slower run.
 */
import { adam } from './adam.ts';
import { dualWeights, lossSlope, type PrimalDualOptions, primalDualSettings, primalStepSize } from './dual-weights.ts';
import { methodOf } from './method.ts';
import { runMinimalAttack } from './minimal-attack.ts';
import { type Procedure, slope } from './procedure.ts';
import type { DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, minus, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `pdgd`. */
export type PdgdOptions = PrimalDualOptions;

/**
 * Looks for the smallest change in l2 that fools.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await pdgd(model, [pixels], [label]);
 * if (result.success) console.log(result.distances.l2);
 */
export async function pdgd(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: PdgdOptions = {},
): Promise<DistanceAttackResult[]> {
  const settings = primalDualSettings(options);
  return runMinimalAttack(victim, images, labels, options, {
    name: 'pdgd',
    norms: ['l2'],
    run: (trial) => search(trial, settings),
  });
}

function* search(trial: Trial, settings: ReturnType<typeof primalDualSettings>): Procedure {
  const { x0 } = trial;
  const optimiser = adam(x0.length);
  const dual = dualWeights(settings);
  let [x, lambda] = [x0, dual.first];
  for (let k = 0; k < settings.steps; k++) {
    const { gradient, fools, excess } = yield* slope(x, { loss: 'margin' });
    const r = minus(x, x0);
    const length = normOf('l2', r);
    const [ofNorm, ofLoss] = [length > 0 ? lambda.norm / length : 0, lambda.loss * lossSlope(excess)];
    const step = optimiser.next(r.map((value, i) => ofNorm * value - ofLoss * gradient[i]!));
    x = allowed(addScaled(x, -primalStepSize(settings, k), step), trial);
    lambda = dual.next(k, fools);
  }
}

/** Its row in the registry. */
export const pdgdMethod = methodOf(
  {
    name: 'pdgd',
    brief: 'primal-dual gradient descent',
    kind: 'minimal',
    norms: ['l2'],
    knowledge: 'gradients',
    targeted: true,
    cost: '500 forward and backward passes',
    paper: 'Matyasko and Chau 2021',
    own: {
      steps: 'gradient steps (500)',
      stepSize: 'first step size of Adam (0.1)',
      dualStepSize: 'first step of the weights (0.1)',
      ratio: 'first weight of the norm over that of the loss (0.01)',
    },
  },
  pdgd,
);
