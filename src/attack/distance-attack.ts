/**
 * @file The smallest change under any distance, or one within a budget: augmented Lagrangian searches from several starts, one of them the
 * smallest change in l2, so that no result is worse than that one; then a bisection towards the original. The change may go pixel by
 * pixel, through a map of colours, by a flow or as a whole.
 */

import type { Distance } from '../distance/distance.ts';
import { l2 } from '../distance/lp.ts';
import type { Model } from '../model/model.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { sizeOf } from '../tensor/shape.ts';
import { isFooled } from './attack-options.ts';
import { checkDistanceOptions, checkLimits } from './check-distance-options.ts';
import { answer, type Criterion, type Judge, judgeOf } from './criterion.ts';
import type { DistanceProblem } from './distance-problem.ts';
import { type Bench, distanceResult, foolsRounded } from './distance-result.ts';
import { type DistanceSearchOptions, distanceSearch, type Start } from './distance-search.ts';
import { type Candidate, isBetter, type Task } from './distance-task.ts';
import { compileJudges, type Judges } from './judges.ts';
import { type ChangeName, changes } from './parameterisation.ts';
import { AttackError, type DistanceAttackResult } from './result.ts';

/** A bound on a distance. */
export interface DistanceBound {
  readonly distance: Distance;
  /** Largest `distance.distance(x, x0)` that is allowed. */
  readonly budget: number;
}

