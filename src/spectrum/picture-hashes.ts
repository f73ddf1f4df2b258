/** @file Pictures and their labels as short texts, for the keys of measurements that go on where they stopped. */
import { contentHash } from '../data/content-hash.ts';

/** Of each picture a hash of its pixels with its label, or the word `answer` where the model's own stands for it. */
export async function pictureHashes(
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
): Promise<string[]> {
  const hashes = await Promise.all(images.map((image) => contentHash(new Uint8Array(image.slice().buffer))));
  return hashes.map((hash, i) => `${hash} ${labels?.[i] ?? 'answer'}`);
}
