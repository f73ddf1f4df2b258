/**
 * @file HopSkipJump (Chen et al. 2020, Algorithm 2): from labels alone. At a point of the border the answers to random steps around it
 * tell the border's normal; a jump along the normal, shortened until it fools, and a search back to the border end nearer to the original.
 *
 * Departures. Pictures are float32: steps around the border are no shorter than what float32 can tell (delta = gamma |x - x0| / d falls below it
 * for large pictures and small linf distances, where all answers would be alike), and the search back halves 24 times at most. A jump is
 * shortened a limited number of times; if it never fools, the next round feels with more steps. With a mask d counts what may change.
 */
import { adversarialStart, checkStarts, type StartOptions, startOptionWords } from './adversarial-start.ts';
import { borderOf, halvingsFor } from './border-search.ts';
import { checkCount } from './check-options.ts';
import { feltNormal } from './felt-normal.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { look, type Procedure } from './procedure.ts';
import { checkQueries, type QueryOptions, queriesLeft, queryOptionWords } from './query-limit.ts';
import { normalDirection, uniformDirection } from './random-direction.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, minus, normalised, normOf, scaled } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `hopskipjump`. */
export interface HopSkipJumpOptions extends MinimalOptions, StartOptions, QueryOptions {
  /** Made small: l2 unless given. */
  readonly norm?: 'l2' | 'linf';
  /** Rounds of feeling, jumping and searching; 64 unless given. */
  readonly iterations?: number;
  /** Steps around the border in the first round; round t takes sqrt(t) times as many; 100 unless given. */
  readonly initialEvaluations?: number;
  /** Steps around the border in a round at most; 10 000 unless given. */
  readonly maxEvaluations?: number;
  /** The border is found to within gamma / d^1.5 of the way, gamma / d^2 for linf, and felt by steps of gamma / d of the distance; 1 unless given. */
  readonly gamma?: number;
}

type Settings = Required<Pick<HopSkipJumpOptions, 'iterations' | 'initialEvaluations' | 'maxEvaluations' | 'gamma'>> &
  StartOptions &
  QueryOptions;

/**
 * Looks for the smallest change that fools, from the answers alone.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range, or a target comes without starts
 * @example
 * const remote = opaqueModel({ channels: 3, height: 32, width: 32, classCount: 10, scores: (pixels) => answersOf(pixels) });
 * const [result] = await hopskipjump(remote, [pixels], [label], { queries: 5000 });
 */
export async function hopskipjump(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: HopSkipJumpOptions = {},
): Promise<DistanceAttackResult[]> {
  const { iterations = 64, initialEvaluations = 100, maxEvaluations = 10_000, gamma = 1 } = options;
  checkCount('Iterations', iterations, 1);
  checkCount('Initial evaluations', initialEvaluations, 1);
  checkCount('Most evaluations', maxEvaluations, initialEvaluations);
  if (!(gamma > 0)) throw new AttackError(`Gamma must be a positive number, got ${gamma}.`);
  checkQueries(options);
  checkStarts('hopskipjump', victim, options);
  const settings = { ...options, iterations, initialEvaluations, maxEvaluations, gamma };
  return runMinimalAttack(victim, images, labels, options, {
    name: 'hopskipjump',
    norms: ['l2', 'linf'],
    gradients: false,
    run: (trial, norm) => search(trial, norm === 'linf' ? 'linf' : 'l2', settings),
  });
}

/** Change of a value, on average, that pictures in float32 still tell apart well. */
const smallestChange = 2 ** -20;

/** Times that a jump is shortened by half at most. */
const mostShortenings = 20;

function* search(trial: Trial, norm: 'l2' | 'linf', settings: Settings): Procedure {
  const { x0, mask } = trial;
  const left = queriesLeft(trial, settings);
  const start = yield* adversarialStart(trial, settings, left);
  if (start === undefined) return;
  const d = mask === undefined ? x0.length : normOf('l0', mask);
  const halvings = halvingsFor(settings.gamma / d ** (norm === 'l2' ? 1.5 : 2));
  const distanceOf = (x: Float32Array) => normOf(norm, minus(x, x0));
  let jumped = start;
  let x = yield* borderOf(trial, start, norm, Math.min(halvings, left()));
  for (let t = 1; t <= settings.iterations; t++) {
    const delta = t === 1 ? 0.1 : Math.max((settings.gamma * distanceOf(jumped)) / d, Math.sqrt(d) * smallestChange);
    const evaluations = Math.min(Math.floor(settings.initialEvaluations * Math.sqrt(t)), settings.maxEvaluations);
    if (left() < evaluations + mostShortenings + halvings) return;
    const v = yield* normalAt(trial, x, { norm, delta, evaluations, round: t });
    if (v === undefined) continue;
    const farther = yield* jump(trial, x, norm === 'linf' ? v.map(Math.sign) : v, distanceOf(x) / Math.sqrt(t));
    if (farther === undefined) continue;
    jumped = farther;
    x = yield* borderOf(trial, jumped, norm, halvings);
  }
}

/** How one round feels its way. */
interface Feeling {
  readonly norm: 'l2' | 'linf';
  readonly delta: number;
  readonly evaluations: number;
  readonly round: number;
}

/** The direction in which answers turn adversarial, of length 1, felt by steps of length delta; undefined where none was felt. */
function* normalAt(trial: Trial, x: Float32Array, feeling: Feeling): Procedure<Float32Array | undefined> {
  const { norm, delta, evaluations, round } = feeling;
  const random = trial.random(round);
  const normal = yield* feltNormal(trial, x, evaluations, () => {
    const u = (norm === 'linf' ? uniformDirection : normalDirection)(x.length, random);
    if (trial.mask !== undefined) for (let i = 0; i < u.length; i++) u[i] = u[i]! * trial.mask[i]!;
    return scaled(u, delta / normOf('l2', u));
  });
  return normalised(normal);
}

/** The longest jump, halved from `length`, that fools; undefined where none does. */
function* jump(trial: Trial, x: Float32Array, v: Float32Array, length: number): Procedure<Float32Array | undefined> {
  for (let i = 0; i < mostShortenings; i++) {
    const candidate = allowed(addScaled(x, length / 2 ** i, v), trial);
    if ((yield* look(candidate)).fools) return candidate;
  }
  return undefined;
}

/** Its row in the registry. */
export const hopskipjumpMethod = methodOf(
  {
    name: 'hopskipjump',
    brief: 'HopSkipJump: feels the border by random steps, from labels alone',
    kind: 'minimal',
    norms: ['l2', 'linf'],
    knowledge: 'labels',
    targeted: true,
    cost: '36 000 forward passes',
    paper: 'Chen et al. 2020',
    own: {
      ...queryOptionWords,
      ...startOptionWords,
      iterations: 'rounds (64)',
      initialEvaluations: 'steps around the border in the first round (100)',
      maxEvaluations: 'steps around the border in a round at most (10 000)',
      gamma: 'how roughly the border is found and felt (1)',
    },
  },
  hopskipjump,
);
