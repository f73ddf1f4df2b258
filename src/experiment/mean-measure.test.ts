/** @file Means over pictures: with an interval, or unknown. */
import { expect, it } from 'vitest';
import { meanMeasure } from './mean-measure.ts';
import { isAbove, isBelow, summarise } from './summary.ts';

it('is the mean and Student’s interval of two values or more', () => {
  // The deviation of 1 and 3 is √2, that of their mean 1: 2 -+ 12.7062.
  expect(meanMeasure('m', 'number', [1, 3])).toEqual({
    ...{ name: 'm', unit: 'number', value: 2 },
    interval: { low: expect.closeTo(-10.7062, 4), high: expect.closeTo(14.7062, 4) },
  });
});

it.each([[[]], [[0.4]]])('is unknown of %j, also where two seeds give the same', (values) => {
  const one = { measures: [meanMeasure('m', 'change', values)] };
  for (const findings of [[one], [one, one]]) {
    const summary = summarise(findings).of('m');
    expect(summary.mean).toBeNaN();
    expect([isAbove(summary, 0.3), isBelow(summary, 0.5)]).toEqual([false, false]);
  }
});
