/**
 * @file The boundary attack (Brendel et al. 2018, Algorithm 1), from labels alone: a walk along the border on the adversarial side. Each step
 * first goes at random along the sphere around the original, then a little towards it, and is taken if it still fools. Both lengths are in
 * units of the distance and follow the rates of success, as in the authors' implementation in foolbox: every tenth step the sphere's
 * point is asked about as well; more than half of the last 100 fooling makes both lengths longer by 1.5, less than a fifth shorter; of the last 30
 * whole steps more than a quarter, or less than a tenth, do so with the length towards the original alone. Here a picture has rates
 * and noise of its own, whatever walks beside it.
 */
import { adversarialStart, checkStarts, type StartOptions, startOptionWords } from './adversarial-start.ts';
import { checkCount } from './check-options.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { lookAll, type Procedure } from './procedure.ts';
import { checkQueries, type QueryOptions, queriesLeft, queryOptionWords } from './query-limit.ts';
import { normalDirection } from './random-direction.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, dot, minus, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `boundary`. */
export interface BoundaryOptions extends MinimalOptions, StartOptions, QueryOptions {
  /** Steps at most; 25 000 unless given. */
  readonly steps?: number;
  /** First length of a step along the sphere, in units of the distance; 0.01 unless given. */
  readonly sphericalStep?: number;
  /** First length of a step towards the original, in units of the distance; 0.01 unless given. */
  readonly sourceStep?: number;
  /** Factor by which lengths grow and shrink; 1.5 unless given. */
  readonly adaptation?: number;
}

type Settings = Required<Pick<BoundaryOptions, 'steps' | 'sphericalStep' | 'sourceStep' | 'adaptation'>> &
  StartOptions &
  QueryOptions;

/**
 * Looks for the smallest change in l2 that fools, from the answers alone.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range, or a target comes without starts
 * @example
 * const [result] = await boundary(victim, [pixels], [label], { queries: 10_000 });
 */
export async function boundary(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: BoundaryOptions = {},
): Promise<DistanceAttackResult[]> {
  const { steps = 25_000, sphericalStep = 0.01, sourceStep = 0.01, adaptation = 1.5 } = options;
  checkCount('Steps', steps, 1);
  for (const [what, value] of Object.entries({ sphericalStep, sourceStep }))
    if (!(value > 0 && value < 1)) throw new AttackError(`${what} must lie between 0 and 1, got ${value}.`);
  if (!(adaptation > 1)) throw new AttackError(`Adaptation is a factor above 1, got ${adaptation}.`);
  checkQueries(options);
  checkStarts('boundary', victim, options);
  return runMinimalAttack(victim, images, labels, options, {
    name: 'boundary',
    norms: ['l2'],
    gradients: false,
    run: (trial) => search(trial, { ...options, steps, sphericalStep, sourceStep, adaptation }),
  });
}

/** Steps from one question about the sphere's point to the next. */
const every = 10;

/** Answers that a rate is taken of. */
const [sphericalAnswers, wholeAnswers] = [100, 30];

/** A length towards the original below which the walk has arrived. */
const arrived = 1e-7;

function* search(trial: Trial, settings: Settings): Procedure {
  const { x0 } = trial;
  const { steps, adaptation } = settings;
  let { sphericalStep, sourceStep } = settings;
  const left = queriesLeft(trial, settings);
  const start = yield* adversarialStart(trial, settings, left);
  if (start === undefined) return;
  let x = start;
  let distance = normOf('l2', minus(x, x0));
  const spherical = recent(sphericalAnswers);
  const whole = recent(wholeAnswers);
  const random = trial.random(1);
  for (let k = 1; k <= steps && sourceStep >= arrived; k++) {
    const isCheck = k % every === 0;
    if (left() < (isCheck ? 2 : 1)) return;
    const onSphere = alongSphere(trial, x, distance, normalDirection(x.length, random), sphericalStep);
    const candidate = towards(trial, onSphere, distance, sourceStep);
    const [answer, onSphereAnswer] = yield* lookAll(isCheck ? [candidate, onSphere] : [candidate]);
    const nearer = normOf('l2', minus(candidate, x0));
    if (answer!.fools && nearer < distance) [x, distance] = [candidate, nearer];
    if (!isCheck) continue;
    const change = spherical.next(onSphereAnswer!.fools, 0.2, 0.5);
    sphericalStep *= adaptation ** change;
    sourceStep *= adaptation ** (change + whole.next(answer!.fools, 0.1, 0.25));
  }
}

/** x moved along the sphere around the original by a share of its radius, in a random direction. */
function alongSphere(
  trial: Trial,
  x: Float32Array,
  distance: number,
  noise: Float32Array,
  share: number,
): Float32Array {
  const { x0, mask } = trial;
  const out = minus(x, x0);
  const own = mask === undefined ? noise : noise.map((value, i) => value * mask[i]!);
  const tangent = addScaled(own, -dot(own, out) / distance ** 2, out);
  const length = normOf('l2', tangent);
  const moved = length > 0 ? addScaled(out, (share * distance) / length, tangent) : out;
  // Pythagoras: the moved radius is longer by this factor.
  return allowed(addScaled(x0, 1 / Math.sqrt(1 + share ** 2), moved), trial);
}

/** Nearer to the original by a share of the distance; less where clipping to [0, 1] brought it nearer already. */
function towards(trial: Trial, x: Float32Array, distance: number, share: number): Float32Array {
  const { x0 } = trial;
  const back = minus(x0, x);
  const length = normOf('l2', back);
  if (length === 0) return x;
  const step = Math.max(0, share * distance + length - distance);
  return allowed(addScaled(x, Math.min(1, step / length), back), trial);
}

/** The last answers, and whether their rate asks for longer steps (1) or shorter ones (-1). They are forgotten once it does. */
function recent(count: number): { next(fools: boolean, low: number, high: number): -1 | 0 | 1 } {
  let answers: boolean[] = [];
  return {
    next(fools, low, high) {
      answers.push(fools);
      if (answers.length < count) return 0;
      answers = answers.slice(-count);
      const rate = answers.filter(Boolean).length / count;
      if (rate >= low && rate <= high) return 0;
      answers = [];
      return rate > high ? 1 : -1;
    },
  };
}

/** Its row in the registry. */
export const boundaryMethod = methodOf(
  {
    name: 'boundary',
    brief: 'a random walk along the border, from labels alone',
    kind: 'minimal',
    norms: ['l2'],
    knowledge: 'labels',
    targeted: true,
    cost: '27 500 forward passes',
    paper: 'Brendel et al. 2018',
    own: {
      ...queryOptionWords,
      ...startOptionWords,
      steps: 'steps at most (25 000)',
      sphericalStep: 'first length along the sphere (0.01)',
      sourceStep: 'first length towards the original (0.01)',
      adaptation: 'factor by which lengths change (1.5)',
    },
  },
  boundary,
);
