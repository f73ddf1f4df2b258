import { expect, test } from 'vitest';
import { type Schedule, scheduleFactor } from './schedule.ts';

const at = (schedule: Schedule, total: number) =>
  Array.from({ length: total }, (_, step) => scheduleFactor(schedule, step, total));

test('a constant rate stays', () => {
  expect(at({ kind: 'constant' }, 3)).toEqual([1, 1, 1]);
});

test('half a cosine falls from the peak, through its half in the middle', () => {
  const factors = at({ kind: 'cosine' }, 100);
  expect(factors[0]).toBe(1);
  expect(factors[50]).toBeCloseTo(0.5, 12);
  expect(factors[99]).toBeCloseTo(0.5 * (1 + Math.cos(0.99 * Math.PI)), 12);
});

test('a warm-up rises in equal steps before the cosine', () => {
  const factors = at({ kind: 'cosine', warmup: 0.1 }, 100);
  expect(factors[1]! - factors[0]!).toBeCloseTo(factors[9]! - factors[8]!, 12);
  expect(factors[9]).toBeLessThan(1);
  expect(factors[10]).toBe(1);
});

test('one cycle has its only peak where it is said, and ends near zero', () => {
  const factors = at({ kind: 'one-cycle', peakAt: 0.25 }, 100);
  expect(factors.indexOf(Math.max(...factors))).toBe(25);
  expect(factors[25]).toBe(1);
  expect(factors[99]).toBeCloseTo(0.01 / 0.75, 12);
});

test('steps multiply the rate at each share', () => {
  expect(at({ kind: 'steps', at: [0.5, 0.75], factor: 0.1 }, 4).map((f) => Number(f.toFixed(6)))).toEqual([
    1, 1, 0.1, 0.01,
  ]);
});
