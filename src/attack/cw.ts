/**
 * @file Carlini and Wagner (2017): a distance plus c times how far the picture is from fooling, lowered by Adam in a space whose tanh are
 * pixels; c is searched. l2 (section V.B), linf (V.D: only what exceeds a falling tau counts), l0 (V.C: the values that matter least are
 * fixed, again and again).
 *
 * Departures. Each picture has its own c, gives up a round by its own loss, and pixels that are black or white are moved a millionth inwards
 * first, so that they can move at all. In all norms the first c is 0.001, where the authors' code begins with 1e-5 in linf; in linf and l0 it
 * is doubled 35 times at most for each tau or set of values, and grows to 1e10 at most (theirs: to 20 in linf, to 2e6 in l0). Their l0 fixes
 * 0.3 times the root of the changed pixels at most at a time; here it is a fifth of the changed channel values, each for itself.
 */
import { adam } from './adam.ts';
import { checkCount } from './check-options.ts';
import { withConfidence } from './confidence.ts';
import { type Constant, firstConstant, nextConstant, stalls } from './constant-search.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, type Nearest, runMinimalAttack } from './minimal-attack.ts';
import { type Procedure, slope } from './procedure.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Norms that the attack is defined for. */
export type CwNorm = 'l2' | 'linf' | 'l0';

/** Options of `carliniWagner`. */
export interface CwOptions extends MinimalOptions {
  readonly norm?: CwNorm;
  /** Rounds in which c is searched; 9 unless given. In linf and l0 one counts for 7 doublings of c, of each tau and set of values: 5. */
  readonly rounds?: number;
  /** Steps of each round; 10000 unless given (1000 in linf and l0). */
  readonly steps?: number;
  /** Learning rate; 0.01 unless given, 0.005 in linf, as in the authors' code. */
  readonly rate?: number;
  /** The first c; 0.001 unless given. */
  readonly initialConstant?: number;
  /** How far the other class must lead in class scores (kappa), in what is returned too; 0 unless given, in place of a criterion. */
  readonly confidence?: number;
}

type Settings = Required<Pick<CwOptions, 'norm' | 'rounds' | 'steps' | 'rate' | 'initialConstant'>>;

const cwNorms: readonly CwNorm[] = ['l2', 'linf', 'l0'];

/**
 * Looks for the smallest change that fools, in l2, linf or the number of changed channel values.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await carliniWagner(model, [pixels], [label], { steps: 1000 });
 * if (result.success) console.log(result.distances.l2);
 */
export async function carliniWagner(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: CwOptions = {},
): Promise<DistanceAttackResult[]> {
  const { norm = 'l2', initialConstant = 1e-3 } = options;
  const { rate = norm === 'linf' ? 0.005 : 0.01 } = options;
  const { rounds = norm === 'l2' ? 9 : 5, steps = norm === 'l2' ? 10_000 : 1000 } = options;
  checkCount('Rounds', rounds, 1);
  checkCount('Steps', steps, 1);
  for (const [what, value] of [
    ['The rate', rate],
    ['The initial constant', initialConstant],
  ] as const)
    if (!(value > 0 && value < Number.POSITIVE_INFINITY))
      throw new AttackError(`${what} must be a positive number, got ${value}.`);
  const settings: Settings = { norm, rounds, steps, rate, initialConstant };
  return runMinimalAttack(victim, images, labels, withConfidence('cw', options), {
    name: 'cw',
    norms: cwNorms,
    run: (trial, _, nearest) => ({ l2: searchL2, linf: searchLinf, l0: searchL0 })[norm](trial, settings, nearest),
  });
}

/** Distance and its slope at a change, without c. */
type Distance = (delta: Float32Array) => { readonly value: number; readonly slope: Float32Array };

const squaredLength: Distance = (delta) => ({
  value: normOf('l2', delta) ** 2,
  slope: delta.map((v) => 2 * v),
});

/** What a round found. */
interface Round {
  readonly succeeded: boolean;
  /** The last picture that fooled. */
  readonly x: Float32Array | undefined;
  /** The loss's slope there. */
  readonly slope: Float32Array | undefined;
}

/**
 * Lowers distance + c max(kappa - lead, 0), where the excess is lead - kappa, from a picture by Adam in w, x = (tanh w + 1) / 2: to the
 * end, or, where `isEnough` is given, until a picture fools at a distance of which it says so.
 */
function* round(
  trial: Trial,
  { rate, steps }: Settings,
  c: number,
  start: Float32Array,
  distance: Distance,
  isFree: (i: number) => boolean = () => true,
  isEnough?: (value: number) => boolean,
): Procedure<Round> {
  const { x0, mask } = trial;
  const free = (i: number) => mask?.[i] !== 0 && isFree(i);
  const w = Float64Array.from(start, (v) => Math.atanh((2 * v - 1) * (1 - 1e-6)));
  const memory = adam(w.length);
  const stalled = stalls(steps);
  const gradient = new Float32Array(w.length);
  let found: { x: Float32Array; slope: Float32Array } | undefined;
  for (let k = 0; k < steps; k++) {
    const x = Float32Array.from(w, (v, i) => (free(i) ? (Math.tanh(v) + 1) / 2 : start[i]!));
    const seen = yield* slope(allowed(x, trial), { loss: 'margin' });
    // The criterion decides which side of the border a picture lies on, the margin where it leads.
    const short = Math.max(-Math.min(seen.value, seen.excess), 0);
    const delta = x.map((v, i) => v - x0[i]!);
    const { value, slope: pull } = distance(delta);
    for (let i = 0; i < w.length; i++) {
      const dx = pull[i]! - (short > 0 ? c * seen.gradient[i]! : 0);
      gradient[i] = free(i) ? (dx * (1 - (2 * x[i]! - 1) ** 2)) / 2 : 0;
    }
    if (seen.fools && seen.value >= 0 && (isEnough === undefined || isEnough(value))) {
      found = { x, slope: pull.map((v, i) => v - c * seen.gradient[i]!) };
      if (isEnough !== undefined) break;
    }
    if (stalled(k, value + c * short)) break;
    const move = memory.next(gradient);
    for (let i = 0; i < w.length; i++) w[i] = w[i]! - rate * move[i]!;
  }
  return { succeeded: found !== undefined, x: found?.x, slope: found?.slope };
}

