/**
 * @file Directions in a layer's channels: what lies along one, with the cosine's power to keep what is drawn to it (Carter et al. 2019,
 * Lucid's `direction` with `cossim_pow`).
 */

import { hashOf } from '../../random/random-stream.ts';
import { div, mul } from '../../tensor/ops/arithmetic.ts';
import { maximum, pow } from '../../tensor/ops/extrema.ts';
import { reduceSum } from '../../tensor/ops/reduce.ts';
import { reduceL2 } from '../../tensor/ops/reduce-extrema.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import { slice } from '../../tensor/ops/slice.ts';
import { constant, type Tensor } from '../../tensor/tensor.ts';
import { VisualizeError } from '../check-options.ts';
import { type Features, featuresOf } from './features.ts';
import type { Activations } from './matching.ts';
import type { Objective } from './objective.ts';
import { overTokens, type Tokens } from './tokens.ts';
import { placeIn } from './unit.ts';

/** Options of `direction`. */
export interface DirectionOptions {
  /** Power of the cosine that the product is multiplied by; 2 unless given, 0 for the product alone (what Lucid does unless asked). */
  readonly cosinePower?: number;
  /** At one place alone: `middle`, or a row and a column; the mean over all places unless given. */
  readonly place?: 'middle' | readonly [row: number, column: number];
  /** At some of a transformer's tokens, where no place is given. */
  readonly tokens?: Tokens;
}

/** The least cosine that counts, and what lengths are kept above. */
const [leastCosine, tiny] = [0.1, 1e-4];

/** v . a times max(0.1, cos(v, a))^p for activations a [N, channels, places] and a direction v [1, channels, 1]: [N, places]. */
function poweredProduct(a: Tensor, v: Tensor, power: number): Tensor {
  const product = reduceSum(mul(a, v), { axes: [1] });
  if (power === 0) return product;
  const lengths = mul(maximum(reduceL2(a, { axes: [1] }), tiny), maximum(reduceL2(v, { axes: [1] }), tiny));
  return mul(product, pow(maximum(div(product, lengths), leastCosine), power));
}

/** How far activations go along a direction of a layer's channels. */
export function direction(
  layer: string,
  vector: Float32Array,
  { cosinePower = 2, place, tokens = 'all' }: DirectionOptions = {},
): Objective {
  return {
    key: `direction ${layer} ${hashOf(vector)} ${cosinePower} ${place ?? JSON.stringify(tokens)}`,
    name: `a direction of ${layer}`,
    value: (seen) => {
      const features = featuresOf(seen.at(layer));
      checkLength(features, vector, layer);
      const { values, places } = features;
      const v = constant(vector, [1, vector.length, 1]);
      if (place === undefined) return overTokens(poweredProduct(values, v, cosinePower), tokens, places, layer);
      const chosen = onlyPlace(values, placeIn(places, place === 'middle' ? undefined : place, layer));
      return reshape(poweredProduct(chosen, v, cosinePower), [values.shape[0]!]);
    },
  };
}

/** The direction of a layer's channels that a picture goes along: its activations, the mean over places. */
export function meanOverPlaces({ shape, data }: Activations): Float32Array {
  const tokensFirst = shape.length === 2;
  const channels = (tokensFirst ? shape[1] : shape[0])!;
  const places = data.length / channels;
  const mean = new Float32Array(channels);
  for (const [i, value] of data.entries()) mean[tokensFirst ? i % channels : Math.floor(i / places)]! += value / places;
  return mean;
}

/** Values [N, channels, places] of one place, [N, channels, 1]. */
function onlyPlace(values: Tensor, place: number): Tensor {
  return slice(values, { axes: [2], starts: [place], ends: [place + 1] });
}

function checkLength({ channels }: Features, vector: Float32Array, layer: string): void {
  if (vector.length !== channels)
    throw new VisualizeError(`A direction of layer "${layer}" has ${channels} numbers, got ${vector.length}.`);
}
