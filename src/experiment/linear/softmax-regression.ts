/** @file A linear classifier of a few features, fitted to the end: softmax regression on whitened features by accelerated gradient steps. */
import { topClass } from '../../model/top-class.ts';
import { symmetricEigen } from '../../tensor/symmetric-eigen.ts';
import { dot } from './minimum-norm.ts';
import { meanOfRows, secondMoments } from './two-classes.ts';

/** Says the class of a row of features. */
export type Classify = (row: Float64Array) => number;

/** Directions of less variance, as a share of the largest, are left out. */
const smallestShare = 1e-9;

/** A weight decay that keeps weights finite where classes can be separated. */
const decay = 1e-4;

/** Fits class scores linear in the features to labels from 0 to classes - 1. */
export function softmaxRegression(
  rows: readonly Float64Array[],
  labels: ArrayLike<number>,
  classes: number,
  steps = 300,
): Classify {
  const mean = meanOfRows(rows);
  const centred = rows.map((row) => row.map((x, j) => x - mean[j]!));
  const { values, vectors } = symmetricEigen(secondMoments(centred));
  const kept = vectors.filter((_, i) => values[i]! > smallestShare * values[0]!);
  const scaled = kept.map((v, i) => v.map((x) => x / Math.sqrt(values[i]!)));
  // Whitened features and a constant: second moments are the unit matrix, so that the loss has no curvature above 1/2.
  const featuresOf = (row: Float64Array) => {
    const own = row.map((x, j) => x - mean[j]!);
    return Float64Array.of(...scaled.map((v) => dot(v, own)), 1);
  };
  const features = rows.map(featuresOf);
  let weights = Array.from({ length: classes }, () => new Float64Array(scaled.length + 1));
  let before = weights;
  for (let t = 0; t < steps; t++) {
    const ahead = weights.map((w, k) => w.map((x, j) => x + (t / (t + 3)) * (x - before[k]![j]!)));
    const gradient = ahead.map((w) => w.map((x) => decay * x));
    features.forEach((f, i) => {
      const p = softmax(ahead.map((w) => dot(w, f)));
      for (let k = 0; k < classes; k++) {
        const [error, own] = [(p[k]! - Number(labels[i] === k)) / features.length, gradient[k]!];
        for (let j = 0; j < own.length; j++) own[j]! += error * f[j]!;
      }
    });
    before = weights;
    weights = ahead.map((w, k) => w.map((x, j) => x - 1.5 * gradient[k]![j]!));
  }
  return (row) => {
    const f = featuresOf(row);
    return topClass(weights.map((w) => dot(w, f)));
  };
}

function softmax(scores: readonly number[]): number[] {
  const top = Math.max(...scores);
  const exps = scores.map((s) => Math.exp(s - top));
  const sum = exps.reduce((a, b) => a + b);
  return exps.map((e) => e / sum);
}