/** l2: rounds with a c each, from the original. */
function* searchL2(trial: Trial, settings: Settings): Procedure {
  let constant = firstConstant(settings.initialConstant);
  for (let k = 0; k < settings.rounds; k++) {
    const { succeeded } = yield* round(trial, settings, constant.value, trial.x0, squaredLength);
    constant = nextConstant(constant, succeeded);
  }
}

/** Least tau, and the factor that it falls by. */
const [leastTau, tauFactor] = [1 / 256, 0.9];

/** linf: what exceeds tau is held against the picture; tau falls as long as pictures are found, each search from the last one. */
function* searchLinf(trial: Trial, settings: Settings, nearest: () => Nearest | undefined): Procedure {
  let [tau, x, constant]: [number, Float32Array, Constant] = [1, trial.x0, firstConstant(settings.initialConstant)];
  while (tau > leastTau) {
    const above: Distance = (delta) => ({
      value: delta.reduce((sum, v) => sum + Math.max(Math.abs(v) - tau, 0), 0),
      slope: delta.map((v) => (Math.abs(v) > tau ? Math.sign(v) : 0)),
    });
    // It is not enough to fool: what exceeds tau must be gone, as where the authors' loss falls below 1e-4 c.
    const found = yield* raise(trial, settings, constant.value, x, above, { isEnough: (value, c) => value < 1e-4 * c });
    if (found === undefined) return;
    x = found.x;
    constant = { ...constant, value: found.constant };
    tau = tauFactor * Math.min(tau, nearest()?.distance ?? tau);
  }
}

/** Doublings of c that a round of the options counts for: a factor of 128, about two rounds of the search in l2, tenfold each. */
const doublings = 7;

/** Rounds with a c twice as large each time until one fools. */
function* raise(
  trial: Trial,
  settings: Settings,
  first: number,
  start: Float32Array,
  distance: Distance,
  {
    isFree,
    isEnough = () => true,
  }: { readonly isFree?: (i: number) => boolean; readonly isEnough?: (value: number, c: number) => boolean } = {},
): Procedure<{ readonly x: Float32Array; readonly slope: Float32Array; readonly constant: number } | undefined> {
  let c = first;
  for (let k = 0; k < doublings * settings.rounds; k++) {
    const found = yield* round(trial, settings, c, start, distance, isFree, (value) => isEnough(value, c));
    if (found.x !== undefined) return { x: found.x, slope: found.slope!, constant: c };
    c *= 2;
    if (c > 1e10) return undefined;
  }
  return undefined;
}

/** Share of the free values that are fixed at a time at least, those that matter least. */
const fixedShare = 0.2;

/** l0: finds a picture by l2, fixes the values whose change times slope is least, and goes on with the others. */
function* searchL0(trial: Trial, settings: Settings): Procedure {
  const { x0 } = trial;
  const isFree = new Uint8Array(x0.length).fill(1);
  let [start, c] = [x0, settings.initialConstant];
  for (;;) {
    const found = yield* raise(trial, settings, c, start, squaredLength, { isFree: (i) => isFree[i] === 1 });
    if (found === undefined) return;
    c = Math.max(settings.initialConstant, found.constant / 2);
    const changed = Array.from(isFree.keys()).filter((i) => isFree[i] === 1 && found.x[i] !== x0[i]);
    if (changed.length <= 1) return;
    const matter = (i: number) => Math.abs(found.slope[i]! * (found.x[i]! - x0[i]!));
    const order = changed.sort((a, b) => matter(a) - matter(b) || a - b);
    for (const i of isFree.keys()) if (found.x[i] === x0[i]) isFree[i] = 0;
    for (const i of order.slice(0, Math.max(1, Math.floor(fixedShare * order.length)))) isFree[i] = 0;
    start = found.x.map((v, i) => (isFree[i] === 1 ? v : x0[i]!));
  }
}

/** Its row in the registry. */
export const cwMethod = methodOf(
  {
    name: 'cw',
    brief: 'Carlini and Wagner: distance and misclassification by Adam in tanh space',
    kind: 'minimal',
    norms: cwNorms,
    knowledge: 'gradients',
    targeted: true,
    cost: '90000 forward and backward passes',
    paper: 'Carlini and Wagner 2017',
    own: {
      rounds: 'rounds in which c is searched (9; in linf and l0 of 7 doublings each: 5)',
      steps: 'steps of each round (10000; in linf and l0 of each doubling: 1000)',
      rate: 'learning rate (0.01, in linf 0.005)',
      initialConstant: 'the first c (0.001)',
      confidence: 'how far the other class must lead, in place of a criterion (0)',
    },
  },
  carliniWagner,
);
