/** @file Sets of pictures that know their content's hash: what experiments take and construct. */
import { hashOfImages, type Recipe } from '../data/content-hash.ts';
import type { Dataset, ImageArray } from '../data/dataset.ts';
import { pickImages } from '../data/image-array.ts';
import { readNpz } from '../data/read/numpy.ts';
import { subset } from '../data/subset.ts';
import { toImageArray } from '../data/to-image-array.ts';
import { encodeNpz } from '../data/write-dataset.ts';
import type { Picture } from '../image/image.ts';
import { randomOrder } from '../random/random-order.ts';
import { kept, type Store } from './store.ts';

/** Pictures in memory with what tells them from any others. */
export interface PictureSet {
  readonly array: ImageArray;
  /** Of pixels, labels and names of classes. */
  readonly hash: string;
}

/** A set in memory with its hash. */
export async function pictureSet(array: ImageArray): Promise<PictureSet> {
  return { array, hash: await hashOfImages(array) };
}

/** Some pictures of a set in an order that is always the same, each class among them as in the set; all of them where it has no more. */
export async function somePictures(set: Dataset, count: number, signal?: AbortSignal): Promise<PictureSet> {
  const order = randomOrder(set.length, 0).subarray(0, count);
  return pictureSet(await toImageArray(subset(set, order), signal === undefined ? {} : { signal }));
}

/** The same pictures with other labels. */
export function relabelled({ array }: PictureSet, name: string, label: (i: number) => number): Promise<PictureSet> {
  return pictureSet({ ...array, name, labels: Int32Array.from(array.labels, (_, i) => label(i)) });
}

/** The first pictures. */
export function firstOf({ array }: PictureSet, count: number): Promise<PictureSet> {
  const indices = Array.from({ length: Math.min(count, array.shape[0]) }, (_, i) => i);
  return pictureSet(pickImages(array, indices));
}

/** The first pictures of a set, all of them unless told how many at most, for figures. */
export function picturesOf({ array }: PictureSet, most = array.shape[0]): Picture[] {
  return Array.from({ length: Math.min(most, array.shape[0]) }, (_, i) => pictureAt(array, i));
}

/** A picture of a set, for figures. */
export function pictureAt({ shape, pixels }: ImageArray, i: number): Picture {
  const [, channels, height, width] = shape;
  const size = channels * height * width;
  const part = pixels.subarray(i * size, (i + 1) * size);
  const data = part instanceof Uint8Array ? Float32Array.from(part, (value) => value / 255) : part;
  return { data, channels, height, width };
}

/** A constructed set, read from the store where it was made before. */
export async function keptSet(
  store: Store,
  name: string,
  recipe: Recipe,
  make: () => Promise<ImageArray>,
): Promise<PictureSet> {
  const bytes = await kept(store, 'npz', recipe, async () => encodeNpz(await make()));
  return pictureSet({ ...(await readNpz(bytes, name)), name });
}
