/** @file Fragility of layers: exact for a linear layer, and what adversarial training changes. */
import { expect, it } from 'vitest';
import { linearSource, toyContext } from '../../test/support/toy-experiment.ts';
import { pixelsOf } from '../data/image-array.ts';
import { mean } from '../distance/mean.ts';
import { symmetricEigen } from '../tensor/symmetric-eigen.ts';
import { layerFragility } from './layer-fragility.ts';
import { firstOf } from './picture-set.ts';

it('for a linear layer it is eps times the largest singular value over the mean distance', async () => {
  const context = await toyContext();
  const { model } = await context.open(await linearSource(0), 'linear');
  const set = await firstOf(await context.pictures('test', 100), 12);
  // Columns of the matrix: scores of unit steps. Products of rows are a matrix of 4 x 4.
  const zero = await model.predict(new Float32Array(192), 1);
  const columns: Float32Array[] = [];
  for (let j = 0; j < 192; j++) {
    const scores = await model.predict(
      Float32Array.from({ length: 192 }, (_, k) => Number(k === j)),
      1,
    );
    columns.push(scores.map((score, k) => score - zero[k]!));
  }
  const products = [0, 1, 2, 3].map((a) =>
    Float64Array.from([0, 1, 2, 3], (b) => columns.reduce((sum, column) => sum + column[a]! * column[b]!, 0)),
  );
  const scores = await Promise.all(Array.from({ length: 12 }, (_, i) => model.predict(pixelsOf(set.array, [i]), 1)));
  const apart =
    scores.reduce((sum, a, i) => sum + Math.hypot(...a.map((score, k) => score - scores[(i + 1) % 12]![k]!)), 0) / 12;
  const exact = (0.2 * Math.sqrt(symmetricEigen(products).values[0]!)) / apart;
  const { value, contributions } = await layerFragility(model, 'logits', set, { epsilon: 0.2, steps: 60 });
  expect(value / exact).toBeCloseTo(1, 1);
  expect(contributions).toHaveLength(12);
  expect(mean(contributions)).toBeCloseTo(value, 10);
  // All pictures are moved as far, so that a picture adds more the nearer the next one is.
  const order = (by: (i: number) => number) => Array.from(scores.keys()).sort((i, j) => by(i) - by(j));
  const gaps = scores.map((a, i) => Math.hypot(...a.map((score, k) => score - scores[(i + 1) % 12]![k]!)));
  const [nearest, farthest] = [order((i) => gaps[i]!)[0]!, order((i) => -gaps[i]!)[0]!];
  expect(contributions[nearest]! / value).toBeCloseTo(2 - gaps[nearest]! / apart, 1);
  expect(contributions[farthest]! / value).toBeCloseTo(2 - gaps[farthest]! / apart, 1);
});
