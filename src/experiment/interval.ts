/** @file Confidence intervals: of a mean over seeds (Student 1908), of a share of trials (Wilson 1927). */
import { mean } from '../distance/mean.ts';
import type { Interval } from '../statistics/share-interval.ts';

/** 97.5 % quantiles of Student's t for 1 to 10 degrees of freedom. */
const quantiles = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/** The normal distribution's. */
const z = 1.959964;

/** The quantile of t that leaves 2.5 % above it; beyond the table by the expansion of Cornish and Fisher, right to 1e-4. */
export function studentQuantile(degrees: number): number {
  return (
    quantiles[degrees - 1] ??
    z +
      (z ** 3 + z) / (4 * degrees) +
      (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
      (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  );
}

/** The 95 % interval of the mean of independent values, by Student's t; undefined for a single value, which tells nothing of its spread. */
export function meanInterval(values: readonly number[]): Interval | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (n - 1);
  const half = studentQuantile(n - 1) * Math.sqrt(variance / n);
  return { low: middle - half, high: middle + half };
}

/**
 * 95 % interval of the median of independent values, whatever their distribution: between the k-th from below and from above, k as large as
 * the binomial distribution allows. Undefined for fewer than six values, whose extremes hold the median less surely.
 */
export function medianInterval(values: readonly number[]): Interval | undefined {
  const n = values.length;
  const sorted = values.toSorted((a, b) => a - b);
  // Chance that at most `below` of n values lie below the median.
  let [k, term, chance] = [0, -n * Math.LN2, 0];
  for (let below = 0; below < n; below++) {
    chance += Math.exp(term);
    if (chance > 0.025) break;
    k = below + 1;
    term += Math.log((n - below) / (below + 1));
  }
  return k === 0 ? undefined : { low: sorted[k - 1]!, high: sorted[n - k]! };
}

/**
 * As how many independent trials groups of `each` count whose members depend on each other: as many as would make means of groups spread as
 * theirs do, no fewer than there are groups and no more than there are members.
 * @param shares of every group
 */
export function effectiveTrials(shares: readonly number[], each: number): number {
  const groups = shares.length;
  const p = mean(shares);
  const variance = shares.reduce((sum, share) => sum + (share - p) ** 2, 0) / Math.max(1, groups - 1) / groups;
  const alike = variance === 0 ? Number.POSITIVE_INFINITY : (p * (1 - p)) / variance;
  return Math.max(groups, Math.min(groups * each, Math.floor(alike)));
}

/** 95 % interval of a correlation of independent pairs, by Fisher's transformation; everything from -1 to 1 for fewer than four pairs. */
export function correlationInterval(r: number, pairs: number): Interval {
  return transformedInterval(r, pairs, 1);
}

/** The same of a correlation of ranks (Spearman), which spreads more (Bonett and Wright 2000). */
export function rankCorrelationInterval(r: number, pairs: number): Interval {
  return transformedInterval(r, pairs, 1 + r ** 2 / 2);
}

function transformedInterval(r: number, pairs: number, spread: number): Interval {
  if (pairs < 4) return { low: -1, high: 1 };
  const reach = z * Math.sqrt(spread / (pairs - 3));
  return { low: Math.tanh(Math.atanh(r) - reach), high: Math.tanh(Math.atanh(r) + reach) };
}
