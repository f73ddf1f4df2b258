/**
 * @file Differences of two shares of the same trials, such as pictures before and after a change, or as two networks see them: Newcombe
 * 1998, "Improved confidence intervals for the difference between binomial proportions based on paired data", method 10.
 */
import { mean } from '../distance/mean.ts';
import { type Interval, shareInterval } from '../statistics/share-interval.ts';
import type { Measure } from './experiment.ts';

/** How many trials hit both times, the first time alone, the second time alone, and never. */
export interface PairedCounts {
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly neither: number;
}

/**
 * 95 % interval of the first share less the second: Wilson's intervals of both, put together under the correlation of hits. Trials that
 * agree in all pairs leave it a width. NaN for no trials.
 */
export function pairedInterval({ both, first, second, neither }: PairedCounts): Interval {
  const n = both + first + second + neither;
  const [p1, p2] = [(both + first) / n, (both + second) / n];
  const [one, two] = [shareInterval(p1, n), shareInterval(p2, n)];
  const [down1, up1, down2, up2] = [p1 - one.low, one.high - p1, p2 - two.low, two.high - p2];
  const product = both * neither - first * second;
  const spread = Math.sqrt((both + first) * (second + neither) * (both + second) * (first + neither));
  // With the paper's correction for continuity of positive correlations.
  const phi = spread === 0 ? 0 : (product > 0 ? Math.max(0, product - n / 2) : product) / spread;
  const reach = (a: number, b: number) => Math.sqrt(Math.max(0, a ** 2 - 2 * phi * a * b + b ** 2));
  return { low: p1 - p2 - reach(down1, up2), high: p1 - p2 + reach(up1, down2) };
}

/**
 * The share of hits in `first` less that in `second`, with its interval.
 * @param first 1 for each trial that hits, else 0; of `second` the same trials in the same order
 */
export function pairedMeasure(name: string, first: readonly number[], second: readonly number[]): Measure {
  const count = (a: number, b: number) => first.filter((own, i) => own === a && second[i] === b).length;
  const counts = { both: count(1, 1), first: count(1, 0), second: count(0, 1), neither: count(0, 0) };
  return { name, unit: 'change', value: mean(first) - mean(second), interval: pairedInterval(counts) };
}
