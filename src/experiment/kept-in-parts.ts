/** @file Constructed sets made and kept a thousand pictures at a time, so that an interrupted construction goes on where it was stopped. */

import type { Recipe } from '../data/content-hash.ts';
import type { ImageArray } from '../data/dataset.ts';
import { imageArray } from '../data/image-array.ts';
import type { ExperimentContext } from './context.ts';
import { keptSet, type PictureSet, pictureSet } from './picture-set.ts';

/** Pictures made at once. */
const partSize = 1000;

/** Makes the pictures at some indices; `tick` is told how many of them are done. */
export type MakePart = (indices: readonly number[], tick: (done: number) => void) => Promise<ImageArray>;

/** A set of `count` pictures, made in parts; `recipe` is all that decides them. */
export async function keptInParts(
  context: ExperimentContext,
  name: string,
  recipe: Recipe,
  count: number,
  make: MakePart,
): Promise<PictureSet> {
  return context.step(`making ${name}`, async (tick) => {
    const parts: ImageArray[] = [];
    for (let from = 0; from < count; from += partSize) {
      const indices = Array.from({ length: Math.min(partSize, count - from) }, (_, i) => from + i);
      const part = { ...recipe, from, count: indices.length };
      const { array } = await keptSet(context.store, name, part, () =>
        make(indices, (done) => tick(from + done, count)),
      );
      parts.push(array);
    }
    return pictureSet(joined(parts, name));
  });
}

function joined(parts: readonly ImageArray[], name: string): ImageArray {
  const [first] = parts;
  const length = parts.reduce((sum, { pixels }) => sum + pixels.length, 0);
  const pixels = first!.pixels instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    pixels.set(part.pixels, at);
    at += part.pixels.length;
  }
  const [, channels, height, width] = first!.shape;
  const labels = Int32Array.from(parts.flatMap((part) => [...part.labels]));
  return imageArray({
    name,
    classNames: first!.classNames,
    shape: [labels.length, channels, height, width],
    pixels,
    labels,
  });
}
