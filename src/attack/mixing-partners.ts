/**
 * @file Pictures that another is mixed with (Admix, Wang et al. 2021). There they are others of the batch; here they come from a pool that
 * does not change with it, or are the picture's own moved and mirrored forms.
 */
import type { RandomStream } from '../random/random-stream.ts';
import { AttackError } from './result.ts';
import type { Trial } from './trial.ts';

/** Pictures to mix others with. */
export interface MixingPool {
  /** One [C, H, W] each, of the victim's size, in [0, 1]. */
  readonly images: readonly Float32Array[];
  /** The class of each: partners are of other classes than the picture where they are given, as in the paper. */
  readonly labels?: readonly number[];
}

/** Draws a partner. */
export type DrawPartner = (random: RandomStream) => Float32Array;

/** Partners of a trial's picture. @throws AttackError if the pool has none for it */
export function partnersOf(trial: Trial, pool: MixingPool | undefined): DrawPartner {
  if (pool === undefined) return (random) => displaced(trial, random);
  const others = pool.images.filter((image, i) => pool.labels?.[i] !== trial.label && !isSame(image, trial.x0));
  if (others.length === 0)
    throw new AttackError(`The pool has no picture of another class than ${trial.label} to mix with; give more.`);
  return (random) => others[Math.floor(others.length * random.uniform())]!;
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => value === b[i]);
}

/** The picture itself, moved by any offset (what leaves on one side comes back on the other) and mirrored or not in each direction. */
function displaced({ x0, shape }: Trial, random: RandomStream): Float32Array {
  const [channels, height, width] = shape;
  const axis = (size: number) => {
    const [offset, mirrored] = [Math.floor(size * random.uniform()), random.uniform() < 0.5];
    return Int32Array.from({ length: size }, (_, i) => ((mirrored ? size - 1 - i : i) + offset) % size);
  };
  const [rows, columns] = [axis(height), axis(width)];
  const moved = new Float32Array(x0.length);
  for (let c = 0; c < channels; c++) {
    for (let row = 0; row < height; row++) {
      const [to, from] = [(c * height + row) * width, (c * height + rows[row]!) * width];
      for (let column = 0; column < width; column++) moved[to + column] = x0[from + columns[column]!]!;
    }
  }
  return moved;
}

/** Refuses pools of other sizes. @throws AttackError */
export function checkPool({ images, labels }: MixingPool, size: number): void {
  if (images.length === 0)
    throw new AttackError('The pool to mix with is empty; leave it out to mix a picture with itself.');
  const wrong = images.find((image) => image.length !== size);
  if (wrong !== undefined)
    throw new AttackError(`A picture to mix with has ${wrong.length} values; those of the victim have ${size}.`);
  if (labels !== undefined && labels.length !== images.length)
    throw new AttackError(`${labels.length} labels for the ${images.length} pictures to mix with.`);
}
