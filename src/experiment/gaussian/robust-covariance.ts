/**
 * @file Two Gaussian classes N(y mu, Sigma), y = -1 or 1, learnt by maximum likelihood against an adversary in l2 (Ilyas et al. 2019, section 4).
 * The adversary's budget is eps in the root mean square over samples, which Lagrange's multiplier lambda stands for:
 *
 *     max over delta of  1/2 (d + delta)ᵀ S⁻¹ (d + delta) - lambda/2 |delta|²  =  1/2 dᵀ (S - I / lambda)⁻¹ d
 *
 * so that in each eigenvector of Sigma, of variance s, the robust variance r makes  s / (r - 1 / lambda) + log r  least:
 * (r - 1 / lambda)² = s r, whose larger root is the paper's theorem 2. The mean stays mu.
 */
import { normalCdf } from '../normal.ts';

/** r = s / 2 + 1 / lambda + (s / lambda + s² / 4)^(1/2), for every variance s. An infinite lambda is no adversary. */
export function robustVariances(variances: ArrayLike<number>, lambda: number): Float64Array {
  return Float64Array.from(variances, (s) => s / 2 + 1 / lambda + Math.sqrt(s / lambda + (s * s) / 4));
}

/** Root mean square of the changes that the adversary of a multiplier makes at the robust solution: eps² = sum of 1 / (lambda² r). */
export function budgetOf(variances: ArrayLike<number>, lambda: number): number {
  return Math.sqrt(robustVariances(variances, lambda).reduce((sum, r) => sum + 1 / (lambda * lambda * r), 0));
}

/** The multiplier of a budget: infinite for 0. It falls as the budget grows. */
export function multiplierOf(variances: ArrayLike<number>, epsilon: number): number {
  if (epsilon === 0) return Number.POSITIVE_INFINITY;
  let [low, high] = [-80, 80];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (budgetOf(variances, Math.exp(middle)) > epsilon) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

/** The normal w = S⁻¹ mu of the boundary between both classes, in the eigenvectors' coordinates. */
export function normalOf(mean: ArrayLike<number>, variances: ArrayLike<number>): Float64Array {
  return Float64Array.from(mean, (m, i) => m / variances[i]!);
}

/** Angle between two vectors, in degrees. */
export function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return (Math.acos(Math.min(1, Math.max(-1, ab / Math.sqrt(aa * bb)))) * 180) / Math.PI;
}

/**
 * What a classifier sign(wᵀx) gets right of the classes when each sample is moved by up to `radius` in l2, exactly:
 * Phi((wᵀmu - radius |w|) / (wᵀ Sigma w)^(1/2)).
 */
export function accuracyUnderAttack(
  w: ArrayLike<number>,
  mean: ArrayLike<number>,
  variances: ArrayLike<number>,
  radius: number,
): number {
  let [along, length, spread] = [0, 0, 0];
  for (let i = 0; i < w.length; i++) {
    along += w[i]! * mean[i]!;
    length += w[i]! ** 2;
    spread += w[i]! ** 2 * variances[i]!;
  }
  return normalCdf((along - radius * Math.sqrt(length)) / Math.sqrt(spread));
}