/** Options of `distanceAttack`. */
export interface DistanceAttackOptions {
  /** What is made small, or bounded by `budget`. */
  readonly distance: Distance;
  /** Look for a picture within this distance and stop at the first; the smallest distance is searched unless given. */
  readonly budget?: number;
  /** Further distances that must stay within their bounds. */
  readonly bounds?: readonly DistanceBound[];
  /** How the picture is changed: pixel by pixel unless said otherwise. */
  readonly change?: ChangeName;
  /** 1 where the picture may change and 0 where not, [H, W]; everywhere unless given. */
  readonly mask?: Float32Array;
  /** Class to lead to, one for all or one each; away from the label unless given. */
  readonly target?: number | readonly number[];
  /** When a picture counts as adversarial; when the answer is another, or the target, unless given. */
  readonly criterion?: Criterion;
  /** Gradient steps of each search; 300 unless given. */
  readonly steps?: number;
  readonly seed?: number;
  /** Pictures in one run; 16 unless given. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Noise by whose distance distances are divided, and the share of a step that a search starts with. */
const [referenceNoise, startShare] = [8 / 255, 0.1];

/** Starts all over the parameters of a change that has few. */
const spreadStarts = 15;

/** Distances that count are divided by the number of parameters over this. */
const countShare = 32;

/** First step of a search from what another found, in units of that change's root mean square. */
const refiningShare = 0.3;

/**
 * Finds, for each picture, the adversarial one of the smallest distance, or one within a budget. The smallest is never larger, by the
 * same distance, than what the attack finds for l2.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range; DistanceError if a distance is not defined for the model's size
 * (`enlarged` makes it so); NoGradientError if the model has ops without a gradient
 * @example
 * import { distanceAttack, distanceNamed, loadModel } from 'pareidolia';
 * await using model = await loadModel('zoo:shapes-standard');
 * const grey = new Float32Array(3 * 32 * 32).fill(0.5);
 * const [result] = await distanceAttack(model, [grey], undefined, { distance: distanceNamed('ssim') });
 * console.log(result.before.name, 'becomes', result.after8.name, 'at', result.measured8);
 */
export async function distanceAttack(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: DistanceAttackOptions,
): Promise<DistanceAttackResult[]> {
  const { distance, budget, bounds = [], steps = 300, seed = 0, batch = 16, signal, onProgress } = options;
  checkDistanceOptions(model, images, labels, options);
  const mask = options.mask ?? new Float32Array(model.height * model.width).fill(1);
  const problem: DistanceProblem = {
    model,
    main: { distance, limit: budget ?? Number.POSITIVE_INFINITY },
    bounds: bounds.map((bound) => ({ distance: bound.distance, limit: bound.budget })),
    change: changes[options.change ?? 'pixels'],
    isTargeted: options.target !== undefined,
    criterion: options.criterion ?? answer,
  };
  const bench: Bench = { problem, judges: await compileJudges(problem), mask, seed };
  if (images[0] !== undefined) await checkLimits(problem, bench.judges, images[0]);
  const judge = await judgeOf(problem.criterion, model.classCount, problem.isTargeted);
  const tasks: Task[] = [];
  for (const [i, x0] of images.entries()) tasks.push(await taskOf(model, x0, i, labels, options, judge));
  let open = tasks.filter(({ misclassifiedBefore }) => !misclassifiedBefore);
  const searches = (budget === undefined ? 0 : 1) + (distance.name === l2.name ? 0 : 1) + 1;
  let searched = 0;
  const run = async (
    asked: DistanceProblem,
    starts: readonly Start[],
    isEnough?: DistanceSearchOptions['isEnough'],
  ) => {
    const satisfied = await distanceSearch(asked, starts, {
      steps,
      batch: Math.max(1, Math.min(batch, model.maxBatch)),
      mask,
      keepsPath: asked.main.distance === distance,
      ...(isEnough === undefined ? {} : { isEnough }),
      signal,
      onProgress: (done) => {
        const share = (searched + done / Math.max(1, starts.length)) / searches;
        onProgress?.(tasks.length - open.length + Math.floor(share * open.length), tasks.length);
      },
    });
    searched++;
    return satisfied;
  };
  if (budget !== undefined) {
    const starts = await startsBeside(problem, bench.judges, open, seed);
    const satisfied = await run(problem, starts, (...found) => foolsRounded(bench, ...found));
    open = open.filter((task) => !satisfied.has(task));
  }
  // Where nothing was found within the budget, the smallest change may still be.
  const minimal = (one: Distance): DistanceProblem => ({
    ...problem,
    main: { distance: one, limit: Number.POSITIVE_INFINITY },
  });
  const own = await startsBeside(minimal(distance), bench.judges, open, seed);
  if (distance.name !== l2.name) {
    const judges = await compileJudges(minimal(l2));
    const before = new Map(open.map((task) => [task, task.candidates.length]));
    await run(minimal(l2), await startsBeside(minimal(l2), judges, open, seed));
    const first = new Map(own.map((start) => [start.task, start]));
    own.push(...open.flatMap((task) => refiningStart(first.get(task)!, task.candidates.slice(before.get(task)))));
  }
  await run(minimal(distance), own);
  const results: DistanceAttackResult[] = [];
  for (const task of tasks) {
    signal?.throwIfAborted();
    results.push(await distanceResult(bench, task));
  }
  onProgress?.(tasks.length, tasks.length);
  return results;
}

async function taskOf(
  model: Model,
  x0: Float32Array,
  i: number,
  labels: readonly number[] | undefined,
  { target: targets }: DistanceAttackOptions,
  judge: Judge,
): Promise<Task> {
  const before = await model.predictPlain(x0);
  if (before.scores.some((score) => Number.isNaN(score)))
    throw new AttackError(`The model answers NaN for picture ${i}; check its preprocessing.`);
  const label = labels?.[i] ?? before.label;
  const target = typeof targets === 'object' ? targets[i] : targets;
  const misclassifiedBefore = await isFooled(before, { label, target }, model, judge);
  const counts = { forwards: 1, backwards: 0 };
  return {
    x0,
    label,
    target,
    judge,
    before,
    misclassifiedBefore,
    notes: new Set(),
    candidates: [],
    path: [],
    ...counts,
  };
}

/** Starts beside the originals, where many distances have no slope. A picture's own values and the seed decide its noise. */
async function startsBeside(
  { model, main, change }: DistanceProblem,
  judges: Judges,
  tasks: readonly Task[],
  seed: number,
): Promise<Start[]> {
  const length = sizeOf(change.shape([model.channels, model.height, model.width]));
  const starts: Start[] = [];
  for (const task of tasks) {
    const { x0 } = task;
    const random = randomStream(seed, hashOf(x0), 1);
    const noisy = x0.map((value) => Math.min(1, Math.max(0, value + referenceNoise * (2 * random.uniform() - 1))));
    const { measured } = await judges.judge({ x: noisy, x0 });
    task.forwards++;
    const scale = main.distance.counts === undefined ? Math.max(measured[0]!, 1e-12) : length / countShare;
    const noise = randomStream(seed, hashOf(x0));
    const beside = Float32Array.from({ length }, () => startShare * change.stepSize * (2 * noise.uniform() - 1));
    const spread = Array.from({ length: change.reach === undefined ? 0 : spreadStarts }, () =>
      Float32Array.from(change.reach!, (largest) => largest * (2 * noise.uniform() - 1)),
    );
    for (const z of [beside, ...spread]) starts.push({ task, z, stepSize: change.stepSize, scale });
  }
  return starts;
}

/** A start from the best of some changes, which one distance measured, with steps that fit its size; none where there are none. */
function refiningStart(start: Start, found: readonly Candidate[]): Start[] {
  const best = found.reduce<Candidate | undefined>((a, b) => (isBetter(b, a) ? b : a), undefined);
  if (best === undefined) return [];
  const { z } = best;
  const meanSquare = z.reduce((sum, value) => sum + value * value, 0) / z.length;
  return [{ ...start, z, stepSize: Math.min(start.stepSize, refiningShare * Math.sqrt(meanSquare)) }];
}
