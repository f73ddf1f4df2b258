/** @file Constructed sets whose pictures are each the end of a search: run in parts, rounded to 8 bits, none left out. */

import type { Recipe } from '../data/content-hash.ts';
import { imageArray } from '../data/image-array.ts';
import { toByte } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import type { Problem } from '../search/problem.ts';
import { type Sample, search } from '../search/search.ts';
import type { ExperimentContext } from './context.ts';
import { keptInParts } from './kept-in-parts.ts';
import type { PictureSet } from './picture-set.ts';

/** What decides a set. */
export interface SearchedSet {
  readonly name: string;
  /** All that decides its pictures and labels. */
  readonly recipe: Recipe;
  /** The set that it is made from: as many pictures of the same shape and classes. */
  readonly from: PictureSet;
  /** The model whose graph is searched; its largest batch bounds the search's. */
  readonly model: Model;
  readonly problem: Problem;
  /** The search of picture i: where it starts, how long it is, what it is fed. */
  sample(i: number): Sample;
  /** The label of picture i. */
  label(i: number): number;
}

/** Makes the set, or reads what is kept of it. */
export function searchedSet(
  context: ExperimentContext,
  { name, recipe, from, model, problem, sample, label }: SearchedSet,
): Promise<PictureSet> {
  const [count, ...shape] = from.array.shape;
  const size = from.array.pixels.length / count;
  return keptInParts(context, name, recipe, count, async (indices, tick) => {
    const pixels = new Uint8Array(indices.length * size);
    const samples = indices.map(sample);
    await search(
      problem,
      samples,
      (seen) => {
        for (const { sample: at, step, z } of seen)
          if (step === samples[at]!.steps) for (let j = 0; j < size; j++) pixels[at * size + j] = toByte(z[j]!);
        return seen.map(() => false);
      },
      {
        device: context.device,
        batch: Math.min(64, model.maxBatch),
        describe: model.describe,
        onProgress: (done) => tick(done),
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      },
    );
    const { classNames } = from.array;
    const labels = Int32Array.from(indices, label);
    return imageArray({ name, classNames, shape: [indices.length, ...shape], pixels, labels });
  });
}
