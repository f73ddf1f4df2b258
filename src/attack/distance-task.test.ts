import { describe, expect, it } from 'vitest';
import { excessOver, isBetter } from './distance-task.ts';

describe('excess over limits', () => {
  it('is the largest share over one, 0 within rounding, infinite for NaN', () => {
    expect(excessOver([1.5, 3], [1, 2.5])).toBeCloseTo(0.5, 12);
    expect(excessOver([1 + 1e-6, 100], [1, Number.POSITIVE_INFINITY])).toBe(0);
    expect(excessOver([0.5, Number.NaN], [1, 1])).toBe(Number.POSITIVE_INFINITY);
    expect(excessOver([Number.NaN, 2], [Number.POSITIVE_INFINITY, 1])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a change', () => {
  const change = (excess: number, distance: number) => ({ z: new Float32Array(1), excess, distance });
  it('is better nearer to its limits, then with the smaller distance, and never with one that is NaN', () => {
    expect(isBetter(change(0, 9), undefined)).toBe(true);
    expect(isBetter(change(0, 9), change(0.1, 1))).toBe(true);
    expect(isBetter(change(0.1, 1), change(0, 9))).toBe(false);
    expect(isBetter(change(0, 1), change(0, 2))).toBe(true);
    expect(isBetter(change(0, 2), change(0, 2))).toBe(false);
    expect(isBetter(change(0, Number.NaN), undefined)).toBe(false);
  });
});
