/** @file Frequencies of the discrete cosine transform of pictures, in orders from low to high ones. */
import type { RandomStream } from '../random/random-stream.ts';
import { shuffled } from '../random/shuffled.ts';

/** A direction: a channel, and the frequencies of its vector along rows and columns. */
export interface Frequency {
  readonly channel: number;
  /** Half waves from top to bottom. */
  readonly down: number;
  /** Half waves from left to right. */
  readonly across: number;
}

/**
 * All frequencies of pictures: first those below `first` in both directions, at random; then shell by shell, each `stride` wider (Guo et
 * al. 2019, section 3.3 and the `strided` order of their code).
 */
export function frequencyOrder(
  [channels, height, width]: readonly [number, number, number],
  first: number,
  stride: number,
  random: RandomStream,
): Frequency[] {
  const order: Frequency[] = [];
  for (let from = 0, to = first; from < Math.max(height, width); from = to, to += stride) {
    const shell: Frequency[] = [];
    for (let channel = 0; channel < channels; channel++)
      for (let down = 0; down < Math.min(to, height); down++)
        for (let across = 0; across < Math.min(to, width); across++)
          if (Math.max(down, across) >= from) shell.push({ channel, down, across });
    order.push(...shuffled(shell, random));
  }
  return order;
}
