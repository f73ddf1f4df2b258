/**
 * @file What every fixed-budget gradient attack shares: labels, random starts, restarts, the best adversarial picture on the way,
 * its 8-bit form, and the verification on the plain model. The attack itself is its step rule.
 */

import { distances, type Norm, project, quantizeWithin, withinBudget } from '../distance/ball.ts';
import type { Model, PlainPrediction } from '../model/model.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { stepSizeName } from '../search/ascent.ts';
import type { Problem, StepRule } from '../search/problem.ts';
import { programsOf } from '../search/programs.ts';
import { type Observation, type Sample, search } from '../search/search.ts';
import { checkOptions } from './check-options.ts';
import { type LossName, lossFor } from './loss.ts';
import { randomStart } from './random-start.ts';
import { AttackError, type AttackResult, describePrediction, type Prediction } from './result.ts';

/** Options that all gradient attacks understand. */
export interface GradientAttackOptions {
  readonly norm?: Norm;
  /** Radius of the ball, in pixels from 0 to 1: 8 / 255, not 8. */
  readonly epsilon: number;
  /** Class to lead to, one for all pictures or one each; away from the label unless given. */
  readonly target?: number | readonly number[];
  readonly loss?: LossName;
  readonly seed?: number;
  /** Runs from other random starts for pictures that still resist. */
  readonly restarts?: number;
  /** Pictures in one run. */
  readonly batch?: number;
  /** Go on after a success, to the end of the steps, and keep the adversarial picture of the highest loss. */
  readonly exhaust?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What an attack adds to what all share. */
export interface AttackDefinition {
  readonly name: string;
  readonly steps: number;
  readonly randomStart: boolean;
  readonly stepSize: (step: number) => number;
  /** Refuses the attack's own options. @throws AttackError */
  readonly check?: () => void;
  /** The rule, its own settings already in it; `key` tells these settings from others. */
  readonly rule: StepRule;
  readonly key: string;
}

/** An adversarial picture and its loss. */
interface Candidate {
  readonly x: Float32Array;
  readonly value: number;
}

/** One picture on its way. */
interface Task {
  readonly x0: Float32Array;
  readonly label: number;
  readonly target: number | undefined;
  readonly notes: Set<string>;
  misclassifiedBefore: boolean;
  /** The adversarial picture of the highest loss in float, and after rounding to 8 bits. */
  best: Candidate | undefined;
  best8: Candidate | undefined;
  forwards: number;
  backwards: number;
  restarts: number;
  zeroGradients: number;
}

/** Whether class scores fool: away from the label, or to the target. NaN never does. */
function isAdversarial(logits: Float32Array, { label, target }: Task): boolean {
  let best = 0;
  for (let k = 1; k < logits.length; k++) if (logits[k]! > logits[best]!) best = k;
  if (Number.isNaN(logits[best]!)) return false;
  return target === undefined ? best !== label : best === target;
}

/**
 * Runs an attack on pictures.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 */
export async function runGradientAttack(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: GradientAttackOptions,
  definition: AttackDefinition,
): Promise<AttackResult[]> {
  const {
    norm = 'linf',
    epsilon,
    loss: lossName = 'cross-entropy',
    seed = 0,
    restarts = 1,
    batch = 16,
    exhaust = false,
    signal,
    onProgress,
  } = options;
  checkOptions(model, images, labels, { ...options, norm, loss: lossName });
  definition.check?.();
  const before: PlainPrediction[] = [];
  for (const image of images) before.push(await model.predictPlain(image));
  before.forEach(({ scores }, i) => {
    if (scores.some((score) => Number.isNaN(score)))
      throw new AttackError(`The model answers NaN for picture ${i}; check its preprocessing.`);
  });
  const tasks = images.map((x0, i): Task => {
    const label = labels?.[i] ?? before[i]!.label;
    const target = typeof options.target === 'object' ? options.target[i] : options.target;
    const misclassifiedBefore = target === undefined ? before[i]!.label !== label : before[i]!.label === target;
    return {
      x0,
      label,
      target,
      misclassifiedBefore,
      notes: new Set(),
      best: undefined,
      best8: undefined,
      forwards: 1,
      backwards: 0,
      restarts: 0,
      zeroGradients: 0,
    };
  });

  const { loss, used, note } = lossFor(lossName, options.target !== undefined, model.classCount);
  const problem = attackProblem(model, norm, used, options.target !== undefined, loss, definition);
  const largest = Math.min(batch, model.maxBatch);
  for (let restart = 0; restart < restarts; restart++) {
    const open = tasks.filter((task) => !task.misclassifiedBefore && task.best8 === undefined);
    if (open.length === 0) break;
    const samples = open.map((task): Sample => {
      task.restarts++;
      const random = randomStream(seed, hashOf(task.x0), restart);
      const z = definition.randomStart || restart > 0 ? randomStart(norm, task.x0, epsilon, random) : task.x0;
      const fixed = {
        x0: task.x0,
        epsilon,
        label: oneHot(task.label, model.classCount),
        target: oneHot(task.target ?? task.label, model.classCount),
      };
      return { z, steps: definition.steps, data: (step) => ({ ...fixed, [stepSizeName]: definition.stepSize(step) }) };
    });
    const checker = eightBitChecker(model, problem, norm, epsilon, largest);
    await search(problem, samples, (observations) => observe(observations, open, exhaust, checker), {
      device: model.device,
      batch: largest,
      describe: model.describe,
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done) => onProgress?.(tasks.length - open.length + done, tasks.length),
    });
  }
  const results: AttackResult[] = [];
  for (const [i, task] of tasks.entries()) {
    if (note !== undefined) task.notes.add(note);
    results.push(await verify(model, task, describePrediction(before[i]!, model.className), { norm, epsilon, seed }));
  }
  return results;
}

