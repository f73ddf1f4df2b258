/** @file What every attack is told besides its own settings, and the trials that pictures become. */
import type { Model, PlainPrediction } from '../model/model.ts';
import { checkCount, checkPictures } from './check-options.ts';
import { answer, type Criterion, type Judge, judgeOf } from './criterion.ts';
import type { Expectation } from './expectation.ts';
import { AttackError } from './result.ts';
import { type Trial, trialOf } from './trial.ts';
import { plainLogits, type Victim } from './victim.ts';

/** Options that all attacks understand. */
export interface AttackOptions {
  /** Class to lead to, one for all pictures or one each; away from the label unless given. */
  readonly target?: number | readonly number[];
  /** When a picture counts as adversarial; when the answer is another, or the target, unless given. */
  readonly criterion?: Criterion;
  /**
   * 1 where a picture may change and 0 where not, [H, W]; everywhere unless given. A picture of 8-bit values holds what is kept as a PNG
   * does: rounded to the nearest.
   */
  readonly mask?: Float32Array;
  /** Decides all randomness, for each picture with its own pixels; 0 unless given. */
  readonly seed?: number;
  /** Pictures in one run; 16 unless given. */
  readonly batch?: number;
  /**
   * Gradients are means over random changes of the picture. What counts as adversarial stays the picture itself; of several within a
   * ball the one is kept that does best under the changes.
   */
  readonly expectation?: Expectation;
  readonly signal?: AbortSignal;
  /** Called with how many pictures are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Pictures ready to be attacked. */
export interface Trials {
  readonly trials: readonly Trial[];
  readonly judge: Judge;
  /** The victim as a model, where it gives gradients. */
  readonly model: Model | undefined;
}

/** Whether a victim gives gradients. */
export function isModel(victim: Victim): victim is Model {
  return 'logits' in victim;
}

/** A victim that gives gradients. @throws AttackError naming the attack where it gives none */
export function requireModel(victim: Victim, attack: string): Model {
  if (isModel(victim)) return victim;
  throw new AttackError(
    `${attack} needs gradients, which ${victim.name} does not give; choose an attack that needs only scores or labels.`,
  );
}

/** Refuses an expectation where no gradient is asked for. @throws AttackError naming the attack */
export function checkExpectation(
  { name, gradients }: { readonly name: string; readonly gradients?: false },
  { expectation }: Pick<AttackOptions, 'expectation'>,
): void {
  if (gradients === false && expectation !== undefined)
    throw new AttackError(
      `${name} asks for no gradients, of which an expectation is the mean; leave it out, or choose an attack with gradients.`,
    );
}

/** Asks the plain model about every picture and makes trials of them. @throws AttackError if options are out of range */
export async function startTrials(
  victim: Victim,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: AttackOptions,
): Promise<Trials> {
  const { criterion = answer, mask, seed = 0, batch = 16, target: targets } = options;
  checkPictures(victim, images, labels, targets);
  checkCount('Seed', seed, 0);
  checkCount('Batch', batch, 1);
  if (options.expectation !== undefined) checkCount('Draws', options.expectation.draws, 1);
  checkMask(mask, victim);
  const judge = await judgeOf(criterion, victim.classCount, targets !== undefined);
  const trials: Trial[] = [];
  for (const [i, x0] of images.entries()) {
    options.signal?.throwIfAborted();
    const before = await victim.predictPlain(x0);
    if (before.scores.some((score) => Number.isNaN(score)))
      throw new AttackError(`The model answers NaN for picture ${i}; check its preprocessing.`);
    const label = labels?.[i] ?? before.label;
    const target = typeof targets === 'object' ? targets[i] : targets;
    const shape = [victim.channels, victim.height, victim.width] as const;
    const misclassifiedBefore = await isFooled(before, { label, target }, victim, judge);
    const { classCount } = victim;
    trials.push(trialOf({ x0, label, target, shape, classCount, mask, before, misclassifiedBefore, seed }));
  }
  return { trials, judge, model: isModel(victim) ? victim : undefined };
}

/** Whether the plain model's answer is adversarial. */
export async function isFooled(
  prediction: PlainPrediction,
  { label, target }: Pick<Trial, 'label' | 'target'>,
  victim: Victim,
  judge: Judge,
): Promise<boolean> {
  return (await judge(plainLogits(prediction, victim), label, target)) > 0;
}

/** Refuses masks of another size, or that allow nothing. @throws AttackError */
export function checkMask(mask: Float32Array | undefined, { height, width }: Pick<Victim, 'height' | 'width'>): void {
  if (mask === undefined) return;
  if (mask.length !== height * width)
    throw new AttackError(`The mask has ${mask.length} values; pictures have ${height} x ${width} pixels.`);
  if (!mask.every((value) => value >= 0 && value <= 1))
    throw new AttackError('A mask holds values from 0, may not change, to 1, may change.');
  if (mask.every((value) => value === 0)) throw new AttackError('The mask leaves no pixel to change.');
}
