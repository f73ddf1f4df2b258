/**
 * @file Fast adaptive boundary attack (Croce and Hein 2020, Algorithm 1): projects the present picture and the original onto the nearest
 * linearised border, goes to between the two, biased towards the original, a little too far, and steps back where that fools. Smallest
 * change in linf, l2 or l1. FAB-T (of the same authors' AutoAttack, 2020) leads to one class after another instead of looking at all borders.
 * A restart's radius is half of the best distance so far, as in the paper; the authors' code always takes half of epsilon.
 */

import { checkCount } from './check-options.ts';
import { linearised, nearestBorder, otherClasses } from './linearisation.ts';
import { methodOf } from './method.ts';
import { between, type MinimalOptions, runMinimalAttack } from './minimal-attack.ts';
import { type PlaneNorm, projectOntoPlane } from './plane-projection.ts';
import { look, type Procedure } from './procedure.ts';
import { edgeStart } from './random-start.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { dot, minus, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of `fab` and `fabT`. */
export interface FabOptions extends MinimalOptions {
  readonly norm?: PlaneNorm;
  /** Steps from each start; 100 unless given. */
  readonly steps?: number;
  /** Starts: the first is the original, further ones lie at random around it. 1 unless given. */
  readonly restarts?: number;
  /** Starts lie within half of this distance, or of the best one so far; 0.3 in linf, 1 in l2, 5 in l1 unless given. */
  readonly startRadius?: number;
  /** Largest weight of the original's projection; 0.1 unless given. */
  readonly alphaMax?: number;
  /** Overshoot; 1.05 unless given. */
  readonly eta?: number;
  /** Share of the way from the original that is left after a success; 0.9 unless given. */
  readonly beta?: number;
}

/** Options of `fabT`. */
export interface FabTOptions extends FabOptions {
  /** Classes that are led to, those with the highest scores first; 9 unless given, or all others where there are fewer. */
  readonly targets?: number;
}

/** What FAB's search for one picture needs to know. */
export interface FabSearch {
  readonly norm: PlaneNorm;
  readonly steps: number;
  readonly restarts: number;
  readonly startRadius: number;
  readonly alphaMax: number;
  readonly eta: number;
  readonly beta: number;
  /** Classes led to one after another, by rank; all borders at once where it is undefined. */
  readonly targets: number | undefined;
}

/** Radii of the authors' code. */
const startRadii: Readonly<Record<PlaneNorm, number>> = { linf: 0.3, l2: 1, l1: 5 };

/**
 * Looks for the smallest change that fools; all borders are linearised at every step, which takes a backward pass for each class.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 * @example
 * const [result] = await fab(model, [pixels], [label], { norm: 'l2' });
 * if (result.success) console.log(result.distances.l2);
 */
export async function fab(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: FabOptions = {},
): Promise<DistanceAttackResult[]> {
  return run('fab', victim, images, labels, options, undefined);
}

/**
 * Looks for the smallest change that fools, led to the most likely other classes one after another: one backward pass a step, however many
 * classes there are. A target of one's own takes their place.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 */
export async function fabT(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: FabTOptions = {},
): Promise<DistanceAttackResult[]> {
  const { targets = 9 } = options;
  checkCount('Targets', targets, 1);
  return run('fab-t', victim, images, labels, options, targets);
}

function run(
  name: string,
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: FabOptions,
  targets: number | undefined,
): Promise<DistanceAttackResult[]> {
  const { norm = 'linf', steps = 100, restarts = 1, alphaMax = 0.1, eta = 1.05, beta = 0.9 } = options;
  const { startRadius = startRadii[norm] } = options;
  checkCount('Steps', steps, 1);
  checkCount('Restarts', restarts, 1);
  if (!(alphaMax >= 0 && alphaMax <= 1)) throw new AttackError(`AlphaMax must lie from 0 to 1, got ${alphaMax}.`);
  if (!(eta >= 1)) throw new AttackError(`Eta must be a number of at least 1, got ${eta}.`);
  if (!(beta > 0 && beta < 1)) throw new AttackError(`Beta must lie between 0 and 1, got ${beta}.`);
  const settings = { norm, steps, restarts, startRadius, alphaMax, eta, beta, targets };
  return runMinimalAttack(victim, images, labels, options, {
    name,
    norms: ['linf', 'l2', 'l1'],
    run: (trial) => fabSearch(trial, settings),
  });
}