function attackProblem(
  model: Model,
  norm: Norm,
  lossName: LossName,
  isTargeted: boolean,
  loss: ReturnType<typeof lossFor>['loss'],
  { rule, key }: AttackDefinition,
): Problem {
  const shape = [model.channels, model.height, model.width];
  const float = (size: readonly number[]) => ({ shape: size, dtype: 'float32' as const });
  return {
    key: `${model.key} ${key} ${norm} ${lossName} ${isTargeted ? 'targeted' : 'untargeted'}`,
    shape,
    data: {
      x0: float(shape),
      epsilon: float([]),
      label: float([model.classCount]),
      target: float([model.classCount]),
      [stepSizeName]: float([]),
    },
    objective: (x, data) => {
      const logits = model.logits(x);
      return { value: loss({ logits, label: data.label!, target: data.target! }), outputs: { logits } };
    },
    rule,
    project: (z, data) => project(norm, z, data.x0!, data.epsilon!),
  };
}

function oneHot(label: number, count: number): Float32Array {
  const row = new Float32Array(count);
  row[label] = 1;
  return row;
}

/** Rounds candidates to 8 bits inside the ball and asks the network again, in batches. */
type EightBitCheck = (
  candidates: readonly { readonly task: Task; readonly x: Float32Array }[],
) => Promise<(Float32Array | undefined)[]>;

function eightBitChecker(model: Model, problem: Problem, norm: Norm, epsilon: number, largest: number): EightBitCheck {
  const shape = [model.channels, model.height, model.width];
  const size = shape.reduce((product, n) => product * n, 1);
  const { look } = programsOf(problem, model.device);
  return async (candidates) => {
    const found: (Float32Array | undefined)[] = [];
    for (let at = 0; at < candidates.length; ) {
      const count = Math.min(largest, 2 ** Math.floor(Math.log2(candidates.length - at)));
      const chunk = candidates.slice(at, at + count);
      at += count;
      const rounded = chunk.map(({ task, x }) => quantizeWithin(norm, x, task.x0, epsilon));
      const z = new Float32Array(count * size);
      rounded.forEach((x, i) => {
        z.set(x, i * size);
      });
      const program = await look(count);
      const rows = (pick: (task: Task) => Float32Array) =>
        Float32Array.from(chunk.flatMap(({ task }) => Array.from(pick(task))));
      const results = await program.run({
        z,
        x0: rows((task) => task.x0),
        epsilon: new Float32Array(count).fill(epsilon),
        [stepSizeName]: new Float32Array(count),
        label: rows((task) => oneHot(task.label, model.classCount)),
        target: rows((task) => oneHot(task.target ?? task.label, model.classCount)),
      });
      const logits = results.logits!.data as Float32Array;
      chunk.forEach(({ task }, i) => {
        task.forwards++;
        const x = rounded[i]!;
        const fools = isAdversarial(logits.subarray(i * model.classCount, (i + 1) * model.classCount), task);
        found.push(fools && withinBudget(distances(x, task.x0)[norm], epsilon) ? x : undefined);
      });
    }
    return found;
  };
}

