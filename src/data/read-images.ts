/** @file Reads images of a data set side by side: the loop under everything that looks at many of them. */
import type { Picture } from '../image/image.ts';
import { DataError, type Dataset } from './dataset.ts';

/** How images are read. */
export interface ReadOptions {
  /** Whether an unreadable image ends the reading (`fail`, the default) or is left out (`skip`). */
  readonly badImages?: 'fail' | 'skip';
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Pictures being decoded at once: enough to keep the decoder's threads busy. */
const concurrency = 16;

/**
 * Gives each image of the indices to `visit` as soon as it is read, in no order, with its place among the indices.
 * @returns Why each image that could not be read was left out, by its place; empty unless `skip` is asked for.
 * @throws DataError what the set or `visit` says of an image.
 */
export async function readImages(
  set: Dataset,
  indices: ArrayLike<number>,
  visit: (picture: Picture, place: number) => void | Promise<void>,
  { badImages = 'fail', signal, onProgress }: ReadOptions = {},
): Promise<Map<number, string>> {
  const skipped = new Map<number, string>();
  const total = indices.length;
  let [next, done, stopped] = [0, 0, false];
  const work = async () => {
    while (next < total && !stopped) {
      signal?.throwIfAborted();
      const place = next++;
      const picture = await set.image(indices[place]!).catch((error: unknown) => {
        if (badImages === 'fail' || !(error instanceof DataError)) throw error;
        skipped.set(place, error.message);
        return undefined;
      });
      if (picture !== undefined && !stopped) await visit(picture, place);
      onProgress?.(++done, total);
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, total) }, () =>
    work().catch((error: unknown) => {
      stopped = true;
      throw error;
    }),
  );
  await Promise.allSettled(workers);
  await Promise.all(workers);
  signal?.throwIfAborted();
  return new Map([...skipped].sort(([a], [b]) => a - b));
}
