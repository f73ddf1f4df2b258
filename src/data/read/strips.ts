/** @file Strips: PNG files whose rows are images, their pixels in scan order, with the labels in a JavaScript file (ConvNetJS). */

import { toByte } from '../../image/image.ts';
import { DataError, type ImageArray } from '../dataset.ts';
import { type Folder, findFile } from '../folder.ts';
import { imageArray } from '../image-array.ts';
import { readPicture } from './image-folder.ts';

/** Which strips, and what an image in them is. */
export interface StripOptions {
  readonly name: string;
  /** Beginning of the file names: `cifar10` for cifar10_batch_0.png and cifar10_labels.js. */
  readonly prefix: string;
  readonly batches: readonly number[];
  /** [channels, height, width]. */
  readonly imageShape: readonly [1 | 3, number, number];
  /** Images of a full strip; batch k starts at label k times this. */
  readonly imagesPerStrip: number;
  readonly classNames: readonly string[];
}

/** The images of strips, in order. @throws DataError if a strip or the labels are missing or of another size. */
export async function readStrips(folder: Folder, options: StripOptions): Promise<ImageArray> {
  const { name, prefix, batches, imageShape, imagesPerStrip, classNames } = options;
  const [channels, height, width] = imageShape;
  const paths = await folder.list();
  const area = height * width;
  const parts: { readonly bytes: Uint8Array; readonly labels: readonly number[] }[] = [];
  const labels = labelsOf(await readNamed(folder, paths, `${prefix}_labels.js`), `${folder.name}/${prefix}_labels.js`);
  for (const batch of batches) {
    const file = findFile(paths, stripName(prefix, batch));
    if (file === undefined) throw new DataError(`${folder.name} has no ${stripName(prefix, batch)}.`);
    const strip = await readPicture(folder, file);
    if (strip.width !== area || strip.height > imagesPerStrip) {
      throw new DataError(
        `${folder.name}/${file}: expected at most ${imagesPerStrip} rows of ${area} pixels, got ${strip.height} of ${strip.width}.`,
      );
    }
    const first = batch * imagesPerStrip;
    if (labels.length < first + strip.height) {
      throw new DataError(
        `${folder.name}/${prefix}_labels.js: expected ${first + strip.height} labels or more, got ${labels.length}.`,
      );
    }
    const bytes = new Uint8Array(strip.height * channels * area);
    for (let row = 0; row < strip.height; row++) {
      for (let c = 0; c < channels; c++) {
        const [to, from] = [(row * channels + c) * area, (c * strip.height + row) * area];
        for (let i = 0; i < area; i++) bytes[to + i] = toByte(strip.data[from + i]!);
      }
    }
    parts.push({ bytes, labels: labels.slice(first, first + strip.height) });
  }
  const pixels = new Uint8Array(parts.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of parts) {
    pixels.set(bytes, at);
    at += bytes.length;
  }
  const all = Int32Array.from(parts.flatMap((part) => part.labels));
  return imageArray({ name, classNames, shape: [all.length, channels, height, width], pixels, labels: all });
}

/** Numbers of the strips that lie in a folder, in order. */
export async function stripsIn(folder: Folder, prefix: string): Promise<number[]> {
  const pattern = new RegExp(`(?:^|/)${prefix}_batch_(\\d+)\\.png$`);
  return (await folder.list())
    .flatMap((path) => pattern.exec(path)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function stripName(prefix: string, batch: number): string {
  return `${prefix}_batch_${batch}.png`;
}

async function readNamed(folder: Folder, paths: readonly string[], name: string): Promise<string> {
  const path = findFile(paths, name);
  if (path === undefined) throw new DataError(`${folder.name} has strips, but no ${name}.`);
  return new TextDecoder().decode(await folder.read(path));
}

/** Numbers of `var labels=[6, 9, …];`. */
function labelsOf(text: string, name: string): number[] {
  const labels = /\[([\d\s,]*)\]/.exec(text)?.[1]?.split(',').map(Number);
  if (labels === undefined || labels.some(Number.isNaN)) {
    throw new DataError(`${name}: expected "var labels=[6, 9, …];", got "${text.slice(0, 40)}".`);
  }
  return labels;
}
