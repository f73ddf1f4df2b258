/** @file Points of the unit square with labels of no meaning, and small networks that learn them by heart (Wallace 2019). */
import { pgd } from '../attack/pgd.ts';
import type { ImageArray } from '../data/dataset.ts';
import { imageArray } from '../data/image-array.ts';
import { randomStream } from '../random/random-stream.ts';
import { mul, sub } from '../tensor/ops/arithmetic.ts';
import { exportNetwork } from '../train/export-network.ts';
import { mlp } from '../train/networks/classic.ts';
import { classification } from '../train/tasks/classification.ts';
import { train } from '../train/train.ts';
import type { ExperimentContext, KnownModel } from './context.ts';

/** Points as pictures of two pixels, with random labels 0 or 1. */
export function randomPoints(count: number, ...names: readonly number[]): ImageArray {
  const { uniform } = randomStream(...names, 0x706f696e);
  const pixels = Float32Array.from({ length: 2 * count }, uniform);
  return pointSet(
    pixels,
    Int32Array.from({ length: count }, () => Number(uniform() < 0.5)),
  );
}

/** A set of points. */
export function pointSet(pixels: Float32Array, labels: Int32Array): ImageArray {
  return imageArray({ name: 'points', classNames: ['no', 'yes'], shape: [labels.length, 1, 1, 2], pixels, labels });
}

/** A network of two hidden layers that is trained on points until it has had time to learn them by heart. */
export async function learntByHeart(
  { device, signal, open }: ExperimentContext,
  points: ImageArray,
  { seed, epochs }: { readonly seed: number; readonly epochs: number },
): Promise<KnownModel> {
  const network = mlp([100, 100], 2);
  // From -1 to 1, so that the first layer sees points around 0.
  const task = classification((x, scope) => network(sub(mul(x, 2), 1), scope));
  const trained = await train(task, {
    data: points,
    epochs,
    batchSize: points.shape[0],
    optimizer: { kind: 'adam' },
    learningRate: 0.01,
    seed,
    device,
    ...(signal === undefined ? {} : { signal }),
  });
  return open((await exportNetwork(trained, { device })).bytes, 'points learnt by heart');
}

/** What an adversary within l∞ makes of points: those that it moves across, each with the label that it then gets. */
export async function movedAcross(
  { model }: KnownModel,
  points: ImageArray,
  epsilon: number,
): Promise<{ readonly moved: ImageArray | undefined; readonly from: readonly number[] }> {
  const count = points.shape[0];
  const results = await pgd(
    model,
    Array.from({ length: count }, (_, i) => points.pixels.slice(2 * i, 2 * i + 2) as Float32Array),
    [...points.labels],
    { norm: 'linf', epsilon, steps: 40, restarts: 3, batch: count, seed: 1 },
  );
  const from = Array.from(results.keys()).filter((i) => results[i]!.success && !results[i]!.misclassifiedBefore);
  if (from.length === 0) return { moved: undefined, from };
  const pixels = Float32Array.from(from.flatMap((i) => [...results[i]!.adversarial]));
  return {
    moved: pointSet(
      pixels,
      Int32Array.from(from, (i) => 1 - points.labels[i]!),
    ),
    from,
  };
}