async function observe(
  observations: readonly Observation[],
  open: readonly Task[],
  exhaust: boolean,
  check: EightBitCheck,
): Promise<boolean[]> {
  const candidates = observations.flatMap((seen) => {
    const task = open[seen.sample]!;
    task.forwards++;
    if (seen.gradientNorm !== undefined) {
      task.backwards++;
      if (seen.gradientNorm === 0) task.zeroGradients++;
      if (Number.isNaN(seen.gradientNorm)) task.notes.add('The gradient became NaN.');
    }
    if (isAdversarial(seen.outputs.logits!, task) && !(task.best !== undefined && seen.value <= task.best.value))
      task.best = { x: seen.z, value: seen.value };
    // The first adversarial picture is rounded at once, a better one at the end of the path, where it is known.
    const due =
      task.best8 === undefined
        ? task.best?.x === seen.z
        : seen.gradientNorm === undefined && task.best !== undefined && task.best.value > task.best8.value;
    return due ? [{ task, ...task.best! }] : [];
  });
  const rounded = await check(candidates);
  candidates.forEach(({ task, value }, i) => {
    const x = rounded[i];
    if (x !== undefined) task.best8 = { x, value };
  });
  return observations.map(({ sample }) => !exhaust && open[sample]!.best8 !== undefined);
}

/** The outcome as the model's own file sees it: in float, and rounded to 8 bits. */
async function verify(
  model: Model,
  task: Task,
  before: Prediction,
  { norm, epsilon, seed }: { readonly norm: Norm; readonly epsilon: number; readonly seed: number },
): Promise<AttackResult> {
  const { x0, label, target } = task;
  const x = task.best8?.x ?? task.best?.x ?? x0;
  const rounded = task.best8 === undefined ? quantizeWithin(norm, x, x0, epsilon) : x;
  const x8 = rounded.every((value, i) => value === x[i]) ? x : rounded;
  const fools = (picture: Float32Array, answer: Prediction) =>
    (target === undefined ? answer.label !== label : answer.label === target) &&
    withinBudget(distances(picture, x0)[norm], epsilon);
  const after = task.best === undefined ? before : describePrediction(await model.predictPlain(x), model.className);
  const after8 = x8 === x ? after : describePrediction(await model.predictPlain(x8), model.className);
  task.forwards += Number(task.best !== undefined) + Number(x8 !== x);
  const success8 = fools(x8, after8);
  const success = success8 || fools(x, after);
  const adversarial = success8 ? x8 : success ? x : x0;
  const notes = [...task.notes];
  if (task.best !== undefined && !success)
    notes.push('The derived graph was fooled, the plain model is not: the scores are too close to tell.');
  if (task.zeroGradients > 0)
    notes.push(`The gradient was exactly zero at ${task.zeroGradients} of ${task.backwards} points: it may be masked.`);
  if (task.misclassifiedBefore)
    notes.push(
      target === undefined
        ? 'The model was wrong before the attack.'
        : 'The model answered the target before the attack.',
    );
  return {
    success,
    success8,
    adversarial,
    original: x0,
    distances: distances(adversarial, x0),
    label,
    target,
    misclassifiedBefore: task.misclassifiedBefore,
    before,
    after: success8 ? after8 : success ? after : before,
    after8: success ? after8 : before,
    norm,
    epsilon,
    forwards: task.forwards,
    backwards: task.backwards,
    restarts: task.restarts,
    seed,
    device: model.device.description,
    notes,
  };
}
