/**
 * @file What every fixed-budget gradient attack shares: labels, random starts, restarts, the best adversarial picture on the way,
 * its 8-bit form, and the verification on the plain model. The attack itself is its step rule.
 */

import { distances, type Norm, project, quantizeWithin, withinBudget } from '../distance/ball.ts';
import type { Model } from '../model/model.ts';
import { stepSizeName } from '../search/ascent.ts';
import type { Problem, StepRule } from '../search/problem.ts';
import { type Observation, type Sample, search } from '../search/search.ts';
import { greater, where } from '../tensor/ops/compare.ts';
import { type AttackOptions, startTrials } from './attack-options.ts';
import { type Ball, type BudgetFindings, budgetResult } from './budget-attack.ts';
import { checkOptions } from './check-options.ts';
import { answer, type Criterion, type Judge, oneHot } from './criterion.ts';
import { drawnNumbers, drawnSpecs, type Expectation, expectationKey, expected } from './expectation.ts';
import { type Loss, type LossName, lossFor } from './loss.ts';
import { randomStart } from './random-start.ts';
import type { AttackResult } from './result.ts';
import { alongSubspace, projectWithin, type Subspace, shareOutside, startWithin } from './subspace.ts';
import { allowed, type Trial } from './trial.ts';

/** Options that all gradient attacks understand. */
export interface GradientAttackOptions extends AttackOptions {
  readonly norm?: Norm;
  /** Radius of the ball, in pixels from 0 to 1: 8 / 255, not 8. */
  readonly epsilon: number;
  readonly loss?: LossName;
  /** Runs from other random starts for pictures that still resist. */
  readonly restarts?: number;
  /**
   * Go on after a success, to the end of the steps, and keep the adversarial picture of the highest loss; off unless there is an
   * expectation, over which the loss is a mean then.
   */
  readonly exhaust?: boolean;
  /** Where changes must lie besides, such as a band of frequencies (`bandSubspace`); anywhere unless given. Results say how far they do. */
  readonly subspace?: Subspace;
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
    exhaust = options.expectation !== undefined,
    criterion = answer,
    expectation,
    subspace,
    signal,
    onProgress,
  } = options;
  checkOptions(model, images, labels, { ...options, norm, loss: lossName });
  definition.check?.();
  const { trials, judge } = await startTrials(model, images, labels, options);
  const tasks = trials.map((trial): Task => ({ trial, best: undefined, best8: undefined, restarts: 0 }));
  const isTargeted = options.target !== undefined;
  const { loss, used, note } = lossFor(lossName, isTargeted, model.classCount);
  const problem = attackProblem(model, definition, {
    norm,
    loss,
    lossName: used,
    isTargeted,
    criterion,
    expectation,
    isMasked: options.mask !== undefined,
    subspace,
  });
  const largest = Math.min(batch, model.maxBatch);
  const ball: Ball = { norm, epsilon };
  for (let restart = 0; restart < restarts; restart++) {
    const open = tasks.filter(({ trial, best8 }) => !trial.misclassifiedBefore && best8 === undefined);
    if (open.length === 0) break;
    const samples = open.map((task): Sample => {
      const { trial } = task;
      const { x0, mask } = trial;
      const isRandom = definition.randomStart || restart > 0;
      const fixed = {
        x0,
        epsilon,
        label: oneHot(trial.label, model.classCount),
        target: oneHot(trial.target ?? trial.label, model.classCount),
        ...(mask === undefined ? {} : { mask }),
      };
      task.restarts++;
      return {
        z: isRandom ? startOf(task, restart) : x0,
        steps: definition.steps,
        data: (step) => ({
          ...fixed,
          [stepSizeName]: definition.stepSize(step),
          ...drawnNumbers(expectation, (draw) => trial.random(restart, step, draw)),
        }),
      };
    });
    const check = eightBitChecker(model, judge, ball, largest);
    await search(problem, samples, (seen) => observe(seen, open, { ball, exhaust, check, expectation }), {
      device: model.device,
      batch: largest,
      describe: model.describe,
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done) => onProgress?.(tasks.length - open.length + done, tasks.length),
    });
  }
  function startOf({ trial }: Task, restart: number): Float32Array {
    const { x0, shape } = trial;
    const random = trial.random(restart);
    if (subspace !== undefined) return startWithin(subspace, norm, x0, epsilon, random, shape);
    return allowed(randomStart(norm, x0, epsilon, random), trial);
  }
  const results: AttackResult[] = [];
  for (const task of tasks) {
    const { trial } = task;
    if (note !== undefined) trial.notes.add(note);
    if (trial.backwards > 0) for (const said of model.gradientNotes) trial.notes.add(said);
    const found = await budgetResult(model, trial, task, ball, judge, {
      seed,
      method: definition.name,
      restarts: task.restarts,
    });
    results.push(subspace === undefined ? found : withOutside(found, subspace, task));
  }
  return results;
}

/** How far what was found keeps to the subspace. */
function withOutside(found: AttackResult, subspace: Subspace, { trial, best }: Task): AttackResult {
  const { x0, shape } = trial;
  return {
    ...found,
    subspace: {
      name: subspace.name,
      outside: shareOutside(subspace, best?.x ?? x0, x0, shape),
      outsideRounded: shareOutside(subspace, found.adversarial, x0, shape),
    },
  };
}

