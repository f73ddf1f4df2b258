/** @file Natural evolution strategies (Wierstra et al. 2014; Salimans et al. 2017): a gradient estimated from pairs of opposite steps, and Adam along it. */
import type { RandomStream } from '../../random/random-stream.ts';
import type { AskTell } from './ask-tell.ts';

/** Options of `evolutionGradient`. */
export interface EvolutionGradientOptions {
  readonly start: Float64Array;
  readonly random: RandomStream;
  /** Pairs of a round; 20 unless given. */
  readonly pairs?: number;
  /** Length of the steps' deviation; 0.1 unless given. */
  readonly sigma?: number;
  /** Adam's learning rate; 0.1 unless given. */
  readonly rate?: number;
}

/** Steps along an estimated gradient. */
export function evolutionGradient({
  start,
  random,
  pairs = 20,
  sigma = 0.1,
  rate = 0.1,
}: EvolutionGradientOptions): AskTell {
  const n = start.length;
  const point = start.slice();
  const [mean, square] = [new Float64Array(n), new Float64Array(n)];
  let [steps, round]: [Float64Array[], number] = [[], 0];
  return {
    name: 'nes',
    ask() {
      steps = Array.from({ length: pairs }, () => Float64Array.from({ length: n }, () => random.normal()));
      return steps.flatMap((step) => [1, -1].map((sign) => point.map((value, i) => value + sign * sigma * step[i]!)));
    },
    tell(values) {
      round++;
      const gradient = new Float64Array(n);
      for (const [k, step] of steps.entries()) {
        const gain = values[2 * k]! - values[2 * k + 1]!;
        if (!Number.isFinite(gain)) continue;
        for (let i = 0; i < n; i++) gradient[i]! += (gain * step[i]!) / (2 * sigma * pairs);
      }
      for (let i = 0; i < n; i++) {
        mean[i] = 0.9 * mean[i]! + 0.1 * gradient[i]!;
        square[i] = 0.999 * square[i]! + 0.001 * gradient[i]! ** 2;
        const root = Math.sqrt(square[i]! / (1 - 0.999 ** round)) + 1e-12;
        point[i]! += (rate * mean[i]!) / (1 - 0.9 ** round) / root;
      }
    },
  };
}
