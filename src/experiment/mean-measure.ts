/** @file A measure that is the mean over pictures, pairs or classes, with the interval that follows from their spread. */
import { mean } from '../distance/mean.ts';
import type { Measure } from './experiment.ts';
import { meanInterval } from './interval.ts';

/** The mean of independent values with its 95 % interval by Student's t; without one where there is a single value. */
export function meanMeasure(name: string, unit: Measure['unit'], values: readonly number[]): Measure {
  return { name, unit, value: mean(values), interval: meanInterval(values) };
}
