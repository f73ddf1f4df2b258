/** @file Told beside found distances: what is said of few of them. */
import { expect, it } from 'vitest';
import { summarise } from './summary.ts';
import { comparedDistances } from './told-distances.ts';

const pairs = (count: number) => Array.from({ length: count }, (_, i) => [1 + i, (1 + i) * (1 + i / 100)] as const);

const median = 'm: median of found over told distance';

it('leaves the median ratio of fewer than six pairs open, though its value is known', () => {
  const few = summarise([
    { measures: comparedDistances('m', pairs(5)) },
    { measures: comparedDistances('m', pairs(5)) },
  ]);
  expect(few.of(median).mean).toBeNaN();
  expect(few.of(median).overTrials).toBeUndefined();
  const six = summarise([{ measures: comparedDistances('m', pairs(6)) }]).of(median);
  expect(six.mean).toBeCloseTo(1.025, 10);
  expect(six.overTrials).toEqual({ low: 1, high: 1.05 });
});
