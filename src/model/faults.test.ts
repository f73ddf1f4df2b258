/** @file What is wrong with pictures and classes, in a sentence. */
import { expect, it } from 'vitest';
import { classesFault, classFault, pictureFault, picturesFault } from './faults.ts';
import { topClass } from './top-class.ts';

const model = { channels: 1, height: 2, width: 2, classCount: 3 };

it('takes pictures of the size and range, rounding included, and names the first that is none', () => {
  const edge = Float32Array.of(0, 1, -5e-7, 1 + 5e-7);
  expect(pictureFault(model, edge, 'It')).toBeUndefined();
  expect(pictureFault(model, new Float32Array(3), 'It')).toBe('It has 3 values; the model takes 1 x 2 x 2 = 4.');
  expect(pictureFault(model, edge.with(0, -0.5), 'It')).toBe('It holds -0.5; pixels run from 0 to 1.');
  const levels = pictureFault(model, edge.with(0, 255), 'It');
  expect(levels).toBe('It holds 255; pixels run from 0 to 1, so divide levels by 255.');
  expect(picturesFault(model, [edge, edge.with(2, Number.NaN)])).toBe('Picture 1 holds NaN; pixels run from 0 to 1.');
});

it('knows classes by whole numbers below their count, one a picture', () => {
  expect([0, 2].map((label) => classFault(model, label))).toEqual([undefined, undefined]);
  for (const label of [-1, 3, 0.5, Number.NaN])
    expect(classFault(model, label)).toBe(`Class ${label} does not exist: the model has 3 classes, 0 to 2.`);
  expect(classesFault(model, [0, 1], 2, 'labels')).toBeUndefined();
  expect(classesFault(model, [0, 1], 3, 'targets')).toBe('2 targets for 3 pictures.');
  expect(classesFault(model, [0, 4], 2, 'labels')).toContain('Class 4 does not exist');
});

it('answers the first of equal scores, and none where a score is no number', () => {
  expect(topClass([1, 3, 3])).toBe(1);
  expect(topClass([1, Number.NaN, 3])).toBe(-1);
});
