/**
 * @file The attack of Brendel, Rauber, Kümmerer, Ustyuzhaninov and Bethge (2019): begins at a picture that fools, goes to the border, and
 * follows it: each step solves for the picture nearest to the original on the estimated border, within a radius (`trustStep`). As in the
 * authors' code the radius falls by halves at set steps, and the border's normal is a running mean. Departures: the radius belongs to one
 * picture (their code multiplies it by the number of pictures in the batch), and where no noise fools, the start is climbed to.
 */
import { blendedNoise, nearestStart } from './adversarial-start.ts';
import { checkCount } from './check-options.ts';
import { methodOf } from './method.ts';
import { type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { look, type Procedure, slope } from './procedure.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { type StepNorm, trustStep } from './trust-step.ts';
import { addScaled, minus, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `brendelBethge`. */
export interface BrendelBethgeOptions extends MinimalOptions {
  /** l2 unless given. */
  readonly norm?: StepNorm;
  /** Steps along the border; 1000 unless given. */
  readonly steps?: number;
  /** Radius of the first step, in l2, over the number of values of a picture; 0.001 unless given. */
  readonly rate?: number;
  /** Factor by which the radius falls; 0.5 unless given. */
  readonly decay?: number;
  /** Times that it falls; 20 unless given. */
  readonly decays?: number;
  /** Share of the border's last normal in the next; 0.8 unless given. */
  readonly momentum?: number;
  /** Steps aim beyond the border by this factor, less 1; 1.1 unless given. */
  readonly overshoot?: number;
  /**
   * Pictures to begin at, [C, H, W] in [0, 1], any number: each picture begins at the nearest of them that is adversarial for it, and at
   * noise where none is.
   */
  readonly starts?: readonly Float32Array[];
}

type Settings = Required<Omit<BrendelBethgeOptions, keyof MinimalOptions>> & { readonly norm: StepNorm };

const stepNorms: readonly StepNorm[] = ['l2', 'linf', 'l1', 'l0'];

/**
 * Looks for the smallest change that fools, from the far side of the border.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await brendelBethge(model, [pixels], [label], { norm: 'l1', steps: 200 });
 * if (result.success) console.log(result.distances.l1);
 */
export async function brendelBethge(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: BrendelBethgeOptions = {},
): Promise<DistanceAttackResult[]> {
  const { norm = 'l2', steps = 1000, rate = 1e-3, decay = 0.5, decays = 20 } = options;
  const { momentum = 0.8, overshoot = 1.1, starts = [] } = options;
  checkCount('Steps', steps, 1);
  checkCount('Decays', decays, 1);
  if (!(rate > 0)) throw new AttackError(`The rate must be a positive number, got ${rate}.`);
  if (!(decay > 0 && decay <= 1)) throw new AttackError(`The decay must lie above 0 and be at most 1, got ${decay}.`);
  if (!(momentum >= 0 && momentum < 1)) throw new AttackError(`Momentum must lie from 0 to below 1, got ${momentum}.`);
  if (!(overshoot >= 1 && overshoot < 2))
    throw new AttackError(`Overshoot must be at least 1 and below 2, got ${overshoot}.`);
  const size = victim.channels * victim.height * victim.width;
  for (const [i, start] of starts.entries())
    if (start.length !== size || !start.every((value) => value >= 0 && value <= 1))
      throw new AttackError(`Start ${i} must hold the ${size} values of a picture, from 0 to 1.`);
  const settings: Settings = { norm, steps, rate, decay, decays, momentum, overshoot, starts };
  return runMinimalAttack(victim, images, labels, options, {
    name: 'bb',
    norms: stepNorms,
    run: (trial) => search(trial, settings),
  });
}

function* search(trial: Trial, settings: Settings): Procedure {
  const first = yield* start(trial, settings.starts);
  if (first === undefined) {
    trial.notes.add('No picture that fools was found to begin at; some may be given as starts.');
    return;
  }
  const border = yield* borderOn(trial, settings.norm, first);
  yield* follow(trial, settings, border);
}

/** Goes along the border. */
function* follow(trial: Trial, settings: Settings, border: Float32Array): Procedure {
  const { norm, steps, rate, decay, decays, momentum, overshoot } = settings;
  const { x0 } = trial;
  const every = Math.max(1, Math.floor(steps / decays));
  let radius = rate * x0.length;
  let x = border;
  let b: Float32Array | undefined;
  for (let step = 1; step <= steps; step++) {
    const { excess, gradient } = yield* slope(x, { loss: 'margin' });
    b = b === undefined ? gradient : mixed(gradient, b, momentum);
    if ((step + 1) % every === 0) radius *= decay;
    // A picture that does not fool goes beyond the border; one that does, not quite back to it.
    const gain = -excess * (excess < 0 ? overshoot : 2 - overshoot);
    const delta = trustStep(norm, { x, x0, b, gain, radius });
    x = snapped(allowed(addScaled(x, 1, delta), trial), x0);
  }
}

function mixed(gradient: Float32Array, b: Float32Array, momentum: number): Float32Array {
  const mean = new Float32Array(b.length);
  for (let i = 0; i < mean.length; i++) mean[i] = (1 - momentum) * gradient[i]! + momentum * b[i]!;
  return mean;
}

/** Changes below it are rounding. */
const none = 1e-6;

/** Values that are the original's but for rounding are the original's. */
function snapped(x: Float32Array, x0: Float32Array): Float32Array {
  return x.map((value, i) => (Math.abs(value - x0[i]!) < none ? x0[i]! : value));
}

/** Draws of noise at most. */
const draws = 1000;

/** A picture that fools: one of those given; noise, blended with the original; or one that is climbed to. */
function* start(trial: Trial, starts: readonly Float32Array[]): Procedure<Float32Array | undefined> {
  const given = yield* nearestStart(trial, starts);
  if (given !== undefined) return given;
  // Noise is hardly ever of one chosen class.
  const blend = trial.target === undefined ? yield* blendedNoise(trial, draws) : undefined;
  return blend ?? (yield* climb(trial));
}

/** Steps of the climb, and how far each goes at most in any value. */
const [climbs, stride] = [50, 0.05];

/** Steps by the sign of the margin's slope, until a picture fools. */
function* climb(trial: Trial): Procedure<Float32Array | undefined> {
  let x = trial.x0;
  for (let i = 0; i <= climbs; i++) {
    const { fools, gradient } = yield* slope(x, { loss: 'margin' });
    if (fools) return x;
    x = allowed(
      x.map((value, j) => value + stride * Math.sign(gradient[j]!)),
      trial,
    );
  }
  return undefined;
}

/** Halvings of the way to the border. */
const halvings = 10;

/** The nearest picture that fools on the norm's own way from one that does to the original. */
function* borderOn(trial: Trial, norm: StepNorm, start: Float32Array): Procedure<Float32Array> {
  let [low, high, nearest] = [0, 1, start];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    const x = partOf(trial, norm, start, middle);
    if ((yield* look(x)).fools) [high, nearest] = [middle, x];
    else low = middle;
  }
  return nearest;
}

/**
 * A share of a change: in l2 of each value; in linf of the largest, which all are clipped to; in l1 all are shortened by the rest of the
 * largest; in l0 the largest of them.
 */
function partOf({ x0 }: Trial, norm: StepNorm, x: Float32Array, share: number): Float32Array {
  const delta = minus(x, x0);
  const largest = normOf('linf', delta);
  switch (norm) {
    case 'l2':
      return x0.map((value, i) => value + share * delta[i]!);
    case 'linf':
      return x0.map((value, i) => value + Math.min(share * largest, Math.max(-share * largest, delta[i]!)));
    case 'l1':
      return x0.map(
        (value, i) => value + Math.sign(delta[i]!) * Math.max(0, Math.abs(delta[i]!) - (1 - share) * largest),
      );
    case 'l0':
      return x0.map((value, i) => (Math.abs(delta[i]!) >= (1 - share) * largest ? x[i]! : value));
  }
}

/** Its row in the registry. */
export const brendelBethgeMethod = methodOf(
  {
    name: 'bb',
    brief: 'Brendel and Bethge: along the border, from a picture that fools',
    kind: 'minimal',
    norms: stepNorms,
    knowledge: 'gradients',
    targeted: true,
    cost: '1000 forward and backward passes, and some 50 forward passes to begin',
    paper: 'Brendel et al. 2019',
    own: {
      steps: 'steps along the border (1000)',
      rate: 'radius of the first step over the number of values (0.001)',
      decay: 'factor by which the radius falls (0.5)',
      decays: 'times that it falls (20)',
      momentum: "share of the border's last normal in the next (0.8)",
      overshoot: 'factor by which steps aim beyond the border (1.1)',
      starts: 'pictures to begin at (noise)',
    },
  },
  brendelBethge,
);
