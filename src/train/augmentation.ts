/** @file Random changes of training pictures that keep their class, on the host, one stream of randomness per sample and epoch. */
import { uniformSource } from './random-fill.ts';

/** Changes of a picture. */
export interface AugmentationOptions {
  /** Pictures are padded by this many pixels (mirrored) and cropped back at a random place. */
  readonly crop?: number;
  /** Left and right are swapped half of the time. */
  readonly flip?: boolean;
  /** Side of a square at a random place that is made grey (DeVries and Taylor 2017). */
  readonly cutout?: number;
}

/** Tells augmentation's stream from the noises'. */
const streamLabel = 0x617567;

/** Writes the changed picture [C, H, W] of sample `sample` to `to`. */
export function augmentInto<T extends Uint8Array | Float32Array>(
  to: T,
  from: T,
  [channels, height, width]: readonly [number, number, number],
  { crop = 0, flip = false, cutout = 0 }: AugmentationOptions,
  seed: number,
  epoch: number,
  sample: number,
): void {
  const uniform = uniformSource(seed, epoch, sample, streamLabel);
  const below = (n: number) => Math.floor(uniform() * n);
  const [top, left] = [below(2 * crop + 1) - crop, below(2 * crop + 1) - crop];
  const mirrored = flip && uniform() < 0.5;
  const [hy, hx] = [below(height), below(width)];
  const columns = Array.from({ length: width }, (_, x) => reflect((mirrored ? width - 1 - x : x) + left, width));
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const row = (c * height + reflect(y + top, height)) * width;
      const at = (c * height + y) * width;
      for (let x = 0; x < width; x++) to[at + x] = from[row + columns[x]!]!;
    }
  }
  if (cutout === 0) return;
  const grey = to instanceof Uint8Array ? 128 : 0.5;
  const half = cutout / 2;
  for (let c = 0; c < channels; c++) {
    for (let y = Math.max(0, Math.ceil(hy - half)); y < Math.min(height, hy + half); y++) {
      for (let x = Math.max(0, Math.ceil(hx - half)); x < Math.min(width, hx + half); x++) {
        to[(c * height + y) * width + x] = grey;
      }
    }
  }
}

/** The index inside [0, size) that a mirror at both ends shows at i. */
function reflect(i: number, size: number): number {
  const inside = i < 0 ? -i : i;
  return inside < size ? inside : 2 * size - 2 - inside;
}
