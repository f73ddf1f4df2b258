/**
 * @file One change that fools many pictures. `sgd` is stochastic ascent of a clamped loss over batches (Shafahi et al. 2020, Algorithm 2, by
 * normalised steps with momentum, and of the margin where the paper has the cross-entropy); `deepfool` walks from picture to picture and
 * adds what each still needs (Moosavi-Dezfooli et al. 2017, Algorithm 1). The papers report the rate on other pictures or on the same;
 * here both are reported, and that of 8-bit files.
 */

import type { Model } from '../model/model.ts';
import { startTrials } from './attack-options.ts';
import { checkCount, checkEpsilon } from './check-options.ts';
import { type FoolingRate, foolingRate } from './fooling-rate.ts';
import { projectOnto } from './projection.ts';
import { AttackError } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { ascentPass } from './universal-ascent.ts';
import { eightBitChange } from './universal-change.ts';
import type { Crafting, Pass } from './universal-crafting.ts';
import { deepfoolPass } from './universal-deepfool.ts';
import { plainLogits } from './victim.ts';

/** Pictures that a change is tried on and was not made with. */
export interface HeldOut {
  /** One [C, H, W] each, pixels in [0, 1]. */
  readonly images: readonly Float32Array[];
  /** What the model answers unless given. */
  readonly labels?: readonly number[];
}

/** Options of `universalPerturbation`. */
export interface UniversalOptions {
  /** Radius of the ball that the change lies in: pixels run from 0 to 1, so 8 / 255 and not 8. */
  readonly epsilon: number;
  /** linf unless given. */
  readonly norm?: 'linf' | 'l2';
  /** sgd unless given. */
  readonly method?: 'sgd' | 'deepfool';
  /** Class to lead to, by sgd; away from the labels unless given. */
  readonly target?: number;
  /** Pictures on which the rate is reported as well. */
  readonly heldOut?: HeldOut;
  /** Times that all pictures are gone through; 20 for sgd, 10 for deepfool unless given. */
  readonly passes?: number;
  /** Share of fooled pictures, after a pass, at which it ends; 0.8 for deepfool as in the paper, 1 for sgd unless given. */
  readonly enough?: number;
  /** Length of sgd's first step in the norm, falling in a straight line to a tenth; a fifth of epsilon unless given. */
  readonly stepSize?: number;
  /**
   * Lead of a wrong class at which sgd lets a picture go, in class scores; three times the mean lead of right answers unless given. Less
   * fits the crafting pictures better, and others worse.
   */
  readonly clamp?: number;
  /** A change to start from, such as an earlier result's; nothing unless given. */
  readonly start?: Float32Array;
  /** 1 where pictures may change and 0 where not, [H, W]; everywhere unless given. */
  readonly mask?: Float32Array;
  /** Decides the order of the pictures; 0 unless given. */
  readonly seed?: number;
  /** Pictures in one run, and in one step of sgd; 16 unless given. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  /** Called after each pass with the share of pictures that are fooled now. */
  readonly onProgress?: (passes: number, total: number, rate: number) => void;
}

/** One change for all pictures, and what it does to them. */
export interface UniversalResult {
  readonly method: 'sgd' | 'deepfool';
  /** What is added to pictures, [C, H, W], within the ball; sums are kept in [0, 1]. */
  readonly perturbation: Float32Array;
  /** The same in whole 255ths, within the ball, for pictures of 8 bits. */
  readonly perturbation8: Float32Array;
  readonly norm: 'linf' | 'l2';
  readonly epsilon: number;
  readonly target: number | undefined;
  /** On the pictures that it was made with. */
  readonly crafting: FoolingRate;
  /** On pictures that it has not seen. */
  readonly heldOut: FoolingRate | undefined;
  /** Share of the crafting pictures that were fooled after each pass. */
  readonly rates: readonly number[];
  /** Forward and backward passes of pictures, verification included. */
  readonly forwards: number;
  readonly backwards: number;
  readonly seed: number;
  readonly device: string;
  readonly notes: readonly string[];
}

/**
 * Looks for one change, within a ball, that fools as many pictures as it can.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range; NoGradientError if the model has ops without a gradient
 * @example
 * const { heldOut, perturbation8 } = await universalPerturbation(model, images, labels, { epsilon: 10 / 255, heldOut: others });
 * console.log(`${Math.round(100 * heldOut.rate8)} % of pictures that it has not seen`);
 */
