/**
 * @file SphereCMA (Wang and Ponce 2022, "High-performance evolutionary algorithms for online neuron control"): points stay on a sphere, where
 * codes of generators lie; each round turns the mean towards the best of tangent steps, whose angle falls from 50 to 7.33 degrees.
 */
import type { RandomStream } from '../../random/random-stream.ts';
import { type AskTell, ranking } from './ask-tell.ts';

/** Options of `sphereCma`. */
export interface SphereCmaOptions {
  readonly dimensions: number;
  readonly random: RandomStream;
  /** Radius of the sphere; 300 for the paper's codes of 4096 numbers, the root of the dimensions unless given. */
  readonly radius?: number;
  /** Points of a round, and how many of them count; 40 and 20 unless given. */
  readonly population?: number;
  readonly selected?: number;
  /** Rounds over which the angle falls; 75 unless given. */
  readonly rounds?: number;
  /** How far the mean turns towards the weighted step; 1.5 unless given. */
  readonly rate?: number;
  readonly start?: Float64Array;
}

/** Degrees of the first and last steps. */
const [firstAngle, lastAngle] = [50, 7.33];

/** An evolution strategy on a sphere. */
export function sphereCma({
  dimensions: n,
  random,
  radius = Math.sqrt(n),
  population = 40,
  selected = 20,
  rounds = 75,
  rate = 1.5,
  start,
}: SphereCmaOptions): AskTell {
  let mean = unit(start ?? Float64Array.from({ length: n }, () => random.normal()));
  let [tangents, round]: [Float64Array[], number] = [[], 0];
  const raw = Array.from({ length: selected }, (_, i) => Math.log(selected + 0.5) - Math.log(i + 1));
  const total = raw.reduce((a, b) => a + b, 0);
  return {
    name: 'sphere-cma',
    ask() {
      const share = Math.min(1, round / Math.max(1, rounds - 1));
      const degrees = firstAngle * (lastAngle / firstAngle) ** share;
      const sigma = (degrees * Math.PI) / 180 / Math.sqrt(n);
      tangents = Array.from({ length: population }, () => {
        const noise = Float64Array.from({ length: n }, () => sigma * random.normal());
        const along = dot(noise, mean);
        return noise.map((value, i) => value - along * mean[i]!);
      });
      return tangents.map((tangent) => turned(mean, tangent).map((value) => radius * value));
    },
    tell(values) {
      round++;
      const best = ranking(values).slice(0, selected);
      const step = new Float64Array(n);
      for (const [k, i] of best.entries())
        for (let j = 0; j < n; j++) step[j]! += (rate * raw[k]! * tangents[i]![j]!) / total;
      mean = unit(turned(mean, step));
    },
  };
}

/** A point of the unit sphere moved along a tangent, whose length is the angle. */
function turned(point: Float64Array, tangent: Float64Array): Float64Array {
  const angle = Math.sqrt(dot(tangent, tangent));
  if (angle === 0) return point.slice();
  return point.map((value, i) => Math.cos(angle) * value + (Math.sin(angle) * tangent[i]!) / angle);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function unit(v: Float64Array): Float64Array {
  const length = Math.sqrt(dot(v, v)) || 1;
  return v.map((value) => value / length);
}
