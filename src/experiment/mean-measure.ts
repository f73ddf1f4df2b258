/** @file A measure that is the mean over pictures, pairs or classes, with the interval that follows from their spread. */
import { mean } from '../distance/mean.ts';
import type { Measure } from './experiment.ts';
import { meanInterval } from './interval.ts';

/**
 * The mean of independent values with its 95 % interval by Student's t. Fewer than two values have no interval, and no mean either (NaN):
 * a number without an interval would be judged as if it were sure.
 */
export function meanMeasure(name: string, unit: Measure['unit'], values: readonly number[]): Measure {
  const interval = meanInterval(values);
  return { name, unit, value: interval === undefined ? Number.NaN : mean(values), interval };
}