export async function universalPerturbation(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: UniversalOptions,
): Promise<UniversalResult> {
  const { epsilon, norm = 'linf', method = 'sgd', target, mask, seed = 0, batch = 16, signal } = options;
  const { passes = method === 'sgd' ? 20 : 10, enough = method === 'sgd' ? 1 : 0.8 } = options;
  check(model, options, { norm, method, passes, enough });
  const shared = {
    seed,
    batch,
    ...(target === undefined ? {} : { target }),
    ...(mask === undefined ? {} : { mask }),
    ...(signal === undefined ? {} : { signal }),
  };
  const { trials, judge } = await startTrials(model, images, labels, shared);
  const { heldOut } = options;
  const others = heldOut && (await startTrials(model, heldOut.images, heldOut.labels, shared));
  const crafting: Crafting = {
    model,
    trials: trials.filter(({ misclassifiedBefore }) => !misclassifiedBefore),
    judge,
    norm,
    epsilon,
    batch: Math.min(batch, model.maxBatch),
    seed,
    signal,
    forwards: trials.length + (others?.trials.length ?? 0),
    backwards: 0,
  };
  if (crafting.trials.length === 0)
    throw new AttackError('There is no picture to start from: the model is wrong about all of them already.');
  const run: Pass =
    method === 'deepfool'
      ? deepfoolPass(crafting)
      : await ascentPass(crafting, {
          passes,
          stepSize: options.stepSize ?? epsilon / 5,
          clamp: options.clamp ?? 3 * meanLead(crafting),
        });
  const free = trials[0]!.mask;
  const start = options.start ?? new Float32Array(images[0]!.length);
  let v = projectOnto(norm, free === undefined ? start : start.map((value, i) => value * free[i]!), epsilon);
  let best = { v, rate: await rateOf(crafting, v) };
  const rates: number[] = [];
  for (let pass = 0; pass < passes && best.rate < enough; pass++) {
    v = await run(v, pass);
    const rate = await rateOf(crafting, v);
    rates.push(rate);
    if (rate >= best.rate) best = { v, rate };
    options.onProgress?.(pass + 1, passes, rate);
  }
  const perturbation8 = eightBitChange(best.v, norm, epsilon);
  const change = (trial: Trial, eightBit: boolean) => changed(trial, eightBit ? perturbation8 : best.v);
  const rate = await foolingRate(model, { trials, judge }, change, signal);
  const seen = others && (await foolingRate(model, others, change, signal));
  return {
    method,
    perturbation: best.v,
    perturbation8,
    norm,
    epsilon,
    target,
    crafting: rate,
    heldOut: seen,
    rates,
    forwards: crafting.forwards + 2 * (rate.pictures + (seen?.pictures ?? 0)),
    backwards: crafting.backwards,
    seed,
    device: model.device.description,
    notes: [
      ...model.gradientNotes,
      ...(rate.pictures < trials.length
        ? [`${trials.length - rate.pictures} of ${trials.length} pictures do not count: they fool without a change.`]
        : []),
    ],
  };
}

/** A picture with the change, kept in [0, 1]. */
function changed(trial: Trial, v: Float32Array): Float32Array {
  return allowed(
    trial.x0.map((value, i) => value + v[i]!),
    trial,
  );
}

/** Share of the crafting pictures that the derived graph is fooled about, in batches. */
async function rateOf(crafting: Crafting, v: Float32Array): Promise<number> {
  const { model, trials, judge, batch, signal } = crafting;
  let fooled = 0;
  for (let at = 0; at < trials.length; ) {
    signal?.throwIfAborted();
    const count = 2 ** Math.floor(Math.log2(Math.min(batch, trials.length - at)));
    const chunk = trials.slice(at, at + count);
    at += count;
    const pictures = new Float32Array(count * v.length);
    for (const [i, trial] of chunk.entries()) pictures.set(changed(trial, v), i * v.length);
    const scores = await model.predict(pictures, count);
    crafting.forwards += count;
    for (const [i, { label, target }] of chunk.entries())
      fooled += Number(
        (await judge(scores.slice(i * model.classCount, (i + 1) * model.classCount), label, target)) > 0,
      );
  }
  return fooled / trials.length;
}

/** How far right answers lead on the mean, before any change; how far the target is behind where there is one. */
function meanLead({ model, trials }: Crafting): number {
  const leads = trials.map(({ before, label, target }) => {
    const scores = plainLogits(before, model);
    const chosen = target ?? label;
    const other = scores.reduce((most, z, k) => (k === chosen ? most : Math.max(most, z)), Number.NEGATIVE_INFINITY);
    return Math.abs(scores[chosen]! - other);
  });
  return leads.reduce((sum, lead) => sum + lead, 0) / leads.length;
}

function check(
  model: Model,
  { epsilon, target, start, stepSize, clamp }: UniversalOptions,
  { norm, method, passes, enough }: Required<Pick<UniversalOptions, 'norm' | 'method' | 'passes' | 'enough'>>,
): void {
  checkEpsilon(model, norm, epsilon, { name: 'A universal perturbation', norms: ['linf', 'l2'] });
  checkCount('Passes', passes, 0);
  if (method !== 'sgd' && method !== 'deepfool')
    throw new AttackError(`Method "${method}" is not one of sgd, deepfool.`);
  if (method === 'deepfool' && target !== undefined)
    throw new AttackError('DeepFool leads away from labels, not to a target; sgd does.');
  if (!(enough > 0 && enough <= 1)) throw new AttackError(`Enough is a share above 0, at most 1; got ${enough}.`);
  if (stepSize !== undefined && !(stepSize > 0))
    throw new AttackError(`Step size must be a positive number, got ${stepSize}.`);
  if (clamp !== undefined && !(clamp >= 0))
    throw new AttackError(`Clamp must be a number of at least 0, got ${clamp}.`);
  const size = model.channels * model.height * model.width;
  if (start !== undefined && (start.length !== size || !start.every(Number.isFinite)))
    throw new AttackError(`The start has ${start.length} values; a change has ${size}, all of them finite numbers.`);
}
