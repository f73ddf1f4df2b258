/**
 * @file NES (Ilyas et al. 2018, section 3.1 and their code): projected gradient ascent in linf by estimated gradients, with momentum, and
 * a step that halves where the loss has fallen over five steps. In their code it halves where the cross-entropy of the label rises, which is
 * right towards a target only; here it is the attack's own loss, at the new picture. Points that are asked about stay in [0, 1], and the
 * look at each new picture counts as a query.
 */
import { type Ball, type BudgetOptions, runBudgetAttack } from './budget-attack.ts';
import { checkCount } from './check-options.ts';
import { estimatedGradient } from './estimated-gradient.ts';
import { checkScoreLoss, type ScoreLoss, scoreLoss } from './log-odds.ts';
import { methodOf } from './method.ts';
import { look, type Procedure } from './procedure.ts';
import { AttackError, type AttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Options of `nes`. */
export interface NesOptions extends BudgetOptions {
  readonly norm?: 'linf';
  /** Queries at most; 10000 unless given. */
  readonly queries?: number;
  /** Queries for one gradient, an even number; 50 unless given. */
  readonly samples?: number;
  /** Standard deviation of the points asked about; 0.001 unless given. Below a level of 8 bits: a victim that rounds is blind to it. */
  readonly sigma?: number;
  /** Step in linf, and the least that it is halved to; 0.01 and 0.00005 unless given. */
  readonly stepSize?: number;
  readonly smallestStep?: number;
  /** Share of the former gradient that is kept; 0.9 unless given. */
  readonly momentum?: number;
  /** `cross-entropy` unless given. */
  readonly loss?: ScoreLoss;
}

type Settings = Required<Omit<NesOptions, keyof BudgetOptions | 'norm'>>;

/** Steps whose losses are compared before the step is halved. */
const plateau = 5;

/**
 * Attacks pictures within a ball in linf by class scores alone.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await nes(victim, [pixels], [label], { epsilon: 0.05 });
 */
export async function nes(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: NesOptions,
): Promise<AttackResult[]> {
  const { queries = 10_000, samples = 50, sigma = 1e-3, stepSize = 0.01, smallestStep = 5e-5 } = options;
  const { momentum = 0.9, loss = 'cross-entropy' } = options;
  checkCount('Queries', queries, 1);
  checkCount('Samples', samples, 2);
  if (samples % 2 !== 0) throw new AttackError(`Samples come in pairs: an even number is needed, got ${samples}.`);
  for (const [what, value] of Object.entries({
    Sigma: sigma,
    'The step size': stepSize,
    'The smallest step': smallestStep,
  }))
    if (!(value > 0)) throw new AttackError(`${what} must be a positive number, got ${value}.`);
  if (!(momentum >= 0 && momentum < 1)) throw new AttackError(`Momentum lies from 0 up to below 1, got ${momentum}.`);
  checkScoreLoss(loss);
  const settings: Settings = { queries, samples, sigma, stepSize, smallestStep, momentum, loss };
  return runBudgetAttack(victim, images, labels, options, {
    name: 'nes',
    norms: ['linf'],
    gradients: false,
    run: (trial, ball) => search(trial, ball, settings),
  });
}

function* search(trial: Trial, { epsilon }: Ball, settings: Settings): Procedure {
  const { x0 } = trial;
  const { queries, samples, sigma, smallestStep, momentum, loss } = settings;
  const estimation = { pairs: samples / 2, radius: sigma, directions: 'normal', loss } as const;
  let x = x0;
  let g = new Float32Array(x0.length);
  let stepSize = settings.stepSize;
  let losses: number[] = [];
  for (let step = 0, asked = 0; asked + samples + 1 <= queries; step++, asked += samples + 1) {
    const estimate = yield* estimatedGradient(x, trial, estimation, [step]);
    g = g.map((value, i) => momentum * value + (1 - momentum) * estimate[i]!);
    x = allowed(
      x.map((value, i) => {
        const next = value + stepSize * Math.sign(g[i]!);
        return Math.min(x0[i]! + epsilon, Math.max(x0[i]! - epsilon, next));
      }),
      trial,
    );
    losses = [...losses, scoreLoss(loss, yield* look(x), trial)].slice(-plateau);
    if (losses.length < plateau || losses[plateau - 1]! >= losses[0]!) continue;
    stepSize = Math.max(stepSize / 2, smallestStep);
    losses = [];
  }
}

/** Its row in the registry. */
export const nesMethod = methodOf<NesOptions>(
  {
    name: 'nes',
    brief: 'gradients estimated along normal directions',
    kind: 'budget',
    norms: ['linf'],
    knowledge: 'scores',
    targeted: true,
    cost: '10000 forward passes',
    paper: 'Ilyas et al. 2018',
    own: {
      queries: 'queries at most (10000)',
      samples: 'queries for a gradient (50)',
      sigma: 'deviation of the points asked about (0.001)',
      stepSize: 'first step (0.01)',
      smallestStep: 'least step (0.00005)',
      momentum: 'share of the gradient that is kept (0.9)',
      loss: 'margin or cross-entropy (cross-entropy)',
      exhaust: 'go on after a success (false)',
    },
  },
  nes,
);
