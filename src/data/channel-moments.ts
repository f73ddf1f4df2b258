/** @file Mean and deviation of each channel over a set. */
import type { ImageArray } from './dataset.ts';

/** Mean and standard deviation per channel of pixels in [0, 1], over all images. */
export function channelMoments({ shape, pixels }: ImageArray): { readonly mean: number[]; readonly std: number[] } {
  const [n, channels, height, width] = shape;
  const area = height * width;
  const scale = pixels instanceof Uint8Array ? 255 : 1;
  const sums = Array.from({ length: channels }, () => [0, 0] as [number, number]);
  for (let i = 0; i < n * channels; i++) {
    let [sum, squares] = [0, 0];
    for (let p = i * area; p < (i + 1) * area; p++) {
      sum += pixels[p]!;
      squares += pixels[p]! ** 2;
    }
    const total = sums[i % channels]!;
    total[0] += sum;
    total[1] += squares;
  }
  const count = n * area;
  const mean = sums.map(([sum]) => sum / count / scale);
  const std = sums.map(([, squares], c) => Math.sqrt(Math.max(0, squares / count / scale ** 2 - mean[c]! ** 2)) || 1);
  return { mean, std };
}
