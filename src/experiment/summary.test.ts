/** @file Summaries over seeds: intervals worked out by hand or by scipy, and what is said to exceed what. */
import { describe, expect, it } from 'vitest';
import type { Measure } from './experiment.ts';
import { exceeds, highEnd, inWords, isAbove, isAtMost, isBelow, lowEnd, type Summary, summarise } from './summary.ts';

const measured = (values: readonly number[], of?: number): Summary =>
  summarise(
    values.map((value): { measures: Measure[] } => ({
      measures: [{ name: 'm', value, unit: 'share', ...(of === undefined ? {} : { of }) }],
    })),
  ).of('m');

const near = (low: number, high: number) => ({ low: expect.closeTo(low, 5), high: expect.closeTo(high, 5) });

// scipy.stats.binomtest(k, 100).proportion_ci(method='wilson')
const wilson = { 50: [0.4038315, 0.5961685], 59: [0.4920143, 0.6813269], 60: [0.5020026, 0.6905987] } as const;

describe('the ends of a measure', () => {
  it('are Wilson’s for one seed with trials', () => {
    const one = measured([0.5], 100);
    expect([lowEnd(one), highEnd(one)]).toEqual([expect.closeTo(wilson[50][0], 5), expect.closeTo(wilson[50][1], 5)]);
    expect(one.overSeeds).toBeUndefined();
  });

  it('are the lowest and the highest of the seeds’ with trials, however near the seeds are to each other', () => {
    const two = measured([0.6, 0.5], 100);
    expect(two.overTrials).toEqual(near(wilson[50][0], wilson[60][1]));
    expect([lowEnd(two), highEnd(two)]).toEqual([two.overTrials!.low, two.overTrials!.high]);
    // 0.55 -+ 12.7062 * 0.05
    expect(two.overSeeds).toEqual(near(-0.08531, 1.18531));
  });

  it('are Student’s over seeds for numbers without trials', () => {
    const three = measured([1, 2, 3]);
    // 2 -+ 4.3027 / √3
    expect([lowEnd(three), highEnd(three)]).toEqual([expect.closeTo(-0.48414, 4), expect.closeTo(4.48414, 4)]);
    expect(three.mean).toBe(2);
    expect(three.overTrials).toBeUndefined();
  });

  it('are the value itself for one seed without trials', () => {
    const one = measured([0.25]);
    expect([lowEnd(one), highEnd(one)]).toEqual([0.25, 0.25]);
  });
});

describe('a measure with an interval of its own', () => {
  const within = (...found: readonly (readonly [value: number, low: number, high: number] | readonly [number])[]) =>
    summarise(
      found.map(([value, low, high]): { measures: Measure[] } => ({
        measures: [
          { name: 'm', value, unit: 'number', interval: low === undefined ? undefined : { low, high: high! } },
        ],
      })),
    ).of('m');

  it('has ends from the lowest to the highest of the seeds’, however near the seeds are to each other', () => {
    const two = within([1, 0.5, 1.5], [1, 0.8, 1.9]);
    expect(two.overTrials).toEqual({ low: 0.5, high: 1.9 });
    expect(two.overSeeds).toEqual({ low: 1, high: 1 });
    expect([isAbove(two, 0.5), isAbove(two, 0.49), isBelow(two, 1.9), isBelow(two, 1.91)]).toEqual([
      ...[false, true, false, true],
    ]);
  });

  it('of which a seed has none is as sure as its seeds alone make it', () => {
    const some = within([1, 0.5, 1.5], [Number.NaN]);
    expect(some.overTrials).toBeUndefined();
    expect([isAbove(some, 0.1), isBelow(some, 2), isAtMost(some, 2)]).toEqual([false, false, false]);
  });
});

describe('a measure', () => {
  it('is above a number that its lowest end exceeds, and not above one inside its interval', () => {
    expect(isAbove(measured([0.6], 100), 0.5)).toBe(true);
    expect(isAbove(measured([0.59], 100), 0.5)).toBe(false);
    expect(isAbove(measured([0.6, 0.59], 100), 0.5)).toBe(false);
    expect(isAbove(measured([0.6], 10_000), 0.59)).toBe(true);
    expect(isAbove(measured([0.5]), 0.5)).toBe(false);
  });

  it('is at most a number that its highest end does not exceed', () => {
    expect(isAtMost(measured([0.5], 100), 0.597)).toBe(true);
    expect(isAtMost(measured([0.5], 100), 0.596)).toBe(false);
    expect(isAtMost(measured([0.1, 0.5], 100), 0.596)).toBe(false);
    expect(isAtMost(measured([0.5]), 0.5)).toBe(true);
  });

  it('exceeds another where no interval of a seed meets one of the other’s', () => {
    // 45 of 50 from 0.7864; 59 of 100 to 0.6813; 50 of 100 to 0.5962, 60 from 0.5020.
    expect(exceeds(measured([0.9], 50), measured([0.59], 100))).toBe(true);
    expect(exceeds(measured([0.6], 100), measured([0.5], 100))).toBe(false);
    expect(exceeds(measured([0.9, 0.6], 100), measured([0.5], 100))).toBe(false);
    expect(exceeds(measured([0.6], 10_000), measured([0.5], 10_000))).toBe(true);
    // 10 -+ 12.7062 * 0.5 from 3.647
    expect(exceeds(measured([9.5, 10.5]), measured([3.6]))).toBe(true);
    expect(exceeds(measured([9.5, 10.5]), measured([3.7]))).toBe(false);
    expect(exceeds(measured([0.5]), measured([0.5]))).toBe(false);
  });

  it('that is no number is above, at most and more than nothing', () => {
    const none = measured([Number.NaN]);
    expect([isAbove(none, 0), isAtMost(none, 1), exceeds(none, measured([0])), exceeds(measured([1]), none)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('findings', () => {
  const found = (...names: string[]) => ({
    measures: names.map((name): Measure => ({ name, value: 1, unit: 'number' })),
  });

  it('keep the order of measures and of seeds', () => {
    const { all, of } = summarise([
      {
        measures: [
          { name: 'b', value: 1, unit: 'number' },
          { name: 'a', value: 2, unit: 'share' },
        ],
      },
      {
        measures: [
          { name: 'a', value: 4, unit: 'share' },
          { name: 'b', value: 3, unit: 'number' },
        ],
      },
    ]);
    expect(all.map(({ name, unit, values }) => [name, unit, values])).toEqual([
      ['b', 'number', [1, 3]],
      ['a', 'share', [2, 4]],
    ]);
    expect(of('a').mean).toBe(3);
  });

  it('of different measures are refused by name, and so are questions for what was not measured', () => {
    expect(() => summarise([found('a', 'b'), found('a', 'c')])).toThrow('A seed lacks the measure "b".');
    expect(() => summarise([found('a'), found('a', 'c')])).toThrow('Seeds have different numbers of measures.');
    expect(() => summarise([found('a')]).of('z')).toThrow('There is no measure "z".');
  });
});

it('says shares in per cent, numbers in four digits, and what is unknown', () => {
  expect(inWords(-0.12345, 'change')).toBe('-12.3 %');
  expect([inWords(Number.NaN, 'share'), inWords(Number.NaN, 'number')]).toEqual(['unknown', 'unknown']);
  expect(inWords(0.12345, 'share')).toBe('12.3 %');
  expect(inWords(1234.56, 'number')).toBe('1235');
  expect(inWords(0.00012345, 'number')).toBe('1.23e-4');
  expect(inWords(123456, 'number')).toBe('1.23e+5');
  expect(inWords(0, 'number')).toBe('0');
});
