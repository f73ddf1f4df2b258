/**
 * @file How fragile a layer is (the authors' response to Nakano 2019): R(f) = E max over |delta| <= eps of |f(x + delta) - f(x)| over
 * E |f(x1) - f(x2)|, the distance of two pictures. 1 means that a change of length eps does as much as another picture.
 */
import { randomStart } from '../attack/random-start.ts';
import { pixelsOf } from '../data/image-array.ts';
import { project } from '../distance/ball.ts';
import { mean } from '../distance/mean.ts';
import type { Model } from '../model/model.ts';
import { randomStream } from '../random/random-stream.ts';
import { compile } from '../runtime/compile.ts';
import { steepestAscent, stepSizeName } from '../search/ascent.ts';
import type { Problem } from '../search/problem.ts';
import { search } from '../search/search.ts';
import { sub } from '../tensor/ops/arithmetic.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { see } from '../visualize/see.ts';
import type { PictureSet } from './picture-set.ts';

/** A ball in l2, and the steps of the search in it. */
export interface FragilityOptions {
  /** In pixels from 0 to 1. */
  readonly epsilon: number;
  /** Steps of 2.5 epsilon / steps. */
  readonly steps: number;
  readonly signal?: AbortSignal;
}

/** A layer's fragility. */
export interface LayerFragility {
  readonly value: number;
  /**
   * What each picture adds, R + (moved - R distance) / mean distance: to first order R is their mean. A distance is that of a picture and
   * the next one, so that neighbours share a picture and are not independent; all others are. As neighbours of such a sequence correlate by
   * 1/2 at most, an interval that takes all for independent is too narrow by the factor √2 at most.
   */
  readonly contributions: readonly number[];
}

/** R(f) of a layer over the pictures of a set, of which there are two at least. */
export async function layerFragility(
  model: Model,
  layer: string,
  { array }: PictureSet,
  { epsilon, steps, signal }: FragilityOptions,
): Promise<LayerFragility> {
  const pictures = Array.from({ length: array.shape[0] }, (_, i) => pixelsOf(array, [i]));
  const moved = pictures.map(() => 0);
  const samples = pictures.map((x0, i) => {
    const data = { x0, epsilon, [stepSizeName]: (2.5 * epsilon) / steps };
    return { z: randomStart('l2', x0, epsilon, randomStream(i, 0x66726167)), steps, data: () => data };
  });
  await search(
    fragilityProblem(model, layer),
    samples,
    (seen) => {
      for (const { sample, step, value } of seen) if (step === steps) moved[sample] = value;
      return seen.map(() => false);
    },
    { device: model.device, batch: 16, describe: model.describe, ...(signal === undefined ? {} : { signal }) },
  );
  const distances = await distancesOf(model, layer, pictures);
  const apart = mean(distances);
  const value = mean(moved) / apart;
  return { value, contributions: moved.map((own, i) => value + (own - value * distances[i]!) / apart) };
}

/** |f(a) - f(b)| of a layer, [N]. */
function distanceAt(model: Model, layer: string, a: Tensor, b: Tensor): Tensor {
  const at = (x: Tensor) => see(model, x, x, { group: 1, viewCount: 1 }).at(layer);
  const difference = sub(at(a), at(b));
  const flat = [difference.shape[0]!, sizeOf(difference.shape.slice(1))];
  return reduceL2(reshape(difference, flat), { axes: [1] });
}

function fragilityProblem(model: Model, layer: string): Problem {
  const shape = [model.channels, model.height, model.width];
  const float = (dimensions: readonly number[]) => ({ shape: dimensions, dtype: 'float32' as const });
  return {
    key: `fragility ${model.key} ${layer}`,
    shape,
    data: { x0: float(shape), epsilon: float([]), [stepSizeName]: float([]) },
    objective: (x, { x0 }) => ({ value: distanceAt(model, layer, x, x0!) }),
    rule: steepestAscent({ norm: 'l2', momentum: 0, shape }),
    project: (z, { x0, epsilon }) => project('l2', z, x0!, epsilon!),
  };
}

/** The distance of each picture and the next one. */
async function distancesOf(model: Model, layer: string, pictures: readonly Float32Array[]): Promise<number[]> {
  const spec = { shape: [1, model.channels, model.height, model.width], dtype: 'float32' } as const;
  const program = await compile(
    ({ a, b }) => ({ distance: distanceAt(model, layer, a!, b!) }),
    { a: spec, b: spec },
    { device: model.device },
  );
  try {
    const found: number[] = [];
    for (const [i, a] of pictures.entries()) {
      const { distance } = await program.run({ a, b: pictures[(i + 1) % pictures.length]! });
      found.push(Number(distance!.data[0]));
    }
    return found;
  } finally {
    await program.release();
  }
}
