/** @file Images of classes by gradient steps on pixels, with no prior but the network itself (Engstrom et al. 2019). */
import { rawPixels } from '../prior/pixels.ts';
import { classScore } from '../visualize/objectives/unit.ts';
import { visualize } from '../visualize/visualize.ts';
import type { ExperimentContext, KnownModel } from './context.ts';
import type { PictureSet } from './picture-set.ts';

/** How they are drawn. */
export interface ClassImageOptions {
  /** Images of each class. */
  readonly images: number;
  readonly steps: number;
  /** Length of a step in l2, pixels from 0 to 1. */
  readonly stepLength: number;
}

/** An image of a class. */
export interface ClassImage {
  /** [C, H, W] in [0, 1]. */
  readonly data: Float32Array;
  readonly label: number;
}

/** Images of the first classes by steps on the pixels alone: one of every class in turn, as often as is wanted. */
export async function classImages(
  context: ExperimentContext,
  { model }: KnownModel,
  classes: number,
  { array }: PictureSet,
  { images, steps, stepLength }: ClassImageOptions,
): Promise<readonly ClassImage[]> {
  const [, channels, height, width] = array.shape;
  const parameterisation = rawPixels([channels, height, width]);
  return context.step(`class images of ${model.name}`, async (tick) => {
    const drawn: ClassImage[] = [];
    for (let image = 0; image < images; image++) {
      for (let label = 0; label < classes; label++) {
        const seed = 1000 * context.seed + image;
        const options = { parameterisation, optimizer: 'steepest', steps, rate: stepLength, seed } as const;
        const { pictures } = await visualize(model, classScore(label), {
          ...options,
          ...(context.signal === undefined ? {} : { signal: context.signal }),
        });
        drawn.push({ data: pictures[0]!, label });
        tick(drawn.length, images * classes);
      }
    }
    return drawn;
  });
}
