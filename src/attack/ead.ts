/**
 * @file Elastic-net attack (Chen et al. 2018, Algorithm 1): squared length plus beta times the l1 norm plus c times how far the picture is
 * from fooling, lowered by FISTA with soft thresholds around the original; c is searched as by Carlini and Wagner, for each picture alone.
 * Fooling is asked of x, not of the extrapolated y. Of what fooled the smallest change in l1 or l2 is kept (rule L1, or one by l2); the paper's
 * rule EN, smallest by the elastic net itself, is left out.
 */
import { checkCount } from './check-options.ts';
import { withConfidence } from './confidence.ts';
import { firstConstant, nextConstant, stalls } from './constant-search.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { look, type Procedure, slope } from './procedure.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { minus, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `ead`. */
export interface EadOptions extends MinimalOptions {
  readonly norm?: 'l1' | 'l2';
  /** Rounds in which c is searched; 9 unless given. */
  readonly rounds?: number;
  /** Steps of each round; 10000 unless given. */
  readonly steps?: number;
  /** Learning rate, which falls to nothing as a root; 0.01 unless given. */
  readonly rate?: number;
  /** The first c; 0.001 unless given. */
  readonly initialConstant?: number;
  /** Weight of the l1 norm; 0.01 unless given. */
  readonly beta?: number;
  /** How far the other class must lead in class scores (kappa), in what is returned too; 0 unless given, in place of a criterion. */
  readonly confidence?: number;
}

type Settings = Required<Pick<EadOptions, 'rounds' | 'steps' | 'rate' | 'initialConstant' | 'beta'>>;

/**
 * Looks for the smallest change in l1 that fools.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await ead(model, [pixels], [label], { steps: 1000 });
 * if (result.success) console.log(result.distances.l1);
 */
export async function ead(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: EadOptions = {},
): Promise<DistanceAttackResult[]> {
  const { rounds = 9, steps = 10_000, rate = 0.01, initialConstant = 1e-3, beta = 0.01 } = options;
  checkCount('Rounds', rounds, 1);
  checkCount('Steps', steps, 1);
  for (const [what, value, least] of [
    ['The rate', rate, Number.MIN_VALUE],
    ['The initial constant', initialConstant, Number.MIN_VALUE],
    ['Beta', beta, 0],
  ] as const)
    if (!(value >= least && value < Number.POSITIVE_INFINITY))
      throw new AttackError(
        `${what} must be a ${least === 0 ? 'number of at least 0' : 'positive number'}, got ${value}.`,
      );
  return runMinimalAttack(victim, images, labels, withConfidence('ead', options), {
    name: 'ead',
    norms: ['l1', 'l2'],
    run: (trial) => search(trial, { rounds, steps, rate, initialConstant, beta }),
  });
}

function* search(trial: Trial, settings: Settings): Procedure {
  let constant = firstConstant(settings.initialConstant);
  for (let k = 0; k < settings.rounds; k++)
    constant = nextConstant(constant, yield* round(trial, settings, constant.value));
}

/** One round of FISTA. Whether a picture fooled. */
function* round(trial: Trial, { steps, rate, beta }: Settings, c: number): Procedure<boolean> {
  const { x0 } = trial;
  const stalled = stalls(steps);
  let [x, y, succeeded] = [x0, x0, false];
  for (let k = 0; k < steps; k++) {
    const seen = yield* slope(y, { loss: 'margin' });
    const short = Math.max(-Math.min(seen.value, seen.excess), 0);
    const alpha = rate * Math.sqrt(1 - k / steps);
    const step = y.map((v, i) => v - alpha * (2 * (v - x0[i]!) - (short > 0 ? c * seen.gradient[i]! : 0)));
    const next = allowed(softened(step, x0, beta), trial);
    const far = k / (k + 3);
    y = allowed(
      next.map((v, i) => v + far * (v - x[i]!)),
      trial,
    );
    x = next;
    const answer = yield* look(x);
    if (answer.fools) succeeded = true;
    const delta = minus(x, x0);
    const loss = normOf('l2', delta) ** 2 + beta * normOf('l1', delta) + c * Math.max(-answer.excess, 0);
    if (stalled(k, loss)) break;
  }
  return succeeded;
}

/** Each change nearer to 0 by beta, and none where it was smaller. */
function softened(z: Float32Array, x0: Float32Array, beta: number): Float32Array {
  return z.map((v, i) => {
    const delta = v - x0[i]!;
    return Math.abs(delta) <= beta ? x0[i]! : v - beta * Math.sign(delta);
  });
}

/** Its row in the registry. */
export const eadMethod = methodOf(
  {
    name: 'ead',
    brief: 'elastic net: l1 and l2 together, by FISTA',
    kind: 'minimal',
    norms: ['l1', 'l2'],
    knowledge: 'gradients',
    targeted: true,
    cost: '180000 forward and 90000 backward passes',
    paper: 'Chen et al. 2018',
    own: {
      rounds: 'rounds in which c is searched (9)',
      steps: 'steps of each round (10000)',
      rate: 'learning rate (0.01)',
      initialConstant: 'the first c (0.001)',
      beta: 'weight of the l1 norm (0.01)',
      confidence: 'how far the other class must lead, in place of a criterion (0)',
    },
  },
  ead,
);
