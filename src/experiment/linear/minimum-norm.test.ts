/** @file The shortest interpolator: it interpolates, and no other that does is shorter. */
import { expect, it } from 'vitest';
import { randomStream } from '../../random/random-stream.ts';
import { dot, minimumNormInterpolator } from './minimum-norm.ts';

const { normal } = randomStream(1);
const rows = Array.from({ length: 6 }, () => Float64Array.from({ length: 10 }, normal));
const y = [1, -1, 1, 1, -1, 2];

it('gives every sample its label, and lies in the span of the samples', () => {
  const w = minimumNormInterpolator(rows, y);
  rows.forEach((row, i) => {
    expect(dot(row, w)).toBeCloseTo(y[i]!, 10);
  });
  // A direction that no sample sees, by taking the shadow on the samples away from a random one.
  const v = Float64Array.from({ length: 10 }, normal);
  const shadow = minimumNormInterpolator(
    rows,
    rows.map((row) => dot(row, v)),
  );
  expect(
    dot(
      w,
      v.map((x, i) => x - shadow[i]!),
    ),
  ).toBeCloseTo(0, 10);
});

it('refuses samples that follow from each other', () => {
  expect(() => minimumNormInterpolator([rows[0]!, rows[1]!, rows[0]!], [1, 1, 1])).toThrow(
    'row 2 follows from those before it',
  );
});
