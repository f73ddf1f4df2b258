/** @file The parameters whose picture comes nearest to a given one: where a drawing starts from a photo. */

import { hashOf, randomStream } from '../random/random-stream.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { adam, adamData, adamSpecs } from '../search/adam.ts';
import { stepSizeName } from '../search/ascent.ts';
import { search } from '../search/search.ts';
import { neg, sub } from '../tensor/ops/arithmetic.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { square } from '../tensor/ops/unary.ts';
import type { Parameterisation } from './parameterisation.ts';
import { PriorError } from './prior-error.ts';

/** Options of `fitParameters`. */
export interface FitOptions {
  readonly device: DeviceRuntime;
  /** Steps of Adam; 1000 unless given. */
  readonly steps?: number;
  /** Learning rate; the parameterisation's unless given. It falls evenly to nothing. */
  readonly rate?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** Parameters with the picture that they make. */
export interface Fit {
  readonly parameters: Float32Array;
  readonly picture: Float32Array;
  /** Mean over values of the difference's size. */
  readonly error: number;
}

/**
 * Fits a picture [C, H, W] in [0, 1] by the mean square.
 * @throws PriorError if it has another size
 */
export async function fitParameters(
  parameterisation: Parameterisation,
  picture: Float32Array,
  { device, steps = 1000, rate = parameterisation.rate, seed = 0, signal }: FitOptions,
): Promise<Fit> {
  const [c, h, w] = parameterisation.size;
  if (picture.length !== c * h * w)
    throw new PriorError(`The picture has ${picture.length} values; ${c} x ${h} x ${w} were expected.`);
  let best: Fit | undefined;
  await search(
    {
      key: `fit ${parameterisation.key}`,
      shape: parameterisation.shape,
      data: { target: { shape: [c, h, w], dtype: 'float32' }, ...adamSpecs },
      parameterise: (z) => parameterisation.picture(z),
      objective: (x, { target }) => ({
        value: neg(reduceMean(square(sub(x, target!)), { axes: [1, 2, 3] })),
        outputs: { picture: x },
      }),
      rule: adam({ shape: parameterisation.shape }),
      ...(parameterisation.project === undefined ? {} : { project: (z) => parameterisation.project!(z) }),
    },
    [
      {
        z: parameterisation.start(randomStream(seed, hashOf(picture))),
        steps,
        data: (step) => ({ target: picture, [stepSizeName]: rate * (1 - step / steps), ...adamData(step) }),
      },
    ],
    ([seen]) => {
      const { step, z, outputs } = seen!;
      if (step === steps) {
        const drawn = outputs.picture!;
        const error = drawn.reduce((sum, value, i) => sum + Math.abs(value - picture[i]!), 0) / drawn.length;
        best = { parameters: z, picture: drawn, error };
      }
      return [false];
    },
    { device, batch: 1, ...(signal === undefined ? {} : { signal }) },
  );
  return best!;
}
