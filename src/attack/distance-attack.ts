/**
 * @file The smallest change under any distance, or one within a budget: an augmented Lagrangian search (Rony et al. 2021, "Augmented
 * Lagrangian adversarial attacks", Algorithm 1) whose multipliers belong to each picture, followed by a bisection towards the original.
 * It departs from the paper in three points: the distance is divided by that of a faint noise, so that one step size serves all
 * distances; the change may go through a map of colours, a flow or a rotation; further distances may be bounded beside the one that is
 * made small.
 */

import { type Distances, distances } from '../distance/ball.ts';
import type { Distance } from '../distance/distance.ts';
import { quantize8 } from '../image/image.ts';
import type { Model, PlainPrediction } from '../model/model.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { type Observation, type Sample, search } from '../search/search.ts';
import { sizeOf } from '../tensor/shape.ts';
import { checkCount, checkPictures } from './check-options.ts';
import { compileJudges, type DistanceProblem, type Judges, searchProblem, squareDecay } from './distance-problem.ts';
import { afterWindow, firstMultiplier, type Multiplier, updatedMultiplier } from './lagrangian.ts';
import { type ChangeName, changes } from './parameterisation.ts';
import { AttackError, describePrediction, type Prediction } from './result.ts';

/** A bound on a distance. */
export interface DistanceBound {
  readonly distance: Distance;
  /** Largest `distance.distance(x, x0)` that is allowed. */
  readonly budget: number;
}

/** Options of `distanceAttack`. */
export interface DistanceAttackOptions {
  /** What is made small. */
  readonly distance: Distance;
  /** Stop at the first picture within this distance that fools; the smallest distance is searched unless given. */
  readonly budget?: number;
  /** Further distances that must stay within their bounds. */
  readonly bounds?: readonly DistanceBound[];
  /** How the picture is changed: pixel by pixel unless said otherwise. */
  readonly change?: ChangeName;
  /** 1 where the picture may change and 0 where not, [H, W]; everywhere unless given. */
  readonly mask?: Float32Array;
  /** Class to lead to, one for all or one each; away from the label unless given. */
  readonly target?: number | readonly number[];
  /** Gradient steps; 300 unless given. */
  readonly steps?: number;
  readonly seed?: number;
  /** Pictures in one run; 16 unless given. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A picture that fools and what it costs. */
export interface FoolingPicture {
  /** [C, H, W] in [0, 1]. */
  readonly x: Float32Array;
  /** `distance.distance` of the distance made small and of the bounded ones, by name. */
  readonly measured: Readonly<Record<string, number>>;
  readonly lp: Distances;
  /** What the plain model says of it. */
  readonly prediction: Prediction;
}

/** The outcome for one picture. A picture is only here if the plain model is fooled by it and all bounds hold. */
export interface DistanceAttackResult {
  /** In float; undefined where the attack found nothing. */
  readonly adversarial: FoolingPicture | undefined;
  /** Rounded to 8 bits, as a PNG holds it. */
  readonly adversarial8: FoolingPicture | undefined;
  readonly original: Float32Array;
  readonly label: number;
  readonly target: number | undefined;
  /** The model was wrong (or answered the target) before anything was changed. */
  readonly misclassifiedBefore: boolean;
  readonly before: Prediction;
  readonly forwards: number;
  readonly backwards: number;
  readonly seed: number;
  readonly device: string;
  readonly notes: readonly string[];
}

/** Rounding of float32 by which a bounded distance may exceed its budget. */
const slack = 1e-5;

/** Steps between looks at whether a constraint comes nearer. */
const windowSteps = 10;

/** Noise by whose distance distances are divided, and the share of it that a search starts with. */
const [referenceNoise, startShare] = [8 / 255, 0.1];

/** Halvings of the interval between the original and the picture found. */
const bisections = 12;

/** One picture on its way. */
interface Task {
  readonly x0: Float32Array;
  readonly label: number;
  readonly target: number | undefined;
  readonly before: PlainPrediction;
  readonly misclassifiedBefore: boolean;
  readonly scale: number;
  multipliers: readonly Multiplier[];
  /** Constraints at the start of the window, and whether each held since. */
  windowStart: readonly number[];
  held: readonly boolean[];
  /** Step at which the model was first fooled within all bounds. */
  foundAt: number | undefined;
  best: { readonly z: Float32Array; readonly distance: number } | undefined;
  forwards: number;
  backwards: number;
}

/**
 * Finds, for each picture, the adversarial one of the smallest distance, or one within a budget.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range; DistanceError if a distance is not defined for the model's size
 * @example
 * const [result] = await distanceAttack(model, [pixels], undefined, { distance: ssim });
 * console.log(result.adversarial8?.measured.ssim);
 */
export async function distanceAttack(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: DistanceAttackOptions,
): Promise<DistanceAttackResult[]> {
  const { distance, bounds = [], steps = 300, seed = 0, batch = 16, signal, onProgress } = options;
  checkAttack(model, images, labels, options);
  const mask = options.mask ?? new Float32Array(model.height * model.width).fill(1);
  const isTargeted = options.target !== undefined;
  const problem: DistanceProblem = { model, distance, bounds, change: changes[options.change ?? 'pixels'], isTargeted };
  const judges = await compileJudges(problem);
  const tasks: Task[] = [];
  for (const [i, x0] of images.entries()) tasks.push(await taskOf(model, judges, x0, i, labels, options));
  const open = tasks.filter(({ misclassifiedBefore }) => !misclassifiedBefore);
  const { change } = problem;
  const length = sizeOf(change.shape([model.channels, model.height, model.width]));
  const samples = open.map((task): Sample => {
    const random = randomStream(seed, hashOf(task.x0));
    const wanted = new Float32Array(model.classCount);
    wanted[task.target ?? task.label] = 1;
    const fixed = { x0: task.x0, mask, wanted, scale: task.scale };
    return {
      // At the original itself many distances have no slope: the search starts beside it.
      z: Float32Array.from({ length }, () => startShare * change.stepSize * (2 * random.uniform() - 1)),
      steps,
      data: (step) => ({
        ...fixed,
        mu: task.multipliers.map(({ mu }) => mu),
        rho: task.multipliers.map(({ rho }) => rho),
        'step size': change.stepSize * stepFactor(task.foundAt, step, steps),
        correction: 1 - squareDecay ** (step + 1),
      }),
    };
  });
  await search(
    searchProblem(problem),
    samples,
    (seen) => seen.map((one) => observe(one, open[one.sample]!, options.budget)),
    {
      device: model.device,
      batch: Math.max(1, Math.min(batch, model.maxBatch)),
      describe: model.describe,
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done) => onProgress?.(tasks.length - open.length + done, tasks.length),
    },
  );
  const results: DistanceAttackResult[] = [];
  for (const task of tasks) {
    signal?.throwIfAborted();
    results.push(await finish(problem, judges, task, mask, options));
  }
  return results;
}

