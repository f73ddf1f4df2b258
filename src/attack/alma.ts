/**
 * @file ALMA (Rony et al. 2021, "Augmented Lagrangian adversarial attacks", Algorithm 1) for l1 and l2: RMSProp lowers the distance and a
 * penalty of the difference of logits ratio, whose multiplier follows how far the constraint is from holding. `distanceAttack` is the same
 * for any distance, with several starts; this is one run as in the paper, for any criterion. Departures: the tolerance is one of the ratio,
 * not of the logits; towards a target the margin's slope is taken, divided by the spread of the scores, whose own slope vanishes at the border.
 */
import type { BudgetNorm } from './budget-attack.ts';
import { checkCount } from './check-options.ts';
import { afterWindow, firstMultiplier, penaltySlope, updatedMultiplier } from './lagrangian.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { type Procedure, type Slope, slope } from './procedure.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, minus, normalised, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `alma`. */
export interface AlmaOptions extends MinimalOptions {
  /** Gradient steps; 1000 unless given. */
  readonly steps?: number;
  /** Distance of the first step, which decides the step size (epsilon in the paper); 0.1 in l2 and 0.5 in l1 unless given. */
  readonly firstDistance?: number;
  /** Share that all running means keep; 0.9 unless given, and 0.5 below 500 steps, as in the paper's experiments. */
  readonly smoothing?: number;
}

const almaNorms: readonly BudgetNorm[] = ['l2', 'l1'];

/** Slack of the constraint: the margin must be clear, not just zero. */
const tolerance = 1e-4;

/** Steps between looks at whether the constraint comes nearer (M in the paper). */
const windowSteps = 10;

/** Share of the step size that is left at the end; it falls once a picture fools. */
const lastShare = 0.01;

/**
 * Looks for the smallest change in l2 or l1 that fools.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await alma(model, [pixels], [label], { norm: 'l1', steps: 100 });
 * if (result.success) console.log(result.distances.l1);
 */
export async function alma(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: AlmaOptions = {},
): Promise<DistanceAttackResult[]> {
  const { norm = almaNorms[0]!, steps = 1000 } = options;
  const { firstDistance = norm === 'l1' ? 0.5 : 0.1, smoothing = steps < 500 ? 0.5 : 0.9 } = options;
  checkCount('Steps', steps, 1);
  if (!(firstDistance > 0))
    throw new AttackError(`The first distance must be a positive number, got ${firstDistance}.`);
  if (!(smoothing >= 0 && smoothing < 1))
    throw new AttackError(`Smoothing must be at least 0 and below 1, got ${smoothing}.`);
  return runMinimalAttack(victim, images, labels, options, {
    name: 'alma',
    norms: almaNorms,
    run: (trial) => search(trial, { norm, steps, firstDistance, smoothing }),
  });
}

function* search(
  trial: Trial,
  { norm, steps, firstDistance, smoothing }: Required<Omit<AlmaOptions, Exclude<keyof MinimalOptions, 'norm'>>>,
): Procedure {
  const { x0, target } = trial;
  const square = new Float64Array(x0.length).fill(1);
  const momentum = new Float32Array(x0.length);
  let multiplier = firstMultiplier;
  let [x, eta, before] = [x0, 0, 0];
  let foundAt: number | undefined;
  for (let k = 0; k < steps; k++) {
    const seen = yield* slope(x, { loss: target === undefined ? 'dlr' : 'margin' });
    const spread = target === undefined ? 1 : spreadOf(seen);
    // The criterion decides on which side of the border a picture lies.
    const gap = tolerance - seen.value / spread;
    const y = seen.fools ? gap : Math.max(gap, tolerance);
    if (seen.fools) foundAt ??= k;
    if (k === 0) before = y;
    else {
      if ((k + 1) % windowSteps === 0) {
        multiplier = afterWindow(multiplier, before, y, foundAt !== undefined);
        before = y;
      }
      multiplier = updatedMultiplier(multiplier, y, smoothing);
    }
    const pull = distanceSlope(norm, minus(x, x0));
    const push = penaltySlope(y, multiplier) / spread;
    const g = pull.map((value, i) => value - push * seen.gradient[i]!);
    if (k === 0) eta = stepSizeFor(trial, norm, someDirection(trial, g), firstDistance);
    const decay = foundAt === undefined ? 1 : lastShare ** ((k - foundAt) / (steps - foundAt));
    for (let i = 0; i < g.length; i++) {
      square[i] = smoothing * square[i]! + (1 - smoothing) * g[i]! ** 2;
      momentum[i] = smoothing * momentum[i]! + g[i]! / (Math.sqrt(square[i]!) + 1e-8);
    }
    x = allowed(addScaled(x, -eta * decay, momentum), trial);
  }
}

/** The largest score minus the third. */
function spreadOf({ scores }: Slope): number {
  const ranked = scores.toSorted().reverse();
  return ranked.length < 3 ? 1 : Math.max(ranked[0]! - ranked[2]!, 1e-8);
}

/** Slope of a norm at a change; 0 where it has none. */
function distanceSlope(norm: BudgetNorm, delta: Float32Array): Float32Array {
  if (norm === 'l1') return delta.map(Math.sign);
  const length = normOf('l2', delta);
  return delta.map((value) => (length > 0 ? value / length : 0));
}

/** The slope, or where it is 0 a random one: any direction is as good as another. */
function someDirection(trial: Trial, g: Float32Array): Float32Array {
  if (normOf('l2', g) > 1e-6) return g;
  const random = trial.random(0);
  return normalised(g.map(() => random.normal())) ?? g;
}

/** The factor of a step along -g that ends at a distance from the original, by doubling and bisection. */
function stepSizeFor(trial: Trial, norm: BudgetNorm, g: Float32Array, distance: number): number {
  const { x0 } = trial;
  const isFar = (eta: number) => normOf(norm, minus(allowed(addScaled(x0, -eta, g), trial), x0)) > distance;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60 && !isFar(high); i++) [low, high] = [high, 2 * high];
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (isFar(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** Its row in the registry. */
export const almaMethod = methodOf(
  {
    name: 'alma',
    brief: 'augmented Lagrangian',
    kind: 'minimal',
    norms: almaNorms,
    knowledge: 'gradients',
    targeted: true,
    cost: '1000 forward and backward passes',
    paper: 'Rony et al. 2021',
    own: {
      steps: 'gradient steps (1000)',
      firstDistance: 'distance of the first step (0.1 in l2, 0.5 in l1)',
      smoothing: 'share that running means keep (0.9; 0.5 below 500 steps)',
    },
  },
  alma,
);
