/**
 * @file GeoDA (Rahmati et al. 2020), from labels alone: near a picture the border between answers is almost a plane. Its normal is felt by random
 * steps around a point of the border (equation 9), and the nearest point of such a plane is looked for on the way that is shortest in the
 * norm: along the normal for l2, along its signs for linf, along its largest values alone for l1 (Algorithms 2 and 3); then again from there.
 * Departures: the way is that of the exact smallest change within [0, 1] for a growing gain, in all norms. Rounds share the questions as in
 * equation 20, later ones more of them; the normals of all rounds are added up, as in the authors' code. Steps are low waves of the
 * cosine basis, as in the paper's subspace.
 */
import type { RandomStream } from '../random/random-stream.ts';
import { cosines } from '../transform/cosines.ts';
import { adversarialStart, checkStarts, type StartOptions, startOptionWords } from './adversarial-start.ts';
import { borderOf } from './border-search.ts';
import { checkCount } from './check-options.ts';
import { feltNormal } from './felt-normal.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { type PlaneNorm, projectOntoPlane } from './plane-projection.ts';
import { look, type Procedure } from './procedure.ts';
import { normalDirection } from './random-direction.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, dot, minus, normalised, normOf, scaled } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `geoda`. */
export interface GeodaOptions extends MinimalOptions, StartOptions {
  readonly norm?: PlaneNorm;
  /** Questions that feel the border, start and line searches not counted; 4000 unless given. */
  readonly queries?: number;
  /** Rounds at most; one for each 500 questions unless given, at least one. */
  readonly rounds?: number;
  /** Root mean square of a step's values; 0.002 unless given. */
  readonly sigma?: number;
  /** Share of the frequencies in each direction that steps are made of; 0.34 unless given, 75 of 224 in the paper. */
  readonly subspace?: number;
}

type Settings = Required<Pick<GeodaOptions, 'queries' | 'rounds' | 'sigma' | 'subspace'>> & StartOptions;

const geodaNorms: readonly PlaneNorm[] = ['l2', 'linf', 'l1'];

/**
 * Looks for the smallest change in l2, linf or l1 that fools, from the answers alone.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range, or a target comes without starts
 * @example
 * const [result] = await geoda(victim, [pixels], [label], { norm: 'l1', queries: 2000 });
 */
export async function geoda(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: GeodaOptions = {},
): Promise<DistanceAttackResult[]> {
  const { queries = 4000, sigma = 0.002, subspace = 0.34 } = options;
  const { rounds = Math.max(1, Math.round(queries / 500)) } = options;
  checkCount('Queries', queries, 1);
  checkCount('Rounds', rounds, 1);
  if (!(sigma > 0 && sigma < 1)) throw new AttackError(`Sigma must lie between 0 and 1, got ${sigma}.`);
  if (!(subspace > 0 && subspace <= 1))
    throw new AttackError(`The subspace is a share above 0 of the frequencies, 1 at most; got ${subspace}.`);
  checkStarts('geoda', victim, options);
  return runMinimalAttack(victim, images, labels, options, {
    name: 'geoda',
    norms: geodaNorms,
    gradients: false,
    run: (trial, norm) => search(trial, norm as PlaneNorm, { ...options, queries, rounds, sigma, subspace }),
  });
}

/** Halvings of the first way back, from the start to the border. */
const startHalvings = 14;

/** By which questions of a round exceed those of the one before: 0.6^(-2/3), as in the authors' code. */
const growth = 0.6 ** (-2 / 3);

function* search(trial: Trial, norm: PlaneNorm, settings: Settings): Procedure {
  const { x0 } = trial;
  const start = yield* adversarialStart(trial, settings);
  if (start === undefined) return;
  let x = yield* borderOf(trial, start, 'l2', startHalvings);
  let normal: Float32Array = new Float32Array(x0.length);
  for (const [round, evaluations] of evaluationsOf(settings).entries()) {
    const random = trial.random(round);
    const felt = yield* feltNormal(trial, x, evaluations, () => wave(trial, settings, random));
    normal = addScaled(normal, 1, felt);
    const v = normalised(normal);
    if (v === undefined) continue;
    x = (yield* alongPlane(trial, v, norm, dot(v, minus(x, x0)))) ?? x;
  }
}

/** Questions of each round, growing, in all as many as asked for. */
function evaluationsOf({ queries, rounds }: Settings): number[] {
  const weights = Array.from({ length: rounds }, (_, t) => growth ** t);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => Math.max(1, Math.round((queries * weight) / total)));
}

/** A random step of low waves, of the root mean square sigma, under the mask. */
function wave({ shape: [c, h, w], mask }: Trial, { sigma, subspace }: Settings, random: RandomStream): Float32Array {
  const [tall, wide] = [Math.max(1, Math.round(h * subspace)), Math.max(1, Math.round(w * subspace))];
  const down = Array.from({ length: tall }, (_, k) => cosines(k, h));
  const across = Array.from({ length: wide }, (_, k) => cosines(k, w));
  const step = new Float32Array(c * h * w);
  for (let channel = 0; channel < c; channel++) {
    const coefficients = normalDirection(tall * wide, random);
    for (let u = 0; u < tall; u++) {
      const row = new Float64Array(w);
      for (let v = 0; v < wide; v++)
        for (let x = 0; x < w; x++) row[x] = row[x]! + coefficients[u * wide + v]! * across[v]![x]!;
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++) {
          const at = (channel * h + y) * w + x;
          step[at] = step[at]! + down[u]![y]! * row[x]!;
        }
    }
  }
  if (mask !== undefined) for (let i = 0; i < step.length; i++) step[i] = step[i]! * mask[i]!;
  return scaled(step, (sigma * Math.sqrt(step.length)) / Math.max(normOf('l2', step), 1e-12));
}

/** Factors by which the gain grows until a picture fools, and halvings from there. */
const [longer, tries, planeHalvings] = [1.5, 12, 10] as const;

/** The nearest picture that fools among the smallest changes of growing gain v . (x - x0); undefined where none does. */
function* alongPlane(
  trial: Trial,
  v: Float32Array,
  norm: PlaneNorm,
  guess: number,
): Procedure<Float32Array | undefined> {
  const { x0 } = trial;
  const at = (gain: number) => allowed(addScaled(x0, 1, projectOntoPlane(norm, x0, v, gain)), trial);
  let found: Float32Array | undefined;
  let [low, high] = [0, Math.max(guess, 1e-3)];
  for (let i = 0; i < tries && found === undefined; i++) {
    const candidate = at(high);
    if ((yield* look(candidate)).fools) found = candidate;
    else [low, high] = [high, high * longer];
  }
  if (found === undefined) return undefined;
  for (let i = 0; i < planeHalvings; i++) {
    const middle = (low + high) / 2;
    const candidate = at(middle);
    if ((yield* look(candidate)).fools) [found, high] = [candidate, middle];
    else low = middle;
  }
  return found;
}

/** Its row in the registry. */
export const geodaMethod = methodOf(
  {
    name: 'geoda',
    brief: 'GeoDA: the border as a plane, from labels alone',
    kind: 'minimal',
    norms: geodaNorms,
    knowledge: 'labels',
    targeted: true,
    cost: '4300 forward passes',
    paper: 'Rahmati et al. 2020',
    own: {
      queries: 'questions that feel the border (4000)',
      rounds: 'rounds (one for each 500 questions)',
      ...startOptionWords,
      sigma: "root mean square of a step's values (0.002)",
      subspace: 'share of the frequencies that steps are made of (0.34)',
    },
  },
  geoda,
);
