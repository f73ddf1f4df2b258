/** @file Intervals: against scipy's quantiles and Wilson's published examples. */
import { describe, expect, it } from 'vitest';
import { mean } from '../distance/mean.ts';
import { randomStream } from '../random/random-stream.ts';
import { shareInterval } from '../statistics/share-interval.ts';
import {
  correlationInterval,
  effectiveTrials,
  meanInterval,
  medianInterval,
  rankCorrelationInterval,
  studentQuantile,
} from './interval.ts';
import { rankCorrelation } from './noise-distance.ts';

it('has the quantiles of Student that scipy has', () => {
  // scipy.stats.t.ppf(0.975, n)
  for (const [degrees, quantile] of [
    [1, 12.70620474],
    [2, 4.30265273],
    [5, 2.57058184],
    [10, 2.22813885],
    [11, 2.20098516],
    [12, 2.17881283],
    [14, 2.14478669],
    [20, 2.08596345],
    [100, 1.98397152],
    [1000, 1.96233908],
  ] as const) {
    expect(Math.abs(studentQuantile(degrees) - quantile)).toBeLessThan(1e-5);
  }
});

it('gives the mean of a few normal values an interval that holds it in 95 of 100 cases', () => {
  const { normal } = randomStream(5);
  const trials = 4000;
  let held = 0;
  for (let i = 0; i < trials; i++) {
    const { low, high } = meanInterval([3 + normal(), 3 + normal(), 3 + normal()])!;
    if (low <= 3 && 3 <= high) held++;
  }
  expect(held / trials).toBeGreaterThan(0.94);
  expect(held / trials).toBeLessThan(0.96);
});

it('says nothing of the spread of one value', () => {
  expect(meanInterval([1])).toBeUndefined();
});

it('gives shares the intervals of Wilson', () => {
  // statsmodels.stats.proportion.proportion_confint(15, 148, method='wilson') and (0, 20), (20, 20)
  const some = shareInterval(15 / 148, 148);
  expect(some.low).toBeCloseTo(0.0624, 4);
  expect(some.high).toBeCloseTo(0.1605, 4);
  expect(shareInterval(0, 20)).toEqual({ low: 0, high: expect.closeTo(0.1611, 4) });
  expect(shareInterval(1, 20)).toEqual({ low: expect.closeTo(0.8389, 4), high: 1 });
});

it('gives the correlation of pairs an interval that holds it in 95 of 100 cases, and few pairs no bound', () => {
  const { normal } = randomStream(6);
  const [pairs, rho, trials] = [8, 0.6, 4000];
  let held = 0;
  for (let i = 0; i < trials; i++) {
    let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
    for (let j = 0; j < pairs; j++) {
      const a = normal();
      const b = rho * a + Math.sqrt(1 - rho ** 2) * normal();
      [x, y, xx, yy, xy] = [x + a, y + b, xx + a * a, yy + b * b, xy + a * b];
    }
    const r = (pairs * xy - x * y) / Math.sqrt((pairs * xx - x * x) * (pairs * yy - y * y));
    const { low, high } = correlationInterval(r, pairs);
    if (low <= rho && rho <= high) held++;
  }
  expect(held / trials).toBeGreaterThan(0.94);
  expect(held / trials).toBeLessThan(0.96);
  expect(correlationInterval(0.9, 3)).toEqual({ low: -1, high: 1 });
  // scipy.stats.pearsonr(...).confidence_interval(0.95) of six pairs
  expect(correlationInterval(0.9159006147675193, 6).low).toBeCloseTo(0.4064791087, 5);
  expect(correlationInterval(0.9159006147675193, 6).high).toBeCloseTo(0.9909094852, 5);
});

it('gives the correlation of ranks an interval that holds it in 95 of 100 cases, wider than Fisher’s', () => {
  const { normal } = randomStream(7);
  const [pairs, rho, trials] = [30, 0.9, 2000];
  const truth = (6 / Math.PI) * Math.asin(rho / 2);
  let [held, heldByFisher] = [0, 0];
  for (let i = 0; i < trials; i++) {
    const x = Array.from({ length: pairs }, normal);
    const r = rankCorrelation(
      x,
      x.map((a) => rho * a + Math.sqrt(1 - rho ** 2) * normal()),
    );
    const [own, fisher] = [rankCorrelationInterval(r, pairs), correlationInterval(r, pairs)];
    held += Number(own.low <= truth && truth <= own.high);
    heldByFisher += Number(fisher.low <= truth && truth <= fisher.high);
  }
  expect(held / trials).toBeGreaterThan(0.94);
  expect(held / trials).toBeLessThan(0.97);
  expect(heldByFisher / trials).toBeLessThan(0.93);
});

