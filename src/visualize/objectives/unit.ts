/** @file Units of a layer: a neuron, a channel, a whole layer, or a class (Olah et al. 2017; Mordvintsev et al. 2015). */
import { classFault } from '../../model/faults.ts';
import { sub } from '../../tensor/ops/arithmetic.ts';
import { reduceMean } from '../../tensor/ops/reduce.ts';
import { reduceMax } from '../../tensor/ops/reduce-extrema.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import { take } from '../../tensor/ops/slice.ts';
import { square } from '../../tensor/ops/unary.ts';
import { constant, type Tensor } from '../../tensor/tensor.ts';
import { VisualizeError } from '../check-options.ts';
import { featuresOf } from './features.ts';
import type { Objective } from './objective.ts';
import { overTokens, type Tokens } from './tokens.ts';

/** One channel [N, places] of a layer. @throws VisualizeError where it has no such channel */
export function channelOf(value: Tensor, layer: string, channel: number): Tensor {
  const { values, channels } = featuresOf(value);
  if (!(Number.isInteger(channel) && channel >= 0 && channel < channels))
    throw new VisualizeError(`Layer "${layer}" has channels 0 to ${channels - 1}; ${channel} is none of them.`);
  return reshape(take(values, channel, 1), [values.shape[0]!, values.shape[2]!]);
}

/** A channel's mean over all places, or over some of a transformer's tokens. */
export function channel(layer: string, index: number, tokens: Tokens = 'all'): Objective {
  return {
    key: `channel ${layer} ${index} ${JSON.stringify(tokens)}`,
    name: `${layer}:${index}`,
    value: (seen) => {
      const value = seen.at(layer);
      return overTokens(channelOf(value, layer, index), tokens, featuresOf(value).places, layer);
    },
  };
}

/** A channel at one place: row and column of a map, the middle unless given. */
export function neuron(layer: string, index: number, place?: readonly [row: number, column: number]): Objective {
  return {
    key: `neuron ${layer} ${index} ${place ?? 'middle'}`,
    name: place === undefined ? `${layer}:${index} in the middle` : `${layer}:${index}:${place[0]},${place[1]}`,
    value: (seen) => {
      const value = seen.at(layer);
      const { places } = featuresOf(value);
      const values = channelOf(value, layer, index);
      return at(values, placeIn(places, place, layer), layer);
    },
  };
}

/** Number of a place among all: the middle one, of an even number the later, unless a row and a column are given. */
export function placeIn(
  places: readonly number[],
  place: readonly [number, number] | undefined,
  layer: string,
): number {
  const [rows = 1, columns = 1] = places;
  if (place === undefined) return Math.floor(rows / 2) * columns + Math.floor(columns / 2);
  const [row, column] = place;
  if (row >= 0 && row < rows && column >= 0 && column < columns) return row * columns + column;
  throw new VisualizeError(
    `Layer "${layer}" has ${rows} x ${columns} places; row ${row}, column ${column} is none of them.`,
  );
}

function at(values: Tensor, place: number, layer: string): Tensor {
  const [n, places] = values.shape as [number, number];
  if (!(Number.isInteger(place) && place >= 0 && place < places))
    throw new VisualizeError(`Layer "${layer}" has ${places} places; ${place} is none of them.`);
  return reshape(take(values, place, 1), [n]);
}

/** DeepDream: the mean of squares of a whole layer, or of some of a transformer's tokens, so that whatever it sees grows. */
export function wholeLayer(layer: string, tokens: Tokens = 'all'): Objective {
  return {
    key: `layer ${layer} ${JSON.stringify(tokens)}`,
    name: layer,
    value: (seen) => {
      const { values, places } = featuresOf(seen.at(layer));
      return overTokens(reduceMean(square(values), { axes: [1] }), tokens, places, layer);
    },
  };
}

/** A class's score, or how far it leads all others. */
export function classScore(label: number, kind: 'logit' | 'margin' = 'logit'): Objective {
  return {
    key: `class ${label} ${kind}`,
    name: kind === 'logit' ? `class ${label}` : `lead of class ${label}`,
    value: ({ logits }) => {
      const [n, classes] = logits.shape as [number, number];
      const fault = classFault({ classCount: classes }, label);
      if (fault !== undefined) throw new VisualizeError(fault);
      const own = reshape(take(logits, label, 1), [n]);
      if (kind === 'logit') return own;
      const shift = constant(
        Float32Array.from({ length: classes }, (_, k) => (k === label ? 1e9 : 0)),
        [1, classes],
      );
      return sub(own, reduceMax(sub(logits, shift), { axes: [1] }));
    },
  };
}
