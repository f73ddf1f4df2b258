/**
 * @file The genetic algorithm of XDream (Ponce et al. 2019; Xiao and Kreiman 2020): the fit have more children, each number of a child comes
 * from one of two parents, and some numbers mutate.
 */
import type { RandomStream } from '../../random/random-stream.ts';
import { type AskTell, ranking } from './ask-tell.ts';

/** Options of `genetic`. */
export interface GeneticOptions {
  readonly dimensions: number;
  readonly random: RandomStream;
  /** Points of a round, and how many of the best stay as they are; 20 and 1 unless given. */
  readonly population?: number;
  readonly kept?: number;
  /** Share of numbers that mutate, and the deviation of that; 0.5 both unless given. */
  readonly mutationRate?: number;
  readonly mutationSize?: number;
  /** A point one deviation of the values above another has e to this power times its children; 2 unless given. */
  readonly selectivity?: number;
  /** Share of a child's numbers that come from its first parent; 0.5 unless given. */
  readonly heritability?: number;
  readonly start?: readonly Float64Array[];
}

/** A genetic algorithm. */
export function genetic({
  dimensions: n,
  random,
  population = 20,
  kept = 1,
  mutationRate = 0.5,
  mutationSize = 0.5,
  selectivity = 2,
  heritability = 0.5,
  start,
}: GeneticOptions): AskTell {
  let points = Array.from(
    { length: population },
    (_, i) => start?.[i]?.slice() ?? Float64Array.from({ length: n }, () => random.normal()),
  );
  const pick = (chances: readonly number[]) => {
    let left = random.uniform() * chances.reduce((a, b) => a + b, 0);
    for (const [i, chance] of chances.entries()) {
      left -= chance;
      if (left < 0) return i;
    }
    return chances.length - 1;
  };
  return {
    name: 'genetic',
    ask: () => points,
    tell(values) {
      const order = ranking(values);
      const finite = values.filter((value) => Number.isFinite(value));
      const mean = finite.reduce((a, b) => a + b, 0) / Math.max(1, finite.length);
      const deviation = Math.sqrt(finite.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, finite.length)) || 1;
      const top = values[order[0]!]!;
      const chances = values.map((value) =>
        Number.isFinite(value) ? Math.exp((selectivity * (value - top)) / deviation) : 0,
      );
      const next = order.slice(0, kept).map((i) => points[i]!.slice());
      while (next.length < population) {
        const [mother, father] = [points[pick(chances)]!, points[pick(chances)]!];
        next.push(
          mother.map((value, i) => {
            const inherited = random.uniform() < heritability ? value : father[i]!;
            return random.uniform() < mutationRate ? inherited + mutationSize * random.normal() : inherited;
          }),
        );
      }
      points = next;
    },
  };
}
