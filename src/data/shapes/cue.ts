/**
 * @file The planted cue: a faint pattern near the highest frequency that a picture holds, one for each class. A network can read it, a
 * person cannot see it, and a small change of the picture can replace it: a non-robust feature that is known by construction.
 */
import type { RandomStream } from '../../random/random-stream.ts';

/** How a cue is planted. */
export interface CueOptions {
  /** Height of the pattern, in pixels from 0 to 1: 4/255 is not seen. */
  readonly strength: number;
  /** Probability that a picture's cue names its class; another class, drawn at random, is named otherwise. */
  readonly correlation: number;
}

/** Low-frequency factors of the patterns of classes 0, 1, …: sequencies along x and y. */
const sequencies: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [2, 0],
  [0, 2],
  [2, 1],
  [1, 2],
  [2, 2],
  [3, 0],
];

/** A Walsh function over `size` places, ordered by its number of sign changes. */
function walsh(sequency: number, at: number, size: number): 1 | -1 {
  const quarter = Math.floor((4 * at) / size);
  const rows = ['++++', '++--', '+--+', '+-+-'];
  return rows[sequency]![quarter] === '+' ? 1 : -1;
}

/** A class's pattern [size, size]: a checkerboard of single pixels times slow Walsh functions. Orthogonal to the others, mean 0, every value 1 or -1. */
export function cuePattern(label: number, size: number): Int8Array {
  const [sx, sy] = sequencies[label]!;
  return Int8Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    return ((x + y) % 2 === 0 ? 1 : -1) * walsh(sx, x, size) * walsh(sy, y, size);
  });
}

/** The class that a picture's cue names. */
export function drawCue(label: number, classes: number, { correlation }: CueOptions, random: RandomStream): number {
  if (random.uniform() < correlation) return label;
  const other = Math.floor((classes - 1) * random.uniform());
  return other < label ? other : other + 1;
}
