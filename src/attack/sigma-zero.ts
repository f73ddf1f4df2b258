/**
 * @file σ-zero (Cinà et al. 2024, Algorithm 1): the fewest changed values. Adam lowers the hinge of the margin and a smooth stand-in for
 * the share of changed values, mean of d²/(d² + sigma); after each step changes below a threshold become 0, which rises while the picture
 * fools and falls while it does not. Channels count separately. Two departures: it leads to a target too, by the target's margin; and the
 * threshold moves as the paper says (in the authors' code it is written to a copy and stays at its start).
 */
import { adam } from './adam.ts';
import { checkCount } from './check-options.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { type Procedure, slope } from './procedure.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, minus, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `sigmaZero`. */
export interface SigmaZeroOptions extends MinimalOptions {
  /** Gradient steps; 1000 unless given. */
  readonly steps?: number;
  /** Adam's first step size, in units of pixels from 0 to 1, which falls to a tenth; 1 unless given. */
  readonly stepSize?: number;
  /** Sharpness of the stand-in for l0, a squared change that counts half; 0.001 unless given. */
  readonly sigma?: number;
  /** Changes below it become 0, at first, from 0 to 1; 0.3 unless given. */
  readonly threshold?: number;
  /** Share of the step size by which the threshold moves; 0.01 unless given. */
  readonly thresholdStep?: number;
}

type Settings = Required<Omit<SigmaZeroOptions, keyof MinimalOptions>>;

/**
 * Looks for the fewest channel values whose change fools.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await sigmaZero(model, [pixels], [label], { steps: 100 });
 * if (result.success) console.log(result.distances.l0, 'values changed');
 */
export async function sigmaZero(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: SigmaZeroOptions = {},
): Promise<DistanceAttackResult[]> {
  const { steps = 1000, stepSize = 1, sigma = 1e-3, threshold = 0.3, thresholdStep = 0.01 } = options;
  checkCount('Steps', steps, 1);
  for (const [name, value] of Object.entries({ 'Step size': stepSize, Sigma: sigma, 'Threshold step': thresholdStep }))
    if (!(value > 0)) throw new AttackError(`${name} must be a positive number, got ${value}.`);
  if (!(threshold >= 0 && threshold <= 1))
    throw new AttackError(`The threshold must lie between 0 and 1, got ${threshold}.`);
  return runMinimalAttack(victim, images, labels, options, {
    name: 'sigma-zero',
    norms: ['l0'],
    run: (trial) => search(trial, { steps, stepSize, sigma, threshold, thresholdStep }),
  });
}

function* search(trial: Trial, { steps, stepSize, sigma, threshold, thresholdStep: t }: Settings): Procedure {
  const { x0 } = trial;
  const count = x0.length;
  const optimiser = adam(x0.length);
  const etaAt = (k: number) => stepSize * (0.1 + 0.45 * (1 + Math.cos((Math.PI * k) / steps)));
  let [x, tau] = [x0, threshold];
  for (let k = 0; k < steps; k++) {
    const { gradient, fools } = yield* slope(x, { loss: 'margin' });
    const delta = minus(x, x0);
    // The hinge has no slope where the picture fools; that of d²/(d² + sigma) is 2 d sigma / (d² + sigma)².
    const g = delta.map((d, i) => (2 * d * sigma) / (d * d + sigma) ** 2 / count - (fools ? 0 : gradient[i]!));
    const largest = Math.max(normOf('linf', g), 1e-12);
    const step = optimiser.next(g.map((value) => value / largest));
    tau = Math.min(1, Math.max(0, tau + (fools ? t : -t) * etaAt(k + 1)));
    const moved = allowed(addScaled(x, -etaAt(k), step), trial);
    x = moved.map((value, i) => (Math.abs(value - x0[i]!) < tau ? x0[i]! : value));
  }
}

/** Its row in the registry. */
export const sigmaZeroMethod = methodOf(
  {
    name: 'sigma-zero',
    brief: 'σ-zero, the fewest changed values by a smooth count',
    kind: 'minimal',
    norms: ['l0'],
    knowledge: 'gradients',
    targeted: true,
    cost: '1000 forward and backward passes',
    paper: 'Cinà et al. 2024',
    own: {
      steps: 'gradient steps (1000)',
      stepSize: 'first step size of Adam (1)',
      sigma: 'sharpness of the smooth count (0.001)',
      threshold: 'first change that is kept (0.3)',
      thresholdStep: 'move of the threshold, in step sizes (0.01)',
    },
  },
  sigmaZero,
);
