/** @file Confidence intervals of means (Student 1908), medians and correlations, and as how many trials groups count. */
import { mean } from '../distance/mean.ts';
import type { Interval } from '../statistics/share-interval.ts';

/** 97.5 % quantiles of Student's t for 1 to 10 degrees of freedom. */
const quantiles = [12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139];

/** The normal distribution's. */
const z = 1.959964;

/** The quantile of t that leaves 2.5 % above it; beyond the table by the expansion of Cornish and Fisher, right to 1e-5. */
export function studentQuantile(degrees: number): number {
  return (
    quantiles[degrees - 1] ??
    z +
      (z ** 3 + z) / (4 * degrees) +
      (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
      (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3) +
      (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / (92160 * degrees ** 4)
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
 * Interval of the median of independent values, whatever their distribution: between the k-th from below and from above, k as large as
 * the binomial distribution allows. Undefined where the extremes hold the median less surely: at 95 % for fewer than six values.
 * @param error chance that it misses the median, 0.05 unless given
 */
export function medianInterval(values: readonly number[], error = 0.05): Interval | undefined {
  const n = values.length;
  const sorted = values.toSorted((a, b) => a - b);
  // Chance that at most `below` of n values lie below the median.
  let [k, term, chance] = [0, -n * Math.LN2, 0];
  for (let below = 0; below < n; below++) {
    chance += Math.exp(term);
    if (chance > error / 2) break;
    k = below + 1;
    term += Math.log((n - below) / (below + 1));
  }
  return k === 0 ? undefined : { low: sorted[k - 1]!, high: sorted[n - k]! };
}

/**
 * As how many independent trials groups of `each` count whose members depend on each other, for a share's interval: as many as would make
 * means of groups spread as theirs do, less what a spread that is told from few groups is unsure (Korn and Graubard 1998: z² / t²); no
 * more than there are members, and no fewer than there are groups, as if members of a group always agreed. Groups of nothing but hits, or
 * of nothing but misses, show no spread whatever their members have to do with each other, and count once each.
 * @param shares of every group, of which there is one at least
 */
export function effectiveTrials(shares: readonly number[], each: number): number {
  const groups = shares.length;
  const p = mean(shares);
  if (groups === 1 || p === 0 || p === 1) return groups;
  const variance = shares.reduce((sum, share) => sum + (share - p) ** 2, 0) / (groups - 1) / groups;
  const alike = variance === 0 ? Number.POSITIVE_INFINITY : (p * (1 - p)) / variance;
  return Math.max(groups, Math.floor(Math.min(groups * each, alike) * (z / studentQuantile(groups - 1)) ** 2));
}

/** From here on a correlation is taken for perfect: sums of floats seldom give 1 itself. */
const perfect = 1 - 1e-9;

/**
 * 95 % interval of a correlation of independent pairs, by Fisher's transformation; everything from -1 to 1 for fewer than four pairs.
 * Fisher's has no width where pairs lie on a line, which the normal pairs that it is made for never do. Those say what their ranks say, so
 * that a perfect correlation has the interval of a perfect correlation of ranks, a wider one than a nearly perfect correlation has.
 */
export function correlationInterval(r: number, pairs: number): Interval {
  return Math.abs(r) >= perfect ? rankCorrelationInterval(r, pairs) : transformedInterval(r, pairs, 1);
}

/**
 * The same of a correlation of ranks (Spearman), which spreads more (Bonett and Wright 2000). A few pairs that all agree are no certainty:
 * the interval reaches from 1 as far as that of 1 - 12 / (n (n² - 1)), the next correlation below it, of one swap of neighbours; so from -1,
 * and for what lies between by ties. It holds 0 up to five pairs; by permutations all agree, or all disagree, by chance in 2 of n! cases:
 * 8 % for four pairs, 1.7 % for five.
 */
export function rankCorrelationInterval(r: number, pairs: number): Interval {
  const swapped = pairs < 2 ? 0 : 1 - 12 / (pairs * (pairs ** 2 - 1));
  const near = Math.max(-swapped, Math.min(swapped, r));
  const { low, high } = transformedInterval(near, pairs, 1 + near ** 2 / 2);
  return { low: Math.max(-1, Math.min(low, r)), high: Math.min(1, Math.max(high, r)) };
}

/** tanh(atanh(r) -+ z (spread / (n - 3))^(1/2)) of n pairs. */
function transformedInterval(r: number, pairs: number, spread: number): Interval {
  if (pairs < 4) return { low: -1, high: 1 };
  const reach = z * Math.sqrt(spread / (pairs - 3));
  return { low: Math.tanh(Math.atanh(r) - reach), high: Math.tanh(Math.atanh(r) + reach) };
}
