/**
 * @file Linear features f = aᵀx / |a|_Sigma, |a|_Sigma² = aᵀ Sigma a, of pictures around their mean (Goh 2019): how useful they are, and how
 * much of that an adversary leaves, exactly.
 */
import { dot } from './minimum-norm.ts';
import type { TwoClasses } from './two-classes.ts';

/** What a feature is worth. */
export interface FeatureWorth {
  /** E[y f]: 0 for none, at most 1. */
  readonly usefulness: number;
  /** The least of E[y f] under changes of length epsilon in l2: usefulness - epsilon |a| / |a|_Sigma, since l2 is its own dual. */
  readonly robustUsefulness: number;
  /** Half of the 95 % interval of the usefulness, from the spread of y f over the pictures; NaN for a single one, which has no spread. */
  readonly reach: number;
  /** |a|_Sigma / |a|: a change of this length moves f by one deviation. */
  readonly robustness: number;
}

/** Worth of a direction on pictures, of its own sign: a feature that points the wrong way has a negative usefulness. */
export function worthOf(a: Float64Array, { rows, y }: Pick<TwoClasses, 'rows' | 'y'>, epsilon: number): FeatureWorth {
  let [along, squares] = [0, 0];
  rows.forEach((row, i) => {
    const value = dot(a, row);
    along += (y[i]! * value) / rows.length;
    squares += (value * value) / rows.length;
  });
  const [deviation, length] = [Math.sqrt(squares), Math.sqrt(dot(a, a))];
  // What is the same for all pictures says nothing, and any change takes it away.
  if (deviation === 0) return { usefulness: 0, reach: 0, robustUsefulness: -Infinity, robustness: 0 };
  const usefulness = along / deviation;
  // f has the mean square 1, so y f has the variance 1 - usefulness².
  const reach = rows.length < 2 ? Number.NaN : 1.96 * Math.sqrt(Math.max(0, 1 - usefulness ** 2) / rows.length);
  return {
    usefulness,
    reach,
    robustUsefulness: usefulness - (epsilon * length) / deviation,
    robustness: deviation / length,
  };
}

/** sum of sign(E[y aᵀx]) a over some directions: each of little use, all together of much. */
export function ensembleOf(
  directions: readonly Float64Array[],
  { rows, y }: Pick<TwoClasses, 'rows' | 'y'>,
): Float64Array {
  const difference = new Float64Array(rows[0]!.length);
  rows.forEach((row, i) => {
    for (let j = 0; j < row.length; j++) difference[j]! += y[i]! * row[j]!;
  });
  const sum = new Float64Array(difference.length);
  for (const a of directions) {
    const sign = Math.sign(dot(a, difference));
    for (let j = 0; j < sum.length; j++) sum[j]! += sign * a[j]!;
  }
  return sum;
}

/** (1 - alpha) brittle + alpha useful: a feature as useful as its second part and as brittle as its first. */
export function containment(brittle: Float64Array, useful: Float64Array, alpha: number): Float64Array {
  return brittle.map((value, j) => (1 - alpha) * value + alpha * useful[j]!);
}

/** Pictures led across a linear boundary and named after the other side: x - epsilon y w / |w| with label -y, the linear D_det. */
export function ledAcross(w: Float64Array, { rows, y }: Pick<TwoClasses, 'rows' | 'y'>, epsilon: number) {
  const length = Math.sqrt(dot(w, w));
  return {
    rows: rows.map((row, i) => row.map((x, j) => x - (epsilon * y[i]! * w[j]!) / length)),
    y: y.map((own) => -own),
  };
}