describe('a perfect correlation of few pairs', () => {
  it('of ranks is as sure as that of one swap of neighbours, and holds 0 up to five pairs', () => {
    // tanh(atanh(1 - 12 / (n (n² - 1))) - 1.959964 ((1 + r² / 2) / (n - 3))^(1/2)) by numpy
    for (const [pairs, low] of [
      [4, -0.81882],
      [5, -0.1689],
      [6, 0.38265],
      [10, 0.92835],
      [30, 0.99888],
    ] as const) {
      expect(rankCorrelationInterval(1, pairs)).toEqual({ low: expect.closeTo(low, 4), high: 1 });
      expect(rankCorrelationInterval(-1, pairs)).toEqual({ low: -1, high: expect.closeTo(-low, 4) });
    }
    expect(rankCorrelationInterval(1, 3)).toEqual({ low: -1, high: 1 });
  });

  it('is held by its interval where ties make it nearly perfect, and sums of floats more than that', () => {
    const tied = rankCorrelation(
      Array.from({ length: 100 }, (_, i) => i),
      Array.from({ length: 100 }, (_, i) => Math.max(1, i)),
    );
    const { low, high } = rankCorrelationInterval(tied, 100);
    expect([low < 1 - 1.2e-5, tied <= high, high < 1]).toEqual([true, true, true]);
    expect(correlationInterval(1 + 2e-16, 6)).toEqual({ low: expect.closeTo(0.38265, 4), high: 1 });
  });

  it('of numbers is as sure as that of their ranks, and a nearly perfect one Fisher’s', () => {
    expect(correlationInterval(1, 6)).toEqual(rankCorrelationInterval(1, 6));
    expect(correlationInterval(-1, 6)).toEqual(rankCorrelationInterval(-1, 6));
    // tanh(atanh(0.99) - 1.959964 / √3) by numpy
    expect(correlationInterval(0.99, 6).low).toBeCloseTo(0.90783, 4);
  });
});

it('gives the median of six values or more an interval between two of them, and of fewer none', () => {
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => n - i);
  expect(medianInterval([])).toBeUndefined();
  expect(medianInterval(upTo(5))).toBeUndefined();
  // Ranks by scipy.stats.binom.cdf.
  expect(medianInterval(upTo(6))).toEqual({ low: 1, high: 6 });
  expect(medianInterval(upTo(10))).toEqual({ low: 2, high: 9 });
  expect(medianInterval(upTo(20))).toEqual({ low: 6, high: 15 });
  expect(medianInterval(upTo(50))).toEqual({ low: 18, high: 33 });
  expect(medianInterval(upTo(4000))).toEqual({ low: 1938, high: 2063 });
});

describe('as how many trials groups count', () => {
  it('members that agree within their group are one trial each group', () => {
    expect(effectiveTrials([0, 1, 0, 1, 1, 0], 32)).toBe(6);
  });

  it('groups of hits alone, or of misses alone, are one trial each, and so is a single group', () => {
    expect(effectiveTrials([1, 1, 1, 1], 32)).toBe(4);
    expect(effectiveTrials([0, 0, 0, 0], 32)).toBe(4);
    expect(effectiveTrials([0.5], 32)).toBe(1);
  });

  it('groups that are all alike count the more of their members the more groups there are', () => {
    // 96 (1.959964 / 4.302653)² and 3200 (1.959964 / 1.984217)²
    expect(effectiveTrials([0.5, 0.5, 0.5], 32)).toBe(19);
    expect(effectiveTrials(Array(100).fill(0.5), 32)).toBe(3122);
  });

  it('in between the trials are those that spread as the groups’ means do, less what few groups are unsure', () => {
    // p = 0.5, the mean's variance is (10 * 0.1²) / 9 / 10 = 1 / 900, so 225 (1.959964 / 2.262157)².
    expect(effectiveTrials([0.4, 0.6, 0.4, 0.6, 0.4, 0.6, 0.4, 0.6, 0.4, 0.6], 32)).toBe(168);
  });

  it('make an interval of Wilson that holds the share in about 95 of 100 cases, where all members as trials do not', () => {
    // Members of a group agree in half of all cases.
    const { uniform } = randomStream(8);
    const [groups, each, p, runs] = [8, 20, 0.7, 3000];
    const draw = () => Number(uniform() < p);
    let [held, heldByMembers] = [0, 0];
    for (let i = 0; i < runs; i++) {
      const shares = Array.from({ length: groups }, () => {
        const common = draw();
        return mean(Array.from({ length: each }, () => (uniform() < Math.SQRT1_2 ? common : draw())));
      });
      const holds = (trials: number) => {
        const { low, high } = shareInterval(mean(shares), trials);
        return Number(low <= p && p <= high);
      };
      held += holds(effectiveTrials(shares, each));
      heldByMembers += holds(groups * each);
    }
    expect(held / runs).toBeGreaterThan(0.93);
    expect(heldByMembers / runs).toBeLessThan(0.6);
  });
});
