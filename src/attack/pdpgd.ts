/**
 * @file Primal-dual proximal gradient descent (Matyasko and Chau 2021, Algorithm 2): Adam lowers softplus(-margin), then the norm's proximal
 * operator is taken in Adam's metric (Melchior et al. 2019), while the weight between the two follows whether the picture fools. l0 has
 * the operator of |r|^(2/3), as in the authors' experiments, here for each channel value. One run from the original, as in
 * adversarial-library, where the authors take the best of several random starts and tune it with a second, slower run.
 */
import { adam } from './adam.ts';
import type { BudgetNorm } from './budget-attack.ts';
import {
  dualWeights,
  lossSlope,
  type PrimalDualOptions,
  type PrimalDualSettings,
  primalDualSettings,
  primalStepSize,
} from './dual-weights.ts';
import { methodOf } from './method.ts';
import { runMinimalAttack } from './minimal-attack.ts';
import { type Procedure, slope } from './procedure.ts';
import { type ProximalName, proximal, proximalNames } from './proximal.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, minus, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `pdpgd`. */
export interface PdpgdOptions extends PrimalDualOptions {
  /** Whose proximal operator is taken: that of the norm, and of l2/3 for l0, unless given. */
  readonly operator?: ProximalName;
}

/** Steps of the proximal operator in Adam's metric at most, and the relative change at which they end. */
const [innerSteps, innerChange] = [5, 0.01];

const pdpgdNorms: readonly BudgetNorm[] = ['l2', 'linf', 'l1', 'l0'];

/**
 * Looks for the smallest change that fools, in l2, linf, l1, or in the number of changed channel values.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await pdpgd(model, [pixels], [label], { norm: 'l1' });
 * if (result.success) console.log(result.distances.l1);
 */
export async function pdpgd(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: PdpgdOptions = {},
): Promise<DistanceAttackResult[]> {
  const settings = primalDualSettings(options);
  const { operator } = options;
  if (operator !== undefined && !proximalNames.includes(operator))
    throw new AttackError(`The operator "${operator}" is not one of ${proximalNames.join(', ')}.`);
  return runMinimalAttack(victim, images, labels, options, {
    name: 'pdpgd',
    norms: pdpgdNorms,
    run: (trial, norm) => search(trial, operator ?? (norm === 'l0' ? 'l2/3' : norm), settings),
  });
}

function* search(trial: Trial, operator: ProximalName, settings: PrimalDualSettings): Procedure {
  const { x0 } = trial;
  const optimiser = adam(x0.length);
  const dual = dualWeights(settings);
  let [x, lambda] = [x0, dual.first];
  for (let k = 0; k < settings.steps; k++) {
    const { gradient, fools, excess } = yield* slope(x, { loss: 'margin' });
    const weight = lossSlope(excess);
    const alpha = primalStepSize(settings, k);
    const step = optimiser.next(gradient.map((g) => -weight * g));
    const stepped = allowed(addScaled(x, -alpha, step), trial);
    const largest = normOf('linf', optimiser.metric);
    const mu = (lambda.norm / lambda.loss) * (alpha / largest);
    const metric = optimiser.metric.map((value) => value / largest);
    x = proximalPoint(trial, operator, stepped, metric, mu);
    lambda = dual.next(k, fools);
  }
}

/** The proximal point in a metric with a diagonal of at most 1: gradient steps of the metric's square, each with the plain operator. */
function proximalPoint(
  trial: Trial,
  operator: ProximalName,
  stepped: Float32Array,
  metric: Float32Array,
  mu: number,
): Float32Array {
  const { x0 } = trial;
  let z = stepped;
  for (let i = 0; i < innerSteps; i++) {
    const before = z;
    const nearer = before.map((value, j) => value - x0[j]! - metric[j]! * (value - stepped[j]!));
    z = allowed(addScaled(x0, 1, proximal(operator, nearer, mu)), trial);
    if (!(normOf('l2', minus(z, before)) > innerChange * normOf('l2', minus(z, x0)))) break;
  }
  return z;
}

/** Its row in the registry. */
export const pdpgdMethod = methodOf(
  {
    name: 'pdpgd',
    brief: 'primal-dual proximal gradient descent',
    kind: 'minimal',
    norms: pdpgdNorms,
    knowledge: 'gradients',
    targeted: true,
    cost: '500 forward and backward passes',
    paper: 'Matyasko and Chau 2021',
    own: {
      steps: 'gradient steps (500)',
      stepSize: 'first step size of Adam (0.1)',
      dualStepSize: 'first step of the weights (0.1)',
      ratio: 'first weight of the norm over that of the loss (0.01)',
      operator: 'proximal operator, linf, l2, l1, l0 or l2/3 (that of the norm; l2/3 for l0)',
    },
  },
  pdpgd,
);
