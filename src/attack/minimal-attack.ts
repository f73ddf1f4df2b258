/**
 * @file Attacks that look for the smallest change in a norm: runs a procedure for each picture, keeps the nearest adversarial picture among
 * all that it asked about, moves it towards the original as long as it fools, rounds it, and has the plain model confirm it.
 */

import { distances } from '../distance/ball.ts';
import { quantize8, toByte } from '../image/image.ts';
import { type AttackOptions, checkExpectation, isFooled, startTrials } from './attack-options.ts';
import { type BudgetNorm, isPicture } from './budget-attack.ts';
import { converse } from './converse.ts';
import type { Judge } from './criterion.ts';
import { fewestChanges, searchByLooks, smallestShare } from './nearest-fooling.ts';
import { type Answer, look, type Procedure, type Query } from './procedure.ts';
import { AttackError, type DistanceAttackResult, describePrediction } from './result.ts';
import { roundTowards } from './round-towards.ts';
import { allowed, type Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** Options of attacks that look for the smallest change. */
export interface MinimalOptions extends AttackOptions {
  /** What is made small; the attack's first norm unless given. l0 counts channel values. */
  readonly norm?: BudgetNorm;
  /** Move what was found towards the original as long as it fools (as SuperDeepFool does); on unless said otherwise. */
  readonly finalSearch?: boolean;
}

/** An attack that looks for the smallest change. */
export interface MinimalMethod {
  /** Its name in the registry. */
  readonly name: string;
  /** Norms that it is defined for. */
  readonly norms: readonly BudgetNorm[];
  /** `false` where it never asks for a gradient, so that an expectation would change nothing. */
  readonly gradients?: false;
  /** Its search for one picture. `nearest` says what was found so far. */
  run(trial: Trial, norm: BudgetNorm, nearest: () => Nearest | undefined): Procedure;
}

/** An adversarial picture and its distance from the original. */
export interface Nearest {
  readonly x: Float32Array;
  readonly distance: number;
}

/** What a search for the smallest change has found for a picture. */
interface Findings {
  nearest: Nearest | undefined;
  nearest8: Nearest | undefined;
  /** What the procedure itself ended with, before it was moved towards the original. */
  unrefined: Nearest | undefined;
}

/**
 * Runs an attack on pictures.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range
 */
export async function runMinimalAttack(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: MinimalOptions,
  method: MinimalMethod,
): Promise<DistanceAttackResult[]> {
  const { norm = method.norms[0]!, finalSearch = true, batch = 16, seed = 0, onProgress } = options;
  if (!method.norms.includes(norm))
    throw new AttackError(`${method.name} is defined for ${method.norms.join(', ')}, not for "${norm}".`);
  checkExpectation(method, options);
  const { trials, judge, model } = await startTrials(victim, images, labels, options);
  const findings = trials.map((): Findings => ({ nearest: undefined, nearest8: undefined, unrefined: undefined }));
  const speakers = trials.flatMap((trial, i) =>
    trial.misclassifiedBefore ? [] : [{ trial, procedure: whole(method, trial, norm, findings[i]!, finalSearch) }],
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
  const results: DistanceAttackResult[] = [];
  for (const [i, trial] of trials.entries())
    results.push(await minimalResult(victim, trial, findings[i]!, norm, judge, { seed, method: method.name }));
  return results;
}

function* whole(
  method: MinimalMethod,
  trial: Trial,
  norm: BudgetNorm,
  findings: Findings,
  finalSearch: boolean,
): Procedure {
  yield* observed(
    method.run(trial, norm, () => findings.nearest),
    trial,
    norm,
    findings,
  );
  findings.unrefined = findings.nearest;
  if (findings.nearest === undefined) return;
  if (finalSearch) yield* observed(towardsOriginal(trial, norm, findings.nearest.x), trial, norm, findings);
  yield* rounded(trial, norm, findings);
}

/** Passes a procedure's questions on and keeps the nearest adversarial picture among them. */
function* observed(inner: Procedure, trial: Trial, norm: BudgetNorm, findings: Findings): Procedure {
  let next = inner.next();
  while (!next.done) {
    const answers = yield next.value;
    observe(next.value, answers, trial, norm, findings);
    next = inner.next(answers);
  }
}

function observe(
  asked: readonly Query[],
  answers: readonly Answer[],
  trial: Trial,
  norm: BudgetNorm,
  findings: Findings,
): void {
  for (const [i, { kind, x }] of asked.entries()) {
    if (kind === 'hint') continue;
    const { excess, fools } = answers[i]!;
    const distance = distances(x, trial.x0)[norm];
    if (i === 0) trial.path.push({ forwards: trial.forwards, excess, distance });
    if (fools && distance < (findings.nearest?.distance ?? Number.POSITIVE_INFINITY) && isPicture(x, trial))
      findings.nearest = { x: x.slice(), distance };
  }
}

/** Asks about points nearer to the original: on the straight line, or for counts with fewer and fewer changed values. */
function* towardsOriginal(trial: Trial, norm: BudgetNorm, x: Float32Array): Procedure {
  if (norm === 'l0') yield* searchByLooks(fewestChanges(x, trial.x0, 'values', 1), (fewer) => fewer);
  else yield* searchByLooks(smallestShare(), (share) => between(trial, x, share));
}

/** The picture a share of the way from the original to x. */
export function between({ x0 }: Pick<Trial, 'x0'>, x: Float32Array, share: number): Float32Array {
  return x.map((value, i) => x0[i]! + share * (value - x0[i]!));
}

/** Factors of the change that are rounded: rounding may need more than was found. */
const beyond = [1, 1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 2];

/** Shares of the largest change from which on values are rounded away from the original: changes may be below half a level. */
const shares = [0.9, 0.7, 0.5, 0.3, 0.1];

/** Looks for the nearest picture of 8-bit values that fools; what the mask keeps is the original's, rounded. */
function* rounded(trial: Trial, norm: BudgetNorm, findings: Findings): Procedure {
  const { x } = findings.nearest!;
  const whole8 = findings.unrefined === undefined ? [] : [quantize8(findings.unrefined.x)];
  const steps = beyond.map((factor) => quantize8(allowed(between(trial, x, factor), trial)));
  const forced = shares.map((share) => outwards(x, trial.x0, share));
  const candidates = [roundTowards(x, trial.x0), ...steps, ...forced, ...whole8]
    .map((x8) => ({ x: x8, distance: distances(x8, trial.x0)[norm] }))
    .sort((a, b) => a.distance - b.distance);
  for (const candidate of candidates) {
    if (!(yield* look(candidate.x)).fools) continue;
    findings.nearest8 = candidate;
    return;
  }
}

/** Rounded away from the original where the change is at least a share of the largest, and left as it was elsewhere. */
function outwards(x: Float32Array, x0: Float32Array, share: number): Float32Array {
  const largest = distances(x, x0).linf;
  return x.map((value, i) => {
    const delta = value - x0[i]!;
    if (Math.abs(delta) < share * largest || delta === 0) return toByte(x0[i]!) / 255;
    const exact = value * 255;
    return Math.min(255, Math.max(0, delta > 0 ? Math.ceil(exact - 1e-4) : Math.floor(exact + 1e-4))) / 255;
  });
}

/** Shares of the way back from the nearest picture to the unrefined one, where the plain model may disagree at the edge. */
const backwards = [0, 1 / 64, 1 / 16, 1 / 4, 1];

/** The outcome as the plain model sees it: in float, and rounded to 8 bits. */
async function minimalResult(
  victim: Victim,
  trial: Trial,
  { nearest, nearest8, unrefined }: Findings,
  norm: BudgetNorm,
  judge: Judge,
  { seed, method }: { readonly seed: number; readonly method: string },
): Promise<DistanceAttackResult> {
  const { x0, label, target, notes, misclassifiedBefore } = trial;
  const confirmed = async (pictures: readonly Float32Array[]) => {
    for (const x of pictures) {
      trial.forwards++;
      const plain = await victim.predictPlain(x);
      if (!(await isFooled(plain, trial, victim, judge))) continue;
      const measured: Readonly<Record<string, number>> = { [norm]: distances(x, x0)[norm] };
      return { x, prediction: describePrediction(plain, victim.className), measured };
    }
    return undefined;
  };
  const whole = unrefined?.x ?? x0;
  const floats =
    nearest === undefined
      ? []
      : backwards.map((share) => nearest.x.map((value, i) => value + share * (whole[i]! - value)));
  const eight = nearest8 === undefined ? undefined : await confirmed([nearest8.x]);
  const sought = await confirmed(norm === 'l0' && nearest ? [nearest.x, whole] : floats);
  const isNearer =
    eight !== undefined &&
    (sought === undefined || (eight.measured[norm]! < sought.measured[norm]! && isPicture(eight.x, trial)));
  const float = isNearer ? eight : sought;
  const before = describePrediction(trial.before, victim.className);
  if (nearest !== undefined && float === undefined)
    notes.add('The derived model was fooled, but no such picture was confirmed by the plain model.');
  else if (float !== undefined && eight === undefined) notes.add('Rounded to 8 bits the picture does not fool.');
  if (trial.zeroGradients > 0)
    notes.add(
      `The gradient was exactly zero at ${trial.zeroGradients} of ${trial.backwards} points: it may be masked.`,
    );
  if (misclassifiedBefore)
    notes.add(`${target === undefined ? 'The model was wrong' : 'The model answered the target'} before the attack.`);
  let after8 = eight?.prediction ?? before;
  if (eight === undefined && float !== undefined) {
    trial.forwards++;
    after8 = describePrediction(await victim.predictPlain(quantize8(float.x)), victim.className);
  }
  return {
    method,
    success: float !== undefined,
    success8: eight !== undefined,
    adversarial: float?.x ?? x0,
    adversarial8: eight?.x ?? x0,
    original: x0,
    distance: norm,
    budget: undefined,
    bounds: {},
    measured: float?.measured,
    measured8: eight?.measured,
    distances: distances(float?.x ?? x0, x0),
    label,
    target,
    misclassifiedBefore,
    before,
    after: float?.prediction ?? before,
    after8,
    path: trial.path,
    forwards: trial.forwards,
    backwards: trial.backwards,
    seed,
    device: victim.device.description,
    notes: [...notes],
  };
}
