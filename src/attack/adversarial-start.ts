/**
 * @file Where attacks that follow the border begin: a picture that fools already. One that the user gives, or noise blended into the original as
 * little as still fools (Chen et al. 2020, Section IV; Brendel et al. 2018). Never another picture of the batch: a result may not depend
 * on what is attacked beside it.
 *
 * Departure: the grains of the noise grow with the draws, 1, 2, 4 and 8 pixels in turn, since many networks give all fine noise one answer.
 */
import { checkCount } from './check-options.ts';
import { between } from './minimal-attack.ts';
import { look, lookAll, type Procedure } from './procedure.ts';
import { noLimit } from './query-limit.ts';
import { AttackError } from './result.ts';
import { allowed, type Trial } from './trial.ts';
import { minus, normOf } from './vector.ts';
import type { Victim } from './victim.ts';

/** Options of attacks that begin at a picture that fools. */
export interface StartOptions {
  /**
   * Pictures to begin at, [C, H, W] in [0, 1], any number: each picture begins at the nearest of them that is adversarial for it, and at
   * noise where none is. A target needs some of its class, since noise will hardly ever be taken for it.
   */
  readonly starts?: readonly Float32Array[];
  /** Draws of noise until the attack gives up; 1000 unless given. */
  readonly draws?: number;
}

/** Words on them for the registry. */
export const startOptionWords = {
  starts: 'pictures to begin at, needed for a target (noise)',
  draws: 'draws of noise at most (1000)',
} as const;

/** Checks the starts. @throws AttackError naming the attack */
export function checkStarts(
  attack: string,
  { channels, height, width }: Pick<Victim, 'channels' | 'height' | 'width'>,
  { starts = [], draws = 1000, target }: StartOptions & { readonly target?: number | readonly number[] },
): void {
  checkCount('Draws', draws, 0);
  if (target !== undefined && starts.length === 0) {
    throw new AttackError(
      `${attack} sees labels alone, so for a target it has to begin at a picture of that class: give some as starts.`,
    );
  }
  const size = channels * height * width;
  for (const [i, start] of starts.entries()) {
    if (start.length !== size)
      throw new AttackError(`Start ${i} has ${start.length} values; the model takes ${size} for a picture.`);
    if (!start.every((value) => value >= 0 && value <= 1))
      throw new AttackError(`Start ${i} holds values outside [0, 1], where pixels run.`);
  }
}

/** A picture that fools; undefined, with a note on the trial, where none is found while questions are left. */
export function* adversarialStart(
  trial: Trial,
  { starts = [], draws = 1000 }: StartOptions,
  left: () => number = noLimit,
): Procedure<Float32Array | undefined> {
  const { target, notes } = trial;
  const given = yield* nearestStart(trial, starts, left);
  if (given !== undefined) return given;
  const ended = 'The questions ended before a picture to begin at was found: allow more queries, or give other starts.';
  if (left() < 1) {
    notes.add(ended);
    return undefined;
  }
  if (target !== undefined) {
    notes.add('None of the given starts is taken for the target: give pictures of its class.');
    return undefined;
  }
  const blend = yield* blendedNoise(trial, draws, left);
  if (blend === undefined && left() < 1) notes.add(ended);
  else if (blend === undefined)
    notes.add(`None of ${draws} draws of noise fools, so there was nothing to begin at: give pictures as starts.`);
  return blend;
}

/** The nearest of some pictures that fools, as far as questions are left. */
export function* nearestStart(
  trial: Trial,
  starts: readonly Float32Array[],
  left: () => number = noLimit,
): Procedure<Float32Array | undefined> {
  const given = starts
    .map((start) => allowed(start, trial))
    .map((x) => ({ x, distance: normOf('l2', minus(x, trial.x0)) }))
    .sort((a, b) => a.distance - b.distance);
  for (const { x } of given) {
    if (left() < 1) return undefined;
    if ((yield* look(x)).fools) return x;
  }
  return undefined;
}

/** Noise that fools, blended into the original as little as still does; undefined where none of the draws fools. */
export function* blendedNoise(
  trial: Trial,
  draws: number,
  left: () => number = noLimit,
): Procedure<Float32Array | undefined> {
  const noise = yield* foolingNoise(trial, draws, left);
  return noise === undefined ? undefined : yield* blended(trial, noise, left);
}

/** Draws that are asked about at once, at most: few at first, where one may do. */
const largestRound = 16;

function* foolingNoise(trial: Trial, draws: number, left: () => number): Procedure<Float32Array | undefined> {
  for (let drawn = 0, round = 1; drawn < draws && left() >= 1; round = Math.min(largestRound, 2 * round)) {
    const count = Math.min(round, draws - drawn, left());
    const noises = Array.from({ length: count }, (_, i) => grainyNoise(trial, drawn + i));
    const answers = yield* lookAll(noises);
    const found = answers.findIndex(({ fools }) => fools);
    if (found >= 0) return noises[found]!;
    drawn += count;
  }
  return undefined;
}

/** Sizes of grains, a power of two each. */
const grainSizes = 4;

/** Names the streams of starts apart from those of the attacks' steps. */
const startStream = -1;

/** Uniform noise of square grains. */
function grainyNoise(trial: Trial, draw: number): Float32Array {
  const [channels, height, width] = trial.shape;
  const side = 2 ** (draw % grainSizes);
  const [rows, columns] = [Math.ceil(height / side), Math.ceil(width / side)];
  const random = trial.random(startStream, draw);
  const grains = Float32Array.from({ length: channels * rows * columns }, () => random.uniform());
  const noise = trial.x0.map((_, i) => {
    const [channel, at] = [Math.floor(i / (height * width)), i % (height * width)];
    const [row, column] = [Math.floor(at / width / side), Math.floor((at % width) / side)];
    return grains[(channel * rows + row) * columns + column]!;
  });
  return allowed(noise, trial);
}

/** Halvings of the share of noise: to a thousandth, as in the authors' code. */
const halvings = 10;

function* blended(trial: Trial, noise: Float32Array, left: () => number): Procedure<Float32Array> {
  let nearest = noise;
  let [low, high] = [0, 1];
  for (let i = 0; i < halvings && left() >= 1; i++) {
    const middle = (low + high) / 2;
    const x = between(trial, noise, middle);
    if ((yield* look(x)).fools) [nearest, high] = [x, middle];
    else low = middle;
  }
  return nearest;
}
