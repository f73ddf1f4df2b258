/** @file Total variation: values against its definition, gradients against central differences. */
import { expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { interpret } from '../../test/reference/interpret.ts';
import { grad } from '../tensor/grad.ts';
import { hostTensor } from '../tensor/host.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { input } from '../tensor/tensor.ts';
import { totalVariation } from './total-variation.ts';

const shape = [2, 3, 4, 5];
const x = input('x', shape);
const run = (values: ArrayLike<number>) =>
  Array.from(interpret([totalVariation(x)], { x: hostTensor(values, shape) })[0]!.data);
const random = pseudoRandom(3);
const picture = Float64Array.from({ length: 120 }, () => random());

it('of flat pictures is 0, of one edge its height times its length', () => {
  for (const value of run(new Float64Array(120).fill(0.3))) expect(value).toBeCloseTo(0, 7);
  // Three channels of four rows, black on the left and 0.5 on the right of an upright edge.
  const edge = Float64Array.from({ length: 120 }, (_, at) => (at % 5 < 2 ? 0 : 0.5));
  for (const value of run(edge)) expect(value).toBeCloseTo(3 * 4 * 0.5, 1);
});

it('is the sum of the lengths of the differences', () => {
  const at = (n: number, c: number, row: number, column: number) => picture[((n * 3 + c) * 4 + row) * 5 + column]!;
  const expected = [0, 1].map((n) => {
    let sum = 0;
    for (let c = 0; c < 3; c++)
      for (let row = 0; row < 4; row++)
        for (let column = 0; column < 5; column++) {
          const dy = row < 3 ? at(n, c, row + 1, column) - at(n, c, row, column) : 0;
          const dx = column < 4 ? at(n, c, row, column + 1) - at(n, c, row, column) : 0;
          sum += Math.sqrt(dx * dx + dy * dy + 1e-6) - 1e-3;
        }
    return sum;
  });
  for (const [n, value] of run(picture).entries()) expect(value).toBeCloseTo(expected[n]!, 7);
});

it('has the gradient of central differences, and a finite one of flat pictures', () => {
  const gradient = grad(reduceSum(totalVariation(x)), [x])[0]!;
  const at = (values: Float64Array) => interpret([gradient], { x: hostTensor(values, shape) })[0]!.data;
  const total = (values: Float64Array) => run(values).reduce((sum, value) => sum + value, 0);
  const h = 1e-5;
  const slopes = at(picture);
  for (const i of picture.keys()) {
    const rise = total(picture.with(i, picture[i]! + h)) - total(picture.with(i, picture[i]! - h));
    expect(slopes[i]).toBeCloseTo(rise / (2 * h), 5);
  }
  expect(Array.from(at(new Float64Array(120).fill(0.5))).every((slope) => slope === 0)).toBe(true);
});
