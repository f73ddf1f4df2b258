/**
 * @file The basic iterative method (Kurakin et al. 2017, section 2.2): small steepest steps from the picture itself. In linf a step is one
 * level of 8 bits and their number is the paper's; in l2 and l1, which the paper does not have, ten steps of a fifth of the budget.
 */
import { norms } from '../distance/ball.ts';
import type { Model } from '../model/model.ts';
import { requireModel } from './attack-options.ts';
import type { GradientAttackOptions } from './gradient-attack.ts';
import { methodOf } from './method.ts';
import { pgd } from './pgd.ts';
import type { AttackResult } from './result.ts';

/** Options of `bim`. */
export interface BimOptions extends GradientAttackOptions {
  /** Number of gradient steps; the lesser of E + 4 and 1.25 E for a budget of E levels in linf, 10 in other norms, unless given. */
  readonly steps?: number;
  /** Length of a step in the norm; 1 / 255 in linf, epsilon / 5 in other norms, unless given. */
  readonly stepSize?: number;
}

/**
 * Attacks pictures by iterated steps without a random start. Parameters and errors are those of `pgd`.
 * @example
 * const [result] = await bim(model, [pixels], [label], { epsilon: 8 / 255 });
 */
export async function bim(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: BimOptions,
): Promise<AttackResult[]> {
  const { norm = 'linf', epsilon } = options;
  const levels = 255 * epsilon;
  const usual =
    norm === 'linf'
      ? { steps: Math.max(1, Math.ceil(Math.min(levels + 4, 1.25 * levels) - 1e-9)), stepSize: 1 / 255 }
      : { steps: 10, stepSize: epsilon / 5 };
  const results = await pgd(model, images, labels, { ...usual, ...options, randomStart: false });
  return results.map((result) => ({ ...result, method: 'bim' }));
}

/** Its row in the registry. */
export const bimMethod = methodOf<BimOptions>(
  {
    name: 'bim',
    brief: 'iterated small steps from the picture itself',
    kind: 'budget',
    norms,
    knowledge: 'gradients',
    targeted: true,
    cost: '10 forward and backward passes at 8/255',
    paper: 'Kurakin et al. 2017',
    own: {
      steps: 'gradient steps (min(E + 4, 1.25 E) for E levels in linf, else 10)',
      stepSize: 'length of a step (1/255 in linf, else epsilon / 5)',
      loss: 'cross-entropy, margin or dlr (cross-entropy)',
      restarts: 'starts at most, further ones at random (1)',
      exhaust: 'go on after a success (false)',
    },
  },
  (victim, ...rest) => bim(requireModel(victim, 'bim'), ...rest),
);
