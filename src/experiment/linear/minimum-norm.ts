/** @file The linear classifier of least length that gives every training sample its label exactly: w = Xᵀ (X Xᵀ)⁻¹ y. */

/**
 * The interpolator of least length.
 * @param rows samples [N], each of D > N numbers, linearly independent
 * @throws RangeError if they are not independent
 */
export function minimumNormInterpolator(rows: readonly Float64Array[], y: ArrayLike<number>): Float64Array {
  const products = rows.map((a, i) => Float64Array.from({ length: i + 1 }, (_, j) => dot(a, rows[j]!)));
  const alpha = solveSymmetric(products, y);
  const w = new Float64Array(rows[0]?.length ?? 0);
  rows.forEach((row, i) => {
    for (let j = 0; j < w.length; j++) w[j]! += alpha[i]! * row[j]!;
  });
  return w;
}

/**
 * The x of A x = b for a positive definite A, by Cholesky's factors.
 * @param lower rows of A up to the diagonal
 * @throws RangeError if A is not positive definite
 */
export function solveSymmetric(lower: readonly Float64Array[], b: ArrayLike<number>): Float64Array {
  const n = lower.length;
  const factor = lower.map((row) => row.slice());
  for (let i = 0; i < n; i++) {
    const own = factor[i]!;
    for (let j = 0; j <= i; j++) {
      const other = factor[j]!;
      let sum = own[j]!;
      for (let k = 0; k < j; k++) sum -= own[k]! * other[k]!;
      if (i > j) own[j] = sum / other[j]!;
      else if (sum > 0) own[i] = Math.sqrt(sum);
      else throw new RangeError(`A matrix of ${n} rows has dependent ones: row ${i} follows from those before it.`);
    }
  }
  const x = Float64Array.from({ length: n }, (_, i) => b[i]!);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i]![k]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k]![i]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  return x;
}

/** Sum of products. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
