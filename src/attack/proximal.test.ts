/** @file Proximal operators against closed forms and against a search of the smallest value. */
import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { hardThreshold, proximal, proximalLinf, proximalNames, rootThreshold, softThreshold } from './proximal.ts';
import { minus, normOf } from './vector.ts';

const penalties = {
  linf: (u: Float32Array) => normOf('linf', u),
  l2: (u: Float32Array) => normOf('l2', u),
  l1: (u: Float32Array) => normOf('l1', u),
  l0: (u: Float32Array) => normOf('l0', u),
  'l2/3': (u: Float32Array) => u.reduce((sum, value) => sum + Math.abs(value) ** (2 / 3), 0),
};

it('l1 goes towards 0 by lambda', () =>
  expect(softThreshold(Float32Array.of(2, -0.75, 0.25), 0.5)).toEqual(Float32Array.of(1.5, -0.25, 0)));

it('l0 keeps what is at least the root of twice lambda', () =>
  expect(hardThreshold(Float32Array.of(1, -0.9, 3), 0.5)).toEqual(Float32Array.of(1, 0, 3)));

it('l2 shortens, and linf lowers the largest together by lambda in all', () => {
  const shrunk = proximal('l2', Float32Array.of(3, -4), 1);
  expect(shrunk[0]).toBeCloseTo(2.4, 6);
  expect(shrunk[1]).toBeCloseTo(-3.2, 6);
  // 4 falls to 3 at a cost of 1, then both to 2.5.
  expect(proximalLinf(Float32Array.of(3, -4, 1), 2)).toEqual(Float32Array.of(2.5, -2.5, 1));
});

it("l2/3 is the smallest of its function on a grid (adversarial-library's keeps values that had better be 0)", () => {
  for (const lambda of [0.01, 0.2, 1]) {
    for (const share of [0.5, 0.87, 0.95, 0.99, 1.01, 1.2, 2, 5]) {
      const x = share * (2 / 3) * (24 * lambda ** 3) ** 0.25;
      const cost = (u: number) => (u - x) ** 2 / 2 + lambda * u ** (2 / 3);
      let best = 0;
      for (let i = 0; i <= 20_000; i++) if (cost((x * i) / 20_000) < cost(best)) best = (x * i) / 20_000;
      expect(rootThreshold(x, lambda)).toBeCloseTo(best, 3);
      expect(rootThreshold(-x, lambda)).toBeCloseTo(-best, 3);
    }
  }
});

describe.each(proximalNames)('%s', (f) => {
  it('nothing beside it is smaller', () => {
    for (const seed of [1, 2, 3]) {
      const random = pseudoRandom(seed);
      const v = Float32Array.from({ length: 40 }, () => 4 * random() - 2);
      const cost = (u: Float32Array) => normOf('l2', minus(u, v)) ** 2 / 2 + 0.7 * penalties[f](u);
      const u = proximal(f, v, 0.7);
      for (let trial = 0; trial < 100; trial++) {
        const size = 10 ** -(3 * random());
        const other = u.map((value) => value + (random() < 0.2 ? size * (random() - 0.5) : 0));
        expect(cost(other)).toBeGreaterThanOrEqual(cost(u) - 1e-5);
      }
    }
  });

  it('changes nothing at lambda 0, and leaves 0 where lambda is large', () => {
    const v = Float32Array.of(0.5, -0.25, 0);
    expect(proximal(f, v, 0)).toEqual(v);
    expect(proximal(f, v, 100).every((value) => value === 0)).toBe(true);
  });
});
