/** @file Two classes of a set as rows: which, of what size, around what. */
import { expect, it } from 'vitest';
import { halves } from '../../../test/support/tiny-data.ts';
import { ExperimentError } from '../experiment-error.ts';
import { meanOfRows, secondMoments, sideInWords, sideWithin, twoClasses } from './two-classes.ts';

const array = halves(40);

it('takes two classes, averages squares, and takes the mean away', () => {
  const { rows, y, mean, shape } = twoClasses(array, [0, 1], 2);
  expect(shape).toEqual([3, 2, 2]);
  expect(rows).toHaveLength(20);
  expect(y.reduce((sum, value) => sum + value, 0)).toBe(0);
  for (const value of meanOfRows(rows)) expect(value).toBeCloseTo(0, 12);
  // Class 0 is bright on the left.
  rows.forEach((row, i) => {
    expect(Math.sign(row[0]! - row[1]!)).toBe(y[i]);
  });
  const byHand = Array.from({ length: 16 }, (_, k) => array.pixels[Math.floor(k / 4) * 8 + (k % 4)]! / 255 / 16);
  expect(rows[0]![0]! + mean[0]!).toBeCloseTo(
    byHand.reduce((sum, value) => sum + value),
    6,
  );
});

it('takes the mean of other pictures where it is given, and refuses sides that do not divide', () => {
  const train = twoClasses(array, [0, 1], 4);
  const test = twoClasses(halves(40, { seed: 2 }), [0, 1], 4, train);
  expect(test.mean).toBe(train.mean);
  expect(() => twoClasses(array, [0, 1], 3)).toThrow('8 x 8 cannot be brought to 3 x 3');
});

it('finds the largest side that divides the pictures’ own, and says so', () => {
  const of = (height: number, width = height) => ({ name: 'set', shape: [1, 3, height, width] as const });
  expect([28, 32, 96, 30, 8, 31 * 16].map((own) => sideWithin(of(own), 16))).toEqual([14, 16, 16, 15, 8, 16]);
  expect(sideWithin(of(8), 2)).toBe(2);
  expect(sideInWords(14, 16)).toBe('14 x 14 pixels, as 16 does not divide their side');
  expect(sideInWords(16, 16)).toBe('16 x 16 pixels');
  for (const [height, width] of [
    [31, 31],
    [32, 48],
  ] as const) {
    expect(() => sideWithin(of(height, width), 16)).toThrow(ExperimentError);
    expect(() => sideWithin(of(height, width), 16)).toThrow(`set has pictures of ${height} x ${width}, and this`);
  }
});

it('second moments are those of the definition', () => {
  const rows = [Float64Array.of(1, 2), Float64Array.of(3, -4)];
  expect(secondMoments(rows).map((row) => [...row])).toEqual([
    [5, -5],
    [-5, 10],
  ]);
});