/** A picture on its way, with what was found for it. Pictures are ranked by the loss. */
interface Task extends BudgetFindings {
  readonly trial: Trial;
  restarts: number;
}

/** What tells one attack problem from another. */
interface ProblemSettings {
  readonly norm: Norm;
  readonly loss: Loss;
  readonly lossName: LossName;
  readonly isTargeted: boolean;
  readonly criterion: Criterion;
  readonly expectation: Expectation | undefined;
  readonly isMasked: boolean;
  readonly subspace: Subspace | undefined;
}

function attackProblem(model: Model, { rule, key }: AttackDefinition, settings: ProblemSettings): Problem {
  const { norm, loss, lossName, isTargeted, criterion, expectation, isMasked, subspace } = settings;
  const shape = [model.channels, model.height, model.width];
  const float = (size: readonly number[]) => ({ shape: size, dtype: 'float32' as const });
  const led = isTargeted ? 'targeted' : 'untargeted';
  const under = `${criterion.name}${expectationKey(expectation)}${isMasked ? ' masked' : ''}${subspace === undefined ? '' : ` within ${subspace.name}`}`;
  return {
    key: `${model.key} ${key} ${norm} ${lossName} ${led} ${under}`,
    shape,
    data: {
      x0: float(shape),
      epsilon: float([]),
      label: float([model.classCount]),
      target: float([model.classCount]),
      [stepSizeName]: float([]),
      ...(isMasked ? { mask: float(shape) } : {}),
      ...drawnSpecs(expectation),
    },
    ...(isMasked ? { parameterise: (z, { mask, x0 }) => where(greater(mask!, 0), z, x0!) } : {}),
    objective: (x, data) => {
      const classes = { label: data.label!, target: data.target! };
      const logits = model.logits(x);
      const value =
        expectation === undefined
          ? loss({ logits, ...classes })
          : expected(expectation, x, data, (changed) => loss({ logits: model.logits(changed), ...classes }));
      return { value, outputs: { excess: criterion.excess({ logits, ...classes }, isTargeted) } };
    },
    rule: subspace === undefined ? rule : alongSubspace(subspace, rule),
    project: (z, { x0, epsilon }) =>
      subspace === undefined ? project(norm, z, x0!, epsilon!) : projectWithin(subspace, norm, z, x0!, epsilon!),
  };
}

/** Rounds candidates to 8 bits inside the ball and asks the network again, in batches. */
type EightBitCheck = (
  candidates: readonly { readonly trial: Trial; readonly x: Float32Array }[],
) => Promise<(Float32Array | undefined)[]>;

function eightBitChecker(model: Model, judge: Judge, { norm, epsilon }: Ball, largest: number): EightBitCheck {
  const size = model.channels * model.height * model.width;
  return async (candidates) => {
    const found: (Float32Array | undefined)[] = [];
    for (let at = 0; at < candidates.length; ) {
      const count = Math.min(largest, 2 ** Math.floor(Math.log2(candidates.length - at)));
      const chunk = candidates.slice(at, at + count);
      at += count;
      const rounded = chunk.map(({ trial, x }) => quantizeWithin(norm, x, trial.x0, epsilon));
      const pictures = new Float32Array(count * size);
      for (const [i, x] of rounded.entries()) pictures.set(x, i * size);
      const scores = await model.predict(pictures, count);
      for (const [i, { trial }] of chunk.entries()) {
        trial.forwards++;
        const own = scores.subarray(i * model.classCount, (i + 1) * model.classCount);
        const fools = (await judge(own, trial.label, trial.target)) > 0;
        found.push(fools && withinBudget(distances(rounded[i]!, trial.x0)[norm], epsilon) ? rounded[i] : undefined);
      }
    }
    return found;
  };
}

async function observe(
  observations: readonly Observation[],
  open: readonly Task[],
  settings: {
    readonly ball: Ball;
    readonly exhaust: boolean;
    readonly check: EightBitCheck;
    readonly expectation: Expectation | undefined;
  },
): Promise<boolean[]> {
  const passes = settings.expectation?.draws ?? 1;
  const candidates = observations.flatMap((seen) => {
    const task = open[seen.sample]!;
    const { trial } = task;
    trial.forwards += settings.expectation === undefined ? 1 : 1 + passes;
    if (seen.gradientNorm !== undefined) {
      trial.backwards += passes;
      if (seen.gradientNorm === 0) trial.zeroGradients++;
      if (Number.isNaN(seen.gradientNorm)) trial.notes.add('The gradient became NaN.');
    }
    const excess = seen.outputs.excess![0]!;
    const distance = distances(seen.z, trial.x0)[settings.ball.norm];
    trial.path.push({ forwards: trial.forwards, excess, distance });
    if (excess > 0 && !(task.best !== undefined && seen.value <= task.best.rank))
      task.best = { x: seen.z, rank: seen.value };
    // The first adversarial picture is rounded at once, a better one at the end of the path, where it is known.
    const due =
      task.best8 === undefined
        ? task.best?.x === seen.z
        : seen.gradientNorm === undefined && task.best !== undefined && task.best.rank > task.best8.rank;
    return due ? [{ task, trial, ...task.best! }] : [];
  });
  const rounded = await settings.check(candidates);
  for (const [i, { task, rank }] of candidates.entries()) {
    const x = rounded[i];
    if (x !== undefined) task.best8 = { x, rank };
  }
  return observations.map(({ sample }) => !settings.exhaust && open[sample]!.best8 !== undefined);
}