function checkAttack(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  { budget, bounds = [], mask, target, steps = 300, seed = 0, batch = 16 }: DistanceAttackOptions,
): void {
  checkPictures(model, images, labels, target);
  checkCount('Steps', steps, 1);
  checkCount('Batch', batch, 1);
  checkCount('Seed', seed, 0);
  for (const value of [...(budget === undefined ? [] : [budget]), ...bounds.map((bound) => bound.budget)]) {
    if (!(value > 0)) throw new AttackError(`A budget must be a positive number, got ${value}.`);
  }
  if (mask !== undefined && mask.length !== model.height * model.width) {
    throw new AttackError(`The mask has ${mask.length} values; pictures have ${model.height} x ${model.width} pixels.`);
  }
  if (mask?.every((value) => value === 0)) throw new AttackError('The mask leaves no pixel to change.');
}

/** Full steps until the model is first fooled, then down to a hundredth at the end. */
function stepFactor(foundAt: number | undefined, step: number, steps: number): number {
  return foundAt === undefined ? 1 : 0.01 ** ((step - foundAt) / Math.max(1, steps - foundAt));
}

async function taskOf(
  model: Model,
  judges: Judges,
  x0: Float32Array,
  i: number,
  labels: readonly number[] | undefined,
  { target: targets, bounds = [], seed = 0 }: DistanceAttackOptions,
): Promise<Task> {
  const before = await model.predictPlain(x0);
  if (before.scores.some((score) => Number.isNaN(score)))
    throw new AttackError(`The model answers NaN for picture ${i}; check its preprocessing.`);
  const label = labels?.[i] ?? before.label;
  const target = typeof targets === 'object' ? targets[i] : targets;
  const random = randomStream(seed, hashOf(x0), 1);
  const noisy = x0.map((value) => Math.min(1, Math.max(0, value + referenceNoise * (2 * random.uniform() - 1))));
  const { measured } = await judges.judge({ x: noisy, x0 });
  return {
    x0,
    label,
    target,
    before,
    misclassifiedBefore: target === undefined ? before.label !== label : before.label === target,
    scale: Math.max(measured[0]!, 1e-12),
    multipliers: [firstMultiplier, ...bounds.map(() => firstMultiplier)],
    windowStart: [],
    held: [],
    foundAt: undefined,
    best: undefined,
    forwards: 2,
    backwards: 0,
  };
}

/** Whether class scores fool. NaN never does. */
function fools(scores: ArrayLike<number>, { label, target }: { label: number; target: number | undefined }): boolean {
  let best = 0;
  for (let k = 1; k < scores.length; k++) if (scores[k]! > scores[best]!) best = k;
  if (Number.isNaN(scores[best]!)) return false;
  return target === undefined ? best !== label : best === target;
}

