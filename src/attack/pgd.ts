/**
 * @file Projected gradient descent (Madry et al. 2018), with momentum (Dong et al. 2018) where asked: repeated steepest steps in the
 * norm of the ball, each projected back into it. Unlike the reference implementations it keeps the best adversarial picture on the
 * way, not the last one, and a picture stops once it is fooled.
 */
import { norms } from '../distance/ball.ts';
import type { Model } from '../model/model.ts';
import { steepestAscent } from '../search/ascent.ts';
import { requireModel } from './attack-options.ts';
import { checkCount } from './check-options.ts';
import { type GradientAttackOptions, runGradientAttack } from './gradient-attack.ts';
import { methodOf } from './method.ts';
import { AttackError, type AttackResult } from './result.ts';

/** How the step size runs over the steps, from 1 at the start. */
export type StepSchedule = 'constant' | 'linear' | 'cosine';

/** All of them, for messages and menus. */
export const stepSchedules: readonly StepSchedule[] = ['constant', 'linear', 'cosine'];

/** Options of `pgd`. */
export interface PgdOptions extends GradientAttackOptions {
  /** Number of gradient steps; 40 unless given. */
  readonly steps?: number;
  /** Length of a step in the norm; 2.5 epsilon / steps unless given, so that every point of the ball can be reached. */
  readonly stepSize?: number;
  readonly schedule?: StepSchedule;
  /** Start at a random point of the ball; on unless said otherwise. */
  readonly randomStart?: boolean;
  /** Share of the accumulated gradient that each step keeps (mu of MI-FGSM); 0 unless given. */
  readonly momentum?: number;
}

/**
 * Attacks pictures by projected gradient descent.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range; NoGradientError if the model has ops without a gradient
 * @example
 * const [result] = await pgd(model, [pixels], [label], { epsilon: 8 / 255 });
 * if (result.success8) console.log(result.before.name, 'became', result.after.name);
 */
export async function pgd(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: PgdOptions,
): Promise<AttackResult[]> {
  const {
    norm = 'linf',
    epsilon,
    steps = 40,
    stepSize = (2.5 * epsilon) / steps,
    schedule = 'constant',
    randomStart = true,
    momentum = 0,
  } = options;
  const shape = [model.channels, model.height, model.width];
  return runGradientAttack(model, images, labels, options, {
    name: 'pgd',
    steps,
    randomStart,
    check: () => checkSteps({ norm, steps, stepSize, schedule, momentum }),
    stepSize: (step) => stepSize * scheduleAt(schedule, step / steps),
    rule: steepestAscent({ norm, momentum, shape }),
    key: `pgd ${momentum}`,
  });
}

/** Its row in the registry. */
export const pgdMethod = methodOf<PgdOptions>(
  {
    name: 'pgd',
    brief: 'projected gradient descent from a random start',
    kind: 'budget',
    norms,
    knowledge: 'gradients',
    targeted: true,
    cost: '40 forward and backward passes',
    paper: 'Madry et al. 2018',
    own: {
      steps: 'gradient steps (40)',
      stepSize: 'length of a step (2.5 epsilon / steps)',
      schedule: 'constant, linear or cosine (constant)',
      loss: 'cross-entropy, margin or dlr (cross-entropy)',
      momentum: 'share of the gradient that is kept (0)',
      restarts: 'random starts at most (1)',
      randomStart: 'start at a random point of the ball (true)',
      exhaust: 'go on after a success (false)',
      subspace:
        'where changes must lie besides, such as a band of frequencies: --band on the command line (everywhere)',
    },
  },
  (victim, ...rest) => pgd(requireModel(victim, 'pgd'), ...rest),
);

function checkSteps(
  options: Required<Pick<PgdOptions, 'norm' | 'steps' | 'stepSize' | 'schedule' | 'momentum'>>,
): void {
  const { norm, steps, stepSize, schedule, momentum } = options;
  checkCount('Steps', steps, 1);
  if (Number.isNaN(stepSize) || stepSize <= 0)
    throw new AttackError(`Step size must be a positive number, got ${stepSize}.`);
  if (norm === 'linf' && stepSize >= 2) {
    throw new AttackError(
      `Step size ${stepSize} is more than the way from black to white; pixels run from 0 to 1. Did you mean ${stepSize}/255?`,
    );
  }
  if (!(momentum >= 0 && momentum < Number.POSITIVE_INFINITY))
    throw new AttackError(`Momentum must be a number of at least 0, got ${momentum}.`);
  if (!stepSchedules.includes(schedule))
    throw new AttackError(`Schedule "${schedule}" is not one of ${stepSchedules.join(', ')}.`);
}

/** Factor of the step size after a share t of the steps. */
function scheduleAt(schedule: StepSchedule, t: number): number {
  switch (schedule) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - t;
    case 'cosine':
      return 0.5 * (1 + Math.cos(Math.PI * t));
  }
}
