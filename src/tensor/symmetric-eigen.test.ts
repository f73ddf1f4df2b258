/** @file Eigenvectors against known ones and against their definition. */
import { expect, it } from 'vitest';
import { randomStream } from '../random/random-stream.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

function symmetric(n: number, rank: number): Float64Array[] {
  const { normal } = randomStream(n, rank);
  const factors = Array.from({ length: rank }, () => Float64Array.from({ length: n }, normal));
  return Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_v, j) => factors.reduce((sum, f) => sum + f[i]! * f[j]!, 0)),
  );
}

it.each([1, 2, 3, 7, 12, 60])('finds what is known of second differences of %i points', (n) => {
  const differences = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_v, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
  );
  const { values, vectors } = symmetricEigen(differences);
  values.forEach((value, k) => {
    const angle = ((n - k) * Math.PI) / (n + 1);
    expect(value).toBeCloseTo(2 - 2 * Math.cos(angle), 12);
    const scale = Math.sqrt(2 / (n + 1)) * Math.sign(vectors[k]![0]!);
    vectors[k]!.forEach((x, i) => {
      expect(x).toBeCloseTo(scale * Math.sin((i + 1) * angle), 10);
    });
  });
});

it.each([1, 2, 3, 7, 12])(
  'makes a matrix of %i rows again from eigenvalues and eigenvectors, and leaves it as it was',
  (n) => {
    const matrix = symmetric(n, n + 2);
    const before = matrix.map((row) => row.slice());
    const { values, vectors } = symmetricEigen(matrix);
    expect(matrix).toEqual(before);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        expect(values.reduce((sum, value, k) => sum + value * vectors[k]![i]! * vectors[k]![j]!, 0)).toBeCloseTo(
          matrix[i]![j]!,
          9,
        );
  },
);

it('finds of a faint matrix those of the matrix, up to signs', () => {
  const matrix = [
    [2, 1, 0.5],
    [1, 3, -1],
    [0.5, -1, 1],
  ];
  const faint = symmetricEigen(matrix.map((row) => row.map((value) => 1e-16 * value)));
  const { values, vectors } = symmetricEigen(matrix);
  values.forEach((value, k) => {
    expect(1e16 * faint.values[k]!).toBeCloseTo(value, 8);
    const along = vectors[k]!.reduce((sum, x, i) => sum + x * faint.vectors[k]![i]!, 0);
    expect(Math.abs(along)).toBeCloseTo(1, 10);
  });
});

it('finds orthonormal eigenvectors, also where the matrix has no full rank', () => {
  const n = 40;
  const matrix = symmetric(n, 25);
  const { values, vectors } = symmetricEigen(matrix);
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