/** Takes in what a step saw of a picture; says whether it is done. */
function observe({ step, z, gradientNorm, outputs }: Observation, task: Task, budget: number | undefined): boolean {
  task.forwards++;
  if (gradientNorm !== undefined) task.backwards++;
  const constraints = Array.from(outputs.constraints!);
  const distance = outputs.distance![0]!;
  const isFooling = fools(outputs.logits!, task) && constraints.slice(1).every((y) => y <= slack);
  if (isFooling) {
    task.foundAt ??= step;
    if (task.best === undefined || distance < task.best.distance) task.best = { z, distance };
  }
  task.held = constraints.map((y, k) => (task.held[k] ?? false) || y <= 0);
  task.multipliers = task.multipliers.map((multiplier, k) => updatedMultiplier(multiplier, constraints[k]!));
  if (step % windowSteps === 0) {
    const start = task.windowStart;
    if (start.length > 0) {
      task.multipliers = task.multipliers.map((multiplier, k) =>
        afterWindow(multiplier, start[k]!, constraints[k]!, task.held[k]!),
      );
    }
    task.windowStart = constraints;
    task.held = constraints.map((y) => y <= 0);
  }
  // A little inside the budget, which rounding to 8 bits uses up.
  return budget !== undefined && task.best !== undefined && task.best.distance <= 0.9 * budget;
}

/** The picture found, moved towards the original while it fools, then rounded, each judged by the plain model. */
async function finish(
  problem: DistanceProblem,
  judges: Judges,
  task: Task,
  mask: Float32Array,
  options: DistanceAttackOptions,
): Promise<DistanceAttackResult> {
  const { model } = problem;
  const notes: string[] = [];
  const { x0, best } = task;
  let adversarial: FoolingPicture | undefined;
  let adversarial8: FoolingPicture | undefined;
  if (best !== undefined) {
    const at = async (t: number) => judges.change({ z: best.z.map((value) => t * value), x0, mask });
    let [low, high] = [0, 1];
    for (let i = 0; i < bisections; i++) {
      const middle = (low + high) / 2;
      if ((await accepted(problem, judges, task, await at(middle), options)) !== undefined) high = middle;
      else low = middle;
    }
    // The plain model may differ in the last bits: step back from the edge until it agrees.
    for (let share = 0; share <= 1 && adversarial === undefined; share = share === 0 ? 1 / 64 : 2 * share) {
      adversarial = await verified(problem, judges, task, await at(high + share * (1 - high)), options);
    }
    for (let share = 0; share <= 1 && adversarial8 === undefined; share = share === 0 ? 1 / 64 : 2 * share) {
      const x8 = quantize8(await at(high + share * (1 - high)));
      adversarial8 = await verified(problem, judges, task, x8, options);
    }
    if (adversarial === undefined) notes.push('The derived graph was fooled, the plain model is not.');
    else if (adversarial8 === undefined) notes.push('Rounded to 8 bits the picture does not fool within the bounds.');
  }
  if (task.misclassifiedBefore) {
    notes.push(
      task.target === undefined
        ? 'The model was wrong before the attack.'
        : 'The model answered the target before the attack.',
    );
  }
  return {
    adversarial,
    adversarial8,
    original: x0,
    label: task.label,
    target: task.target,
    misclassifiedBefore: task.misclassifiedBefore,
    before: describePrediction(task.before, model.className),
    forwards: task.forwards,
    backwards: task.backwards,
    seed: options.seed ?? 0,
    device: model.device.description,
    notes,
  };
}

/** The distances of x by name, where the derived model is fooled and every bound holds. */
async function accepted(
  { distance, bounds }: DistanceProblem,
  judges: Judges,
  task: Task,
  x: Float32Array,
  { budget = Number.POSITIVE_INFINITY }: DistanceAttackOptions,
): Promise<Readonly<Record<string, number>> | undefined> {
  task.forwards++;
  const { logits, measured } = await judges.judge({ x, x0: task.x0 });
  const limits = [budget, ...bounds.map((bound) => bound.budget)];
  if (!fools(logits, task) || measured.some((value, k) => !(value <= limits[k]! * (1 + slack)))) return undefined;
  const all = [distance, ...bounds.map((bound) => bound.distance)];
  return Object.fromEntries(all.map(({ name }, k) => [name, measured[k]!]));
}

async function verified(
  problem: DistanceProblem,
  judges: Judges,
  task: Task,
  x: Float32Array,
  options: DistanceAttackOptions,
): Promise<FoolingPicture | undefined> {
  const measured = await accepted(problem, judges, task, x, options);
  if (measured === undefined) return undefined;
  task.forwards++;
  const plain = await problem.model.predictPlain(x);
  if (!fools(plain.scores, task)) return undefined;
  return {
    x,
    measured,
    lp: distances(x, task.x0),
    prediction: describePrediction(plain, problem.model.className),
  };
}
