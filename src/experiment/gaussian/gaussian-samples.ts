/** @file What the Gaussian model is fitted to: points drawn in the plane, or pictures of two classes. */
import { pickImages } from '../../data/image-array.ts';
import { randomOrder } from '../../random/random-order.ts';
import { randomStream } from '../../random/random-stream.ts';
import type { ExperimentContext } from '../context.ts';
import { sideWithin, twoClasses } from '../linear/two-classes.ts';
import { type GaussianClasses, gaussianClasses } from './gaussian-classes.ts';

/** Which pictures are taken. */
export interface PictureSamples {
  /** Training pictures, of all classes together; seeds take halves of them. */
  readonly samples: number;
  readonly testPictures: number;
  /** Largest side that pictures are brought to. */
  readonly side: number;
  /** The two classes. */
  readonly classes: readonly number[];
}

/** Samples in the plane: variances 1 and 1/25 in directions of their own, askew to the difference of the classes. */
export function planeClasses(
  { seed }: Pick<ExperimentContext, 'seed'>,
  { samples }: { readonly samples: number },
): GaussianClasses {
  const { normal } = randomStream(seed, 0x67617573);
  const [mu, tilt] = [[1.3, 0.25], Math.PI / 5];
  const y = Float64Array.from({ length: samples }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const rows = Array.from(y, (own) => {
    const [a, b] = [normal(), normal() / 5];
    return Float64Array.of(
      own * mu[0]! + a * Math.cos(tilt) - b * Math.sin(tilt),
      own * mu[1]! + a * Math.sin(tilt) + b * Math.cos(tilt),
    );
  });
  return gaussianClasses({ rows, y, mean: new Float64Array(2), shape: [1, 1, 2] });
}

/** Half of the training pictures as two Gaussian classes of one covariance, and test pictures of both. */
export async function pictureClasses(context: ExperimentContext, settings: PictureSamples) {
  const { samples, testPictures, classes } = settings;
  const { array: whole } = await context.pictures('train', samples);
  const side = sideWithin(whole, settings.side);
  const { array: held } = await context.pictures('test', testPictures);
  const [first = 0, second = 1] = classes;
  return context.step('covariance of pictures', async () => {
    const half = Math.floor(whole.shape[0] / 2);
    const order = randomOrder(whole.shape[0], 0x67617573, Math.ceil(context.seed / 2));
    const array = pickImages(whole, context.seed % 2 === 1 ? order.slice(0, half) : order.slice(half));
    const further = array.classNames.flatMap((_, label) =>
      // A pair of a class with itself is the class around its own mean.
      classes.includes(label) ? [] : twoClasses(array, [label, label], side).rows,
    );
    const pictures = { perSide: array.shape[2] / side, further };
    const train = twoClasses(array, [first, second], side);
    return { classes: gaussianClasses(train, pictures), test: twoClasses(held, [first, second], side, train), side };
  });
}
