/**
 * @file Fast minimum norm (Pintor et al. 2021, Algorithm 1): steps up the margin inside a ball whose radius follows the border. Until a
 * picture fools, it is a linear guess of the border's distance; then it shrinks where the picture fools and grows where it does not.
 *
 * Two departures, both only until a picture fools. The guess is made longer by gamma, since an exact one ends on the border, where nothing fools,
 * and stays there. And a step goes all the way to the guess, however short it is: the border should be there. adversarial-library puts every
 * step in l2 onto the sphere, later ones too; beside it this finds nearer pictures (docs/attacks.md), and later steps are only brought back into
 * the ball, as the paper writes.
 */
import type { BudgetNorm } from './budget-attack.ts';
import { checkCount } from './check-options.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, type Nearest, runMinimalAttack } from './minimal-attack.ts';
import { type Procedure, slope } from './procedure.ts';
import { projectOnto } from './projection.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, dualNorm, minus, normalised, normOf, scaled } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `fmn`. */
export interface FmnOptions extends MinimalOptions {
  /** Gradient steps; 100 unless given. */
  readonly steps?: number;
  /** l2 length of the first step, which falls to a hundredth; 10 for linf and 1 for other norms unless given. */
  readonly stepSize?: number;
  /** Share by which the radius first shrinks or grows at a step, and which falls to 0.001; 0.05 unless given. */
  readonly gamma?: number;
}

type Settings = Required<Omit<FmnOptions, Exclude<keyof MinimalOptions, 'norm'>>>;

/** What gamma falls to. */
const lastGamma = 0.001;

const fmnNorms: readonly BudgetNorm[] = ['l2', 'linf', 'l1', 'l0'];

/**
 * Looks for the smallest change that fools, in l2, linf, l1, or in the number of changed channel values.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await fmn(model, [pixels], [label], { norm: 'l1' });
 * if (result.success) console.log(result.distances.l1);
 */
export async function fmn(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: FmnOptions = {},
): Promise<DistanceAttackResult[]> {
  const { norm = fmnNorms[0]!, steps = 100, gamma = 0.05 } = options;
  const { stepSize = norm === 'linf' ? 10 : 1 } = options;
  checkCount('Steps', steps, 1);
  if (!(stepSize > 0)) throw new AttackError(`Step size must be a positive number, got ${stepSize}.`);
  if (!(gamma > 0 && gamma < 1)) throw new AttackError(`Gamma must lie between 0 and 1, got ${gamma}.`);
  return runMinimalAttack(victim, images, labels, options, {
    name: 'fmn',
    norms: fmnNorms,
    run: (trial, _, nearest) => search(trial, nearest, { norm, steps, stepSize, gamma }),
  });
}

function* search(
  trial: Trial,
  nearest: () => Nearest | undefined,
  { norm, steps, stepSize, gamma: gamma0 }: Settings,
): Procedure {
  const { x0 } = trial;
  const furthest = normOf(
    norm,
    x0.map((value) => Math.max(value, 1 - value)),
  );
  let x = x0;
  let eps = norm === 'l0' ? 1 : Number.POSITIVE_INFINITY;
  for (let k = 0; k < steps; k++) {
    const { gradient, fools, excess } = yield* slope(x, { loss: 'margin' });
    const cosine = (1 + Math.cos((Math.PI * k) / steps)) / 2;
    const alpha = stepSize * (0.01 + 0.99 * cosine);
    const gamma = lastGamma + (gamma0 - lastGamma) * cosine;
    const delta = minus(x, x0);
    const best = nearest()?.distance;
    if (norm === 'l0') eps = nextCount(eps, gamma, fools, best);
    else if (fools) eps = Math.min(eps * (1 - gamma), best ?? furthest);
    else if (best !== undefined) eps *= 1 + gamma;
    else {
      const guess = Math.abs(excess) / Math.max(normOf(dualNorm[norm], gradient), 1e-12);
      eps = (normOf(norm, delta) + guess) * (1 + gamma0);
    }
    eps = Math.min(eps, furthest);
    const direction = normalised(gradient);
    const moved = direction === undefined ? delta : addScaled(delta, alpha, direction);
    const isGuessed = norm !== 'l0' && best === undefined;
    const reaching = isGuessed ? reach(norm, moved, eps) : moved;
    x = allowed(addScaled(x0, 1, projectOnto(norm, reaching, eps)), trial);
  }
}

/** v, made longer until its norm is the radius where it is shorter. */
function reach(norm: BudgetNorm, v: Float32Array, radius: number): Float32Array {
  const length = normOf(norm, v);
  return length > 0 && length < radius ? scaled(v, radius / length) : v;
}

/** The radius in l0, a whole number that changes by 1 at least. */
function nextCount(eps: number, gamma: number, fools: boolean, best = Number.POSITIVE_INFINITY): number {
  if (!fools) return Math.max(eps + 1, Math.floor(eps * (1 + gamma)));
  return Math.max(1, Math.min(eps - 1, Math.floor(eps * (1 - gamma)), best));
}

/** Its row in the registry. */
export const fmnMethod = methodOf(
  {
    name: 'fmn',
    brief: 'fast minimum norm',
    kind: 'minimal',
    norms: fmnNorms,
    knowledge: 'gradients',
    targeted: true,
    cost: '100 forward and backward passes',
    paper: 'Pintor et al. 2021',
    own: {
      steps: 'gradient steps (100)',
      stepSize: 'l2 length of the first step (10 for linf, else 1)',
      gamma: 'first change of the radius at a step (0.05)',
    },
  },
  fmn,
);
