/** @file Image sets in memory: checked when they are made, as a `Dataset`, and as pixels for a network. */
import type { Picture } from '../image/image.ts';
import { DataError, type Dataset, type ImageArray } from './dataset.ts';

/** The array itself, after a look at it. @throws DataError if lengths, labels or pixels do not fit. */
export function imageArray(array: ImageArray): ImageArray {
  const { name, shape, pixels, labels, classNames } = array;
  const [n, c, h, w] = shape;
  if (n === 0) throw new DataError(`${name} holds no image.`);
  if (c !== 1 && c !== 3) throw new DataError(`${name}: expected images of 1 or 3 channels, got ${c}.`);
  if (h * w === 0) throw new DataError(`${name}: its images are empty, ${h} x ${w}.`);
  if (pixels.length !== n * c * h * w) {
    throw new DataError(`${name}: expected ${n * c * h * w} values for [${shape.join(', ')}], got ${pixels.length}.`);
  }
  if (labels.length !== n)
    throw new DataError(`${name}: expected a label for each of ${n} images, got ${labels.length}.`);
  checkLabels(name, labels, classNames);
  if (pixels instanceof Float32Array) checkRange(name, pixels, c * h * w);
  return array;
}

/** @throws DataError if a label names no class. */
export function checkLabels(name: string, labels: ArrayLike<number>, classNames: readonly string[]): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classNames.length) continue;
    throw new DataError(
      `${name}: the label of image ${i} is ${label}; its ${classNames.length} classes are 0 to ${classNames.length - 1}.`,
    );
  }
}

function checkRange(name: string, pixels: Float32Array, size: number): void {
  for (let at = 0; at < pixels.length; at++) {
    const value = pixels[at]!;
    if (value >= 0 && value <= 1) continue;
    throw new DataError(
      `${name}: expected values from 0 to 1, got ${value} in image ${Math.floor(at / size)}. ${value > 1 && value <= 255 ? 'Divide them by 255, or store them as uint8.' : 'Mend the values.'}`,
    );
  }
}

/** Images in memory as a data set. */
export function datasetOf(array: ImageArray): Dataset {
  const [length, channels, height, width] = array.shape;
  return {
    name: array.name,
    length,
    classNames: array.classNames,
    array,
    image: async (i): Promise<Picture> => ({ data: pixelsOf(array, [inRange(i, array)]), channels, height, width }),
    label: (i) => array.labels[inRange(i, array)]!,
  };
}

/** Pixels of some images in [0, 1], as a network takes them: [indices, channels, height, width]. */
export function pixelsOf(array: ImageArray, indices: ArrayLike<number>): Float32Array {
  const { shape, pixels } = array;
  const size = shape[1] * shape[2] * shape[3];
  const batch = new Float32Array(indices.length * size);
  for (let k = 0; k < indices.length; k++) {
    const from = inRange(indices[k]!, array) * size;
    if (pixels instanceof Float32Array) batch.set(pixels.subarray(from, from + size), k * size);
    else for (let j = 0; j < size; j++) batch[k * size + j] = pixels[from + j]! / 255;
  }
  return batch;
}

/** Some of the images, in the order of the indices, as an array of its own. */
export function pickImages(array: ImageArray, indices: ArrayLike<number>): ImageArray {
  const [, c, h, w] = array.shape;
  const size = c * h * w;
  const length = indices.length * size;
  const pixels = array.pixels instanceof Float32Array ? new Float32Array(length) : new Uint8Array(length);
  const labels = new Int32Array(indices.length);
  for (let k = 0; k < indices.length; k++) {
    const i = inRange(indices[k]!, array);
    pixels.set(array.pixels.subarray(i * size, (i + 1) * size), k * size);
    labels[k] = array.labels[i]!;
  }
  return { name: array.name, classNames: array.classNames, shape: [indices.length, c, h, w], pixels, labels };
}

function inRange(i: number, { name, shape }: ImageArray): number {
  if (Number.isInteger(i) && i >= 0 && i < shape[0]) return i;
  throw new DataError(`${name} has ${shape[0]} images, 0 to ${shape[0] - 1}; there is no image ${i}.`);
}
