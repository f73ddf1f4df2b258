/** @file Tiny labelled sets built by code, for trainings of a second. */
import type { ImageArray } from '../../src/data/dataset.ts';
import { uniformSource } from '../../src/train/random-fill.ts';

/** Pictures whose class is which half (left, right, top, bottom) is bright, with noise. */
export function halves(count: number, { size = 8, channels = 3, seed = 1 } = {}): ImageArray {
  const uniform = uniformSource(seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 4);
  const pixels = Uint8Array.from({ length: count * channels * size * size }, (_, at) => {
    const [i, y, x] = [Math.floor(at / (channels * size * size)), Math.floor(at / size) % size, at % size];
    const bright = [x < size / 2, x >= size / 2, y < size / 2, y >= size / 2][labels[i]!]!;
    return Math.floor((bright ? 110 : 60) + 100 * uniform());
  });
  return {
    name: 'halves',
    shape: [count, channels, size, size],
    pixels,
    labels,
    classNames: ['left', 'right', 'top', 'bottom'],
  };
}
