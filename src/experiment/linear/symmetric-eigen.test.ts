/** @file Eigenvectors against rotations and against their definition. */
import { expect, it } from 'vitest';
import { randomStream } from '../../random/random-stream.ts';
import { symmetricEigen } from '../../tensor/eigen.ts';
import { eigenOf } from './symmetric-eigen.ts';

function symmetric(n: number, rank: number): Float64Array[] {
  const { normal } = randomStream(n, rank);
  const factors = Array.from({ length: rank }, () => Float64Array.from({ length: n }, normal));
  return Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_v, j) => factors.reduce((sum, f) => sum + f[i]! * f[j]!, 0)),
  );
}

it.each([1, 2, 3, 7, 12])('agrees with rotations on a matrix of %i rows', (n) => {
  const matrix = symmetric(n, n + 2);
  const rotated = symmetricEigen(matrix.map((row) => [...row]));
  const expected = rotated.values.sort((a, b) => b - a);
  eigenOf(matrix).values.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 9);
  });
});

it('finds orthonormal eigenvectors, also where the matrix has no full rank', () => {
  const n = 40;
  const matrix = symmetric(n, 25);
  const { values, vectors } = eigenOf(matrix);
  vectors.forEach((v, i) => {
    matrix.forEach((row, j) => {
      expect(row.reduce((sum, x, k) => sum + x * v[k]!, 0)).toBeCloseTo(values[i]! * v[j]!, 9);
    });
    vectors.forEach((u, j) => {
      expect(u.reduce((sum, x, k) => sum + x * v[k]!, 0)).toBeCloseTo(Number(i === j), 10);
    });
  });
  expect(values[24]).toBeGreaterThan(0.1);
  expect(Math.abs(values[25]!)).toBeLessThan(1e-10);
});