/** FAB's search for one picture. */
export function* fabSearch(trial: Trial, settings: FabSearch): Procedure {
  const { targets, restarts } = settings;
  const { scores } = yield* look(trial.x0);
  const others = otherClasses(scores, trial.label);
  const groups =
    targets === undefined || trial.target !== undefined ? [others] : others.slice(0, targets).map((k) => [k]);
  let best = Number.POSITIVE_INFINITY;
  for (const [rank, classes] of groups.entries()) {
    for (let restart = 0; restart < restarts; restart++) {
      const radius = Math.min(best, settings.startRadius) / 2;
      const start = restart === 0 ? trial.x0 : edgeStart(settings.norm, trial, radius, [rank, restart]);
      best = Math.min(best, yield* descend(start, trial, classes, settings));
    }
  }
}

/** One run from a start; returns the smallest distance at which a picture fooled. */
function* descend(
  start: Float32Array,
  trial: Trial,
  classes: readonly number[],
  { norm, steps, alphaMax, eta, beta }: FabSearch,
): Procedure<number> {
  const { x0 } = trial;
  let best = Number.POSITIVE_INFINITY;
  let x = start;
  for (let i = 0; i < steps; i++) {
    const { borders } = yield* linearised(x, trial, classes);
    const { lead, gradient: w } = nearestBorder(borders, norm);
    const delta = projectOntoPlane(norm, x, w, -lead);
    const delta0 = projectOntoPlane(norm, x0, w, -lead + dot(w, minus(x, x0)));
    const [length, length0] = [Math.max(normOf(norm, delta), 1e-8), Math.max(normOf(norm, delta0), 1e-8)];
    const alpha = Math.min(length / (length + length0), alphaMax);
    const next = new Float32Array(x.length);
    for (let j = 0; j < x.length; j++)
      next[j] = (1 - alpha) * (x[j]! + eta * delta[j]!) + alpha * (x0[j]! + eta * delta0[j]!);
    x = allowed(next, trial);
    if (!(yield* look(x)).fools) continue;
    best = Math.min(best, normOf(norm, minus(x, x0)));
    x = between(trial, x, beta);
  }
  return best;
}

const own = {
  steps: 'steps from each start (100)',
  restarts: 'starts (1)',
  startRadius: 'random starts lie within half of it (0.3 in linf, 1 in l2, 5 in l1)',
  alphaMax: "largest weight of the original's projection (0.1)",
  eta: 'overshoot (1.05)',
  beta: 'share of the change that is left after a success (0.9)',
};

/** Its row in the registry. */
export const fabMethod = methodOf(
  {
    name: 'fab',
    brief: 'fast adaptive boundary attack',
    kind: 'minimal',
    norms: ['linf', 'l2', 'l1'],
    knowledge: 'gradients',
    targeted: true,
    cost: '200 forward passes, 100 backward passes for each other class',
    paper: 'Croce and Hein 2020',
    own,
  },
  fab,
);

/** Its row in the registry. */
export const fabTMethod = methodOf(
  {
    name: 'fab-t',
    brief: 'fast adaptive boundary attack, led to the likeliest other classes in turn',
    kind: 'minimal',
    norms: ['linf', 'l2', 'l1'],
    knowledge: 'gradients',
    targeted: true,
    cost: '1800 forward and 900 backward passes',
    paper: 'Croce and Hein 2020',
    own: { ...own, targets: 'classes led to, by score (9)' },
  },
  fabT,
);
