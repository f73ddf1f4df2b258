/**
 * @file Eigenvectors of symmetric matrices of up to a few thousand rows on the host: Householder's reflections to three diagonals, then QL
 * steps with implicit shifts (Golub and Van Loan, sections 8.3.1 and 8.3.3).
 */

/** Eigenvalues from the largest to the smallest, and their eigenvectors of length 1 as rows of an n x n matrix. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/** Steps for one eigenvalue after which something is wrong; two are usual. */
const mostSteps = 60;

/** Eigenvalues and eigenvectors of a symmetric matrix, given as its rows. @throws RangeError if it holds something else than numbers */
export function symmetricEigen(matrix: readonly ArrayLike<number>[]): Eigen {
  const { diagonal, beside, basis } = tridiagonal(matrix.map((row) => Float64Array.from(row)));
  diagonalise(diagonal, beside, basis);
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[j]! - diagonal[i]!);
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: order.map((i) => basis[i]!) };
}

/** A = basisᵀ T basis with T of three diagonals; rows of the basis are orthonormal. Writes over A. */
function tridiagonal(a: readonly Float64Array[]) {
  const n = a.length;
  const normals: Float64Array[] = [];
  for (let k = 0; k + 2 < n; k++) {
    // The reflection I - 2 v vᵀ sends the column below the diagonal to its first place.
    const v = new Float64Array(n);
    let squares = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = a[i]![k]!;
      squares += v[i]! ** 2;
    }
    v[k + 1]! += (v[k + 1]! < 0 ? -1 : 1) * Math.sqrt(squares);
    const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    normals.push(v);
    if (length === 0) continue;
    for (let i = k + 1; i < n; i++) v[i]! /= length;
    const p = new Float64Array(n);
    let along = 0;
    for (let i = k; i < n; i++) {
      const row = a[i]!;
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += row[j]! * v[j]!;
      p[i] = sum;
      along += sum * v[i]!;
    }
    // A <- A - 2 v qᵀ - 2 q vᵀ with q = A v - (vᵀ A v) v
    for (let i = k; i < n; i++) p[i]! -= along * v[i]!;
    for (let i = k; i < n; i++) {
      const [row, vi, qi] = [a[i]!, 2 * v[i]!, 2 * p[i]!];
      for (let j = k; j < n; j++) row[j]! -= vi * p[j]! + qi * v[j]!;
    }
  }
  const basis = a.map((_, i) => {
    const row = new Float64Array(n);
    row[i] = 1;
    return row;
  });
  // Row i of the basis is the product of all reflections applied to the unit vector i, the last one first.
  for (const row of basis) {
    for (let k = normals.length - 1; k >= 0; k--) {
      const v = normals[k]!;
      let along = 0;
      for (let j = k + 1; j < n; j++) along += row[j]! * v[j]!;
      if (along !== 0) for (let j = k + 1; j < n; j++) row[j]! -= 2 * along * v[j]!;
    }
  }
  const diagonal = Float64Array.from(a, (row, i) => row[i]!);
  const beside = Float64Array.from(a, (row, i) => row[i + 1] ?? 0);
  return { diagonal, beside, basis };
}

/** Brings the matrix of three diagonals to one, turning the rows of the basis along. */
function diagonalise(d: Float64Array, e: Float64Array, basis: readonly Float64Array[]): void {
  const n = d.length;
  // Where the matrix is singular, numbers beside zeros on the diagonal are rounding errors of the largest ones.
  const least = Number.EPSILON * d.reduce((most, own, i) => Math.max(most, Math.abs(own) + Math.abs(e[i]!)), 0);
  for (let l = 0; l < n; l++) {
    for (let steps = 0; ; steps++) {
      let m = l;
      while (m + 1 < n && Math.abs(e[m]!) > least) m++;
      if (m === l) break;
      if (steps === mostSteps)
        throw new RangeError('A matrix has no eigenvalues that can be found: is it symmetric, and of numbers?');
      const shape = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let g = d[m]! - d[l]! + e[l]! / (shape + (shape < 0 ? -1 : 1) * Math.hypot(shape, 1));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const [f, b] = [s * e[i]!, c * e[i]!];
        const r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        const above = d[i + 1]! - p;
        const t = (d[i]! - above) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = above + p;
        g = c * t - b;
        rotate(basis[i]!, basis[i + 1]!, c, s);
      }
      if (i >= l) continue;
      d[l]! -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
}

function rotate(low: Float64Array, high: Float64Array, c: number, s: number): void {
  for (let j = 0; j < low.length; j++) {
    const [x, y] = [low[j]!, high[j]!];
    high[j] = s * x + c * y;
    low[j] = c * x - s * y;
  }
}
