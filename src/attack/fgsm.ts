/** @file The fast gradient sign method (Goodfellow et al. 2015): one steepest step of the whole budget from the picture itself. */
import { norms } from '../distance/ball.ts';
import type { Model } from '../model/model.ts';
import { requireModel } from './attack-options.ts';
import type { GradientAttackOptions } from './gradient-attack.ts';
import { methodOf } from './method.ts';
import { pgd } from './pgd.ts';
import type { AttackResult } from './result.ts';

/** Attacks pictures with one step. Parameters and errors are those of `pgd`. */
export async function fgsm(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: GradientAttackOptions,
): Promise<AttackResult[]> {
  const results = await pgd(model, images, labels, {
    ...options,
    steps: 1,
    stepSize: options.epsilon,
    randomStart: false,
  });
  return results.map((result) => ({ ...result, method: 'fgsm' }));
}

/** Its row in the registry. */
export const fgsmMethod = methodOf<GradientAttackOptions>(
  {
    name: 'fgsm',
    brief: 'one step of the whole budget',
    kind: 'budget',
    norms,
    knowledge: 'gradients',
    targeted: true,
    cost: '1 forward and backward pass',
    paper: 'Goodfellow et al. 2015',
    own: { loss: 'cross-entropy, margin or dlr (cross-entropy)' },
  },
  (victim, ...rest) => fgsm(requireModel(victim, 'fgsm'), ...rest),
);
