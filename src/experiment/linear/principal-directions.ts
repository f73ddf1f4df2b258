/** @file The directions in which pictures vary most, from fewer pictures than they have numbers. */

import { symmetricEigen } from '../../tensor/symmetric-eigen.ts';
import { dot } from './minimum-norm.ts';

/** The first principal directions of rows that have mean 0, orthonormal; fewer where the rows have fewer. */
export function principalDirections(rows: readonly Float64Array[], count: number): Float64Array[] {
  const products = rows.map(() => new Float64Array(rows.length));
  rows.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      products[i]![j] = dot(a, rows[j]!);
      products[j]![i] = products[i]![j]!;
    }
  });
  // X Xᵀ u = s u makes Xᵀ u / sqrt(s) an eigenvector of Xᵀ X of length 1.
  const { values, vectors } = symmetricEigen(products);
  return vectors.slice(0, count).flatMap((u, k) => {
    if (values[k]! <= 1e-12 * values[0]!) return [];
    const v = new Float64Array(rows[0]!.length);
    rows.forEach((row, i) => {
      for (let j = 0; j < v.length; j++) v[j]! += (u[i]! / Math.sqrt(values[k]!)) * row[j]!;
    });
    return [v];
  });
}

/** Share of a vector's energy that lies in orthonormal directions. */
export function energyWithin(v: ArrayLike<number>, directions: readonly Float64Array[]): number {
  const all = Float64Array.from(v);
  return directions.reduce((sum, direction) => sum + dot(all, direction) ** 2, 0) / Math.max(dot(all, all), 1e-30);
}
