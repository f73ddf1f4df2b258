/** @file Principal directions of few rows against the eigenvectors of their second moments. */
import { expect, it } from 'vitest';
import { randomStream } from '../../random/random-stream.ts';
import { symmetricEigen } from '../../tensor/symmetric-eigen.ts';
import { dot } from './minimum-norm.ts';
import { energyWithin, principalDirections } from './principal-directions.ts';
import { meanOfRows, secondMoments } from './two-classes.ts';

const { normal } = randomStream(9);
const raw = Array.from({ length: 8 }, () => Float64Array.from({ length: 20 }, (_, j) => normal() / (1 + j)));
const mean = meanOfRows(raw);
const rows = raw.map((row) => row.map((x, j) => x - mean[j]!));

it('are the eigenvectors, up to their sign', () => {
  const { vectors } = symmetricEigen(secondMoments(rows));
  const directions = principalDirections(rows, 3);
  directions.forEach((v, k) => {
    expect(Math.abs(dot(v, vectors[k]!))).toBeCloseTo(1, 8);
  });
});

it('are no more than rows around their mean have, and hold all of these', () => {
  const directions = principalDirections(rows, 100);
  expect(directions).toHaveLength(7);
  for (const row of rows) expect(energyWithin(row, directions)).toBeCloseTo(1, 8);
  expect(energyWithin(rows[0]!, principalDirections(rows, 2))).toBeLessThan(0.999);
});
