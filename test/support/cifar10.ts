/** @file CIFAR-10's test images from the shared data's strips: a row of the picture is an image of 32 x 32 RGB pixels. */
import { decodePicture } from '#image-codec';
import { sharedFile } from './shared-data.ts';

/** Images [3, 32, 32] with their classes. */
export interface LabelledImages {
  readonly images: Float32Array[];
  readonly labels: number[];
}

/** The first test images, at most 1000. */
export async function cifar10Test(count: number): Promise<LabelledImages> {
  const strip = await decodePicture(sharedFile('datasets/cifar10/cifar10_batch_50.png'));
  const text = new TextDecoder().decode(sharedFile('datasets/cifar10/cifar10_labels.js'));
  const all = text
    .slice(text.indexOf('[') + 1, text.indexOf(']'))
    .split(',')
    .map(Number);
  const images = Array.from({ length: count }, (_, row) => {
    const image = new Float32Array(3 * 1024);
    for (let c = 0; c < 3; c++)
      image.set(strip.data.subarray((c * strip.height + row) * 1024, (c * strip.height + row + 1) * 1024), c * 1024);
    return image;
  });
  return { images, labels: all.slice(50_000, 50_000 + count) };
}
