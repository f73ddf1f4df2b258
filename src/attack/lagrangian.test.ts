import { describe, expect, it } from 'vitest';
import { interpret } from '../../test/reference/interpret.ts';
import { grad } from '../tensor/grad.ts';
import { hostTensor } from '../tensor/host.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { input } from '../tensor/tensor.ts';
import { afterWindow, penalty, penaltySlope, updatedMultiplier } from './lagrangian.ts';

describe('the penalty', () => {
  const places = [-3, -1, -0.2, 0.1, 0.5, 2];
  const values = (numbers: readonly number[]) => hostTensor(Float64Array.from(numbers), [numbers.length], 'float64');
  const spec = [places.length];

  it.each([
    [1, 1],
    [0.3, 4],
    [20, 0.5],
  ])('has the slope that updates take for multipliers, at mu %d and rho %d', (mu, rho) => {
    const [y, m, r] = ['y', 'm', 'r'].map((name) => input(name, spec, 'float64'));
    const sum = penalty(y!, m!, r!);
    const feed = { y: values(places), m: values(places.map(() => mu)), r: values(places.map(() => rho)) };
    const [value, slope] = interpret([sum, grad(reduceSum(sum), [y!])[0]!], feed);
    places.forEach((at, i) => {
      expect(slope!.data[i]).toBeCloseTo(penaltySlope(at, { mu, rho }), 9);
      const exact = at >= 0 ? mu * at + mu * rho * at ** 2 + (rho ** 2 * at ** 3) / 6 : (mu * at) / (1 - rho * at);
      expect(value!.data[i]).toBeCloseTo(exact, 9);
    });
  });
});

describe('multipliers', () => {
  it('grow while a constraint is violated and shrink while it holds', () => {
    const start = { mu: 1, rho: 1 };
    expect(updatedMultiplier(start, 0.5).mu).toBeCloseTo(0.9 + 0.1 * (1 + 1 + 0.125), 12);
    expect(updatedMultiplier(start, -1).mu).toBeCloseTo(0.9 + 0.1 / 4, 12);
    expect(updatedMultiplier(start, Number.NaN)).toEqual(start);
    expect(penaltySlope(0, { mu: 3, rho: 2 })).toBe(3);
  });

  it('are raised faster after a window in which the constraint neither held nor came nearer by a twentieth', () => {
    const start = { mu: 1, rho: 2 };
    expect(afterWindow(start, 1, 0.96, false)).toEqual({ mu: 1, rho: 2.4 });
    expect(afterWindow(start, 1, 0.94, false)).toEqual(start);
    expect(afterWindow(start, 1, 1, true)).toEqual(start);
  });
});
