import { expect, it } from 'vitest';
import { roundTowards } from './round-towards.ts';

const inLevels = (...values: number[]) => Float32Array.from(values, (value) => value / 255);
const levelsOf = (x: Float32Array) => [...x].map((value) => Math.round(255 * value * 1e3) / 1e3);

it('rounds to the nearest level, and back towards the original where that would go further', () => {
  const x0 = inLevels(100, 100, 100, 100, 100, 0, 255);
  const x = inLevels(104.3, 104.6, 95.7, 95.4, 100, 0.6, 254.4);
  expect(levelsOf(roundTowards(x, x0))).toEqual([104, 104, 96, 96, 100, 0, 255]);
});

it('keeps every change of a picture of whole levels within what it was', () => {
  const x0 = inLevels(...Array.from({ length: 256 }, (_, i) => i));
  const x = x0.map((value, i) => Math.min(1, Math.max(0, value + (7.5 * Math.sin(i)) / 255)));
  const rounded = roundTowards(x, x0);
  rounded.forEach((value, i) => {
    expect(Math.abs(value - x0[i]!)).toBeLessThanOrEqual(Math.abs(x[i]! - x0[i]!) + 1e-6);
    expect(Math.abs(value - x[i]!)).toBeLessThanOrEqual(1 / 255);
  });
});
