/**
 * @file SPSA (Uesato et al. 2018, Algorithm 1): gradients of the margin estimated along random signs around the picture as it is changed by now,
 * and Adam on the change, which is projected onto the ball in linf. 128 samples a step as in the authors' code; the paper's figures take
 * 2048 and more.
 */
import { adam } from './adam.ts';
import { type Ball, type BudgetOptions, runBudgetAttack } from './budget-attack.ts';
import { checkCount } from './check-options.ts';
import { estimatedGradient } from './estimated-gradient.ts';
import { checkScoreLoss, type ScoreLoss } from './log-odds.ts';
import { methodOf } from './method.ts';
import { look, type Procedure } from './procedure.ts';
import { AttackError, type AttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Options of `spsa`. */
export interface SpsaOptions extends BudgetOptions {
  readonly norm?: 'linf';
  /** Steps; 100 unless given. */
  readonly steps?: number;
  /** Queries for one gradient, an even number; 128 unless given. */
  readonly samples?: number;
  /** How far each value is moved for an estimate; 0.01 unless given. */
  readonly radius?: number;
  /** Adam's step size; 0.01 unless given. */
  readonly stepSize?: number;
  /** `margin` unless given. */
  readonly loss?: ScoreLoss;
}

type Settings = Required<Omit<SpsaOptions, keyof BudgetOptions | 'norm'>>;

/**
 * Attacks pictures within a ball in linf by class scores alone.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await spsa(victim, [pixels], [label], { epsilon: 8 / 255, samples: 2048 });
 */
export async function spsa(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: SpsaOptions,
): Promise<AttackResult[]> {
  const { steps = 100, samples = 128, radius = 0.01, stepSize = 0.01, loss = 'margin' } = options;
  checkCount('Steps', steps, 1);
  checkCount('Samples', samples, 2);
  if (samples % 2 !== 0) throw new AttackError(`Samples come in pairs: an even number is needed, got ${samples}.`);
  for (const [what, value] of Object.entries({ radius, 'step size': stepSize }))
    if (!(value > 0)) throw new AttackError(`The ${what} must be a positive number, got ${value}.`);
  checkScoreLoss(loss);
  return runBudgetAttack(victim, images, labels, options, {
    name: 'spsa',
    norms: ['linf'],
    gradients: false,
    run: (trial, ball) => search(trial, ball, { steps, samples, radius, stepSize, loss }),
  });
}

function* search(trial: Trial, { epsilon }: Ball, settings: Settings): Procedure {
  const { x0 } = trial;
  const { steps, samples, radius, stepSize, loss } = settings;
  const optimiser = adam(x0.length);
  let x = x0;
  for (let step = 0; step < steps; step++) {
    const g = yield* estimatedGradient(x, trial, { pairs: samples / 2, radius, directions: 'signs', loss }, [step]);
    // Adam's step is odd in the gradient: added, it ascends.
    const ascent = optimiser.next(g);
    x = allowed(
      x.map((value, i) => {
        const delta = value - x0[i]! + stepSize * ascent[i]!;
        return x0[i]! + Math.min(epsilon, Math.max(-epsilon, delta));
      }),
      trial,
    );
    yield* look(x);
  }
}

/** Its row in the registry. */
export const spsaMethod = methodOf<SpsaOptions>(
  {
    name: 'spsa',
    brief: 'gradients estimated along random signs, with Adam',
    kind: 'budget',
    norms: ['linf'],
    knowledge: 'scores',
    targeted: true,
    cost: '12900 forward passes',
    paper: 'Uesato et al. 2018',
    own: {
      steps: 'steps (100)',
      samples: 'queries for a gradient (128)',
      radius: 'how far values are moved for an estimate (0.01)',
      stepSize: "Adam's step size (0.01)",
      loss: 'margin or cross-entropy (margin)',
      exhaust: 'go on after a success (false)',
    },
  },
  spsa,
);
