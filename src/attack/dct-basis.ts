/** @file The discrete cosine basis (DCT-II, orthonormal) of pictures, one vector at a time, and orders from low to high frequencies. */
import type { RandomStream } from '../random/random-stream.ts';

/** A direction: a channel, and the frequencies of its vector along rows and columns. */
export interface Frequency {
  readonly channel: number;
  /** Half waves from top to bottom. */
  readonly down: number;
  /** Half waves from left to right. */
  readonly across: number;
}

/** Values of one frequency along n places, of norm 1 in l2. */
export function cosines(frequency: number, n: number): Float64Array {
  const height = Math.sqrt((frequency === 0 ? 1 : 2) / n);
  return Float64Array.from({ length: n }, (_, i) => height * Math.cos((Math.PI * (2 * i + 1) * frequency) / (2 * n)));
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

/** The same in another order (Fisher and Yates 1938). */
export function shuffled<T>(values: readonly T[], random: RandomStream): T[] {
  const all = values.slice();
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}
