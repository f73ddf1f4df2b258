/**
 * @file Attacks within a ball, whose logic is their own: runs a procedure for each picture, keeps the best adversarial picture among all
 * that it asked about, rounds it to 8 bits inside the ball, and has the plain model confirm it.
 */
import { type Distances, distances, quantizeWithin, withinBudget } from '../distance/ball.ts';
import type { PlainPrediction } from '../model/model.ts';
import { type AttackOptions, checkExpectation, isFooled, startTrials } from './attack-options.ts';
import { checkEpsilon } from './check-options.ts';
import { converse } from './converse.ts';
import type { Judge } from './criterion.ts';
import { type Answer, look, type Procedure, type Query } from './procedure.ts';
import { type AttackResult, describePrediction } from './result.ts';
import type { Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Norms that budgets are given in. l0 counts channel values. */
export type BudgetNorm = keyof Distances;

/** Options of attacks within a ball. */
export interface BudgetOptions extends AttackOptions {
  /** linf unless given. */
  readonly norm?: BudgetNorm;
  /** Radius of the ball: pixels run from 0 to 1, so 8 / 255 and not 8; a count of values for l0. */
  readonly epsilon: number;
  /**
   * Go on after a success, to the end, and keep the adversarial picture of the largest excess; off unless there is an expectation, over
   * which the excess is a mean then.
   */
  readonly exhaust?: boolean;
}

/** An attack within a ball. */
export interface BudgetMethod {
  /** Its name in the registry. */
  readonly name: string;
  /** Norms that it is defined for. */
  readonly norms: readonly BudgetNorm[];
  /** `false` where it never asks for a gradient, so that an expectation would change nothing. */
  readonly gradients?: false;
  /** Its search for one picture. It may ask about anything; what lies outside the ball does not count. */
  run(trial: Trial, ball: Ball): Procedure;
}

/** A ball around the original. */
export interface Ball {
  readonly norm: BudgetNorm;
  readonly epsilon: number;
}

/** An adversarial picture, and what it is ranked by: the criterion's excess there, or a loss. */
interface Found {
  readonly x: Float32Array;
  readonly rank: number;
}

/** What a search within a ball has found for a picture. */
export interface BudgetFindings {
  /** The adversarial picture of the highest rank. */
  best: Found | undefined;
  /** The same among pictures of 8-bit values. */
  best8: Found | undefined;
}

/**
 * Runs an attack on pictures.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 */
export async function runBudgetAttack(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: BudgetOptions,
  method: BudgetMethod,
): Promise<AttackResult[]> {
  const { norm = method.norms[0]!, epsilon, batch = 16, seed = 0, onProgress } = options;
  const { exhaust = options.expectation !== undefined } = options;
  checkEpsilon(victim, norm, epsilon, method);
  const ball: Ball = { norm, epsilon };
  checkExpectation(method, options);
  const { trials, judge, model } = await startTrials(victim, images, labels, options);
  const findings = trials.map((): BudgetFindings => ({ best: undefined, best8: undefined }));
  const speakers = trials.flatMap((trial, i) =>
    trial.misclassifiedBefore
      ? []
      : [{ trial, procedure: untilFooled(method.run(trial, ball), trial, ball, findings[i]!, exhaust) }],
  );
  const left = trials.length - speakers.length;
  await converse(victim, speakers, {
    batch,
    judge,
    ...(model === undefined ? {} : { model }),
    ...(options.expectation === undefined ? {} : { expectation: options.expectation }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onProgress: (done) => onProgress?.(left + done, trials.length),
  });
  const results: AttackResult[] = [];
  for (const [i, trial] of trials.entries())
    results.push(await budgetResult(victim, trial, findings[i]!, ball, judge, { seed, method: method.name }));
  return results;
}

/** A procedure that ends once a picture of 8-bit values inside the ball fools, unless all is to be exhausted. */
export function* untilFooled(
  inner: Procedure,
  trial: Trial,
  ball: Ball,
  findings: BudgetFindings,
  exhaust: boolean,
): Procedure {
  let next = inner.next();
  while (!next.done) {
    const answers = yield next.value;
    if (observe(next.value, answers, trial, ball, findings) && findings.best8 === undefined) {
      yield* roundBest(trial, ball, findings);
      if (findings.best8 !== undefined && !exhaust) return;
    }
    next = inner.next(answers);
  }
  const { best, best8 } = findings;
  if (best !== undefined && !(best8 !== undefined && best.rank <= best8.rank)) yield* roundBest(trial, ball, findings);
}

/** Takes in what was asked and answered. Whether the best picture is a new one. */
function observe(
  asked: readonly Query[],
  answers: readonly Answer[],
  trial: Trial,
  ball: Ball,
  findings: BudgetFindings,
): boolean {
  const before = findings.best;
  let top: { readonly excess: number; readonly distance: number } | undefined;
  for (const [i, { kind, x }] of asked.entries()) {
    if (kind === 'hint') continue;
    const { excess, fools, rank = excess } = answers[i]!;
    const distance = distances(x, trial.x0)[ball.norm];
    if (!(excess <= (top?.excess ?? Number.NEGATIVE_INFINITY))) top = { excess, distance };
    if (!fools || (findings.best !== undefined && rank <= findings.best.rank)) continue;
    if (withinBudget(distance, ball.epsilon) && isPicture(x, trial)) findings.best = { x: x.slice(), rank };
  }
  if (top !== undefined) trial.path.push({ forwards: trial.forwards, ...top });
  return findings.best !== before;
}

/** Whether x lies in [0, 1] and keeps what the mask forbids to change. */
export function isPicture(x: Float32Array, { x0, mask }: Trial): boolean {
  return x.every((value, i) => value >= -1e-6 && value <= 1 + 1e-6 && (mask?.[i] !== 0 || value === x0[i]));
}

function* roundBest(trial: Trial, { norm, epsilon }: Ball, findings: BudgetFindings): Procedure {
  const x8 = quantizeWithin(norm, findings.best!.x, trial.x0, epsilon);
  if (!withinBudget(distances(x8, trial.x0)[norm], epsilon)) return;
  const { fools } = yield* look(x8);
  if (fools) findings.best8 = { x: x8, rank: findings.best!.rank };
}

/** The outcome as the plain model sees it: in float, and rounded to 8 bits. */
export async function budgetResult(
  victim: Victim,
  trial: Trial,
  { best, best8 }: BudgetFindings,
  { norm, epsilon }: Ball,
  judge: Judge,
  {
    seed,
    method,
    restarts = Math.max(1, trial.restarts),
  }: { readonly seed: number; readonly method: string; readonly restarts?: number },
): Promise<AttackResult> {
  const { x0, label, target, notes, misclassifiedBefore } = trial;
  const before = describePrediction(trial.before, victim.className);
  const ask = (x: Float32Array) => {
    trial.forwards++;
    return victim.predictPlain(x);
  };
  const fools = async (x: Float32Array, plain: PlainPrediction) =>
    withinBudget(distances(x, x0)[norm], epsilon) && (await isFooled(plain, trial, victim, judge));
  const eightBit = (x: Float32Array) => {
    const x8 = quantizeWithin(norm, x, x0, epsilon);
    return x8.every((value, i) => value === x[i]) ? x : x8;
  };
  let [adversarial, plain, plain8] = [x0, trial.before, trial.before];
  let [success, success8] = [false, false];
  // Where the plain model denies the one of 8-bit values, the other may still fool it.
  for (const x of [best8?.x, best?.x]) {
    if (x === undefined) continue;
    const x8 = x === best8?.x ? x : eightBit(x);
    const seen8 = await ask(x8);
    success8 = await fools(x8, seen8);
    const seen = success8 || x8 === x ? seen8 : await ask(x);
    success = success8 || (x8 !== x && (await fools(x, seen)));
    if (!success) continue;
    [adversarial, plain, plain8] = [success8 ? x8 : x, seen, seen8];
    break;
  }
  const x08 = misclassifiedBefore ? eightBit(x0) : x0;
  if (x08 !== x0) plain8 = await ask(x08);
  const after = describePrediction(plain, victim.className);
  const after8 = describePrediction(plain8, victim.className);
  if (best !== undefined && !success)
    notes.add('The derived graph was fooled, the plain model is not: the scores are too close to tell.');
  if (trial.zeroGradients > 0)
    notes.add(
      `The gradient was exactly zero at ${trial.zeroGradients} of ${trial.backwards} points: it may be masked.`,
    );
  if (misclassifiedBefore)
    notes.add(
      target === undefined
        ? 'The model was wrong before the attack.'
        : 'The model answered the target before the attack.',
    );
  return {
    method,
    success,
    success8,
    adversarial,
    original: x0,
    distances: distances(adversarial, x0),
    label,
    target,
    misclassifiedBefore,
    before,
    after,
    after8,
    norm,
    epsilon,
    path: trial.path,
    forwards: trial.forwards,
    backwards: trial.backwards,
    restarts,
    seed,
    device: victim.device.description,
    notes: [...notes],
  };
}
