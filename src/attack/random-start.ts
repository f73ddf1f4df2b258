/** @file Where an attack starts: a random point of a ball around the picture, or of its edge. */
import type { Norm } from '../distance/ball.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, normOf } from './vector.ts';

/** A point drawn from the ball (uniformly by volume), kept inside [0, 1]. */
export function randomStart(norm: Norm, x0: Float32Array, epsilon: number, random: RandomStream): Float32Array {
  const d = x0.length;
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  if (norm === 'linf') return x0.map((value) => clamp(value + epsilon * (2 * random.uniform() - 1)));
  const direction =
    norm === 'l2'
      ? Float64Array.from({ length: d }, () => random.normal())
      : Float64Array.from({ length: d }, () => random.exponential() * (random.uniform() < 0.5 ? -1 : 1));
  const length =
    norm === 'l2'
      ? Math.sqrt(direction.reduce((sum, v) => sum + v * v, 0))
      : direction.reduce((sum, v) => sum + Math.abs(v), 0);
  const radius = (epsilon * random.uniform() ** (1 / d)) / length;
  return x0.map((value, i) => clamp(value + radius * direction[i]!));
}

/**
 * A random point on the edge of the ball, as Croce and Hein draw it: uniform values in linf and Gaussian ones otherwise, scaled to epsilon and
 * kept inside [0, 1].
 * @param names what the draws are named by in the trial's random stream
 */
export function edgeStart(norm: Norm, trial: Trial, epsilon: number, names: readonly number[]): Float32Array {
  const { x0, mask } = trial;
  const random = trial.random(...names);
  const noise = x0.map((_, i) => (norm === 'linf' ? 2 * random.uniform() - 1 : random.normal()) * (mask?.[i] ?? 1));
  return allowed(addScaled(x0, epsilon / Math.max(normOf(norm, noise), 1e-12), noise), trial);
}
