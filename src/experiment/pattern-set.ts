/** @file Pictures under meaningless patterns, one for each class: the control that shows what labels alone give away. */
import type { ImageArray } from '../data/dataset.ts';
import { imageArray } from '../data/image-array.ts';
import { toByte } from '../image/image.ts';
import { randomStream } from '../random/random-stream.ts';
import { type PictureSet, pictureSet } from './picture-set.ts';

/** A pattern [C, H, W] for each class: blocks of 2 x 2 pixels of one sign, drawn at random, of length epsilon in l2. */
export function meaninglessPatterns({ classNames, shape }: ImageArray, epsilon: number): readonly Float32Array[] {
  const [, channels, height, width] = shape;
  const across = Math.ceil(width / 2);
  return classNames.map((_, label) => {
    const { uniform } = randomStream(label, 0x70617474);
    const signs = Array.from({ length: channels * Math.ceil(height / 2) * across }, () => (uniform() < 0.5 ? -1 : 1));
    const size = channels * height * width;
    return Float32Array.from({ length: size }, (_value, at) => {
      const [x, y, c] = [at % width, Math.floor(at / width) % height, Math.floor(at / (width * height))];
      const sign = signs[(c * Math.ceil(height / 2) + Math.floor(y / 2)) * across + Math.floor(x / 2)]!;
      return (sign * epsilon) / Math.sqrt(size);
    });
  });
}

/** Every picture with its target's pattern added and its target as its label, rounded to 8 bits. */
export function withPatterns(
  { array }: PictureSet,
  target: (i: number) => number,
  patterns: readonly Float32Array[],
  name: string,
): Promise<PictureSet> {
  const { pixels, shape, classNames } = array;
  const size = shape[1] * shape[2] * shape[3];
  const scale = pixels instanceof Uint8Array ? 255 : 1;
  const labels = Int32Array.from(array.labels, (_, i) => target(i));
  const changed = Uint8Array.from(pixels, (value, at) =>
    toByte(value / scale + patterns[labels[Math.floor(at / size)]!]![at % size]!),
  );
  return pictureSet(imageArray({ name, classNames, shape, pixels: changed, labels }));
}
