/** @file A measure over seeds: its values, their mean, and how sure it is. */
import { mean } from '../distance/mean.ts';
import { type Interval, shareInterval } from '../statistics/share-interval.ts';
import type { Findings, Measure, Summaries } from './experiment.ts';
import { meanInterval } from './interval.ts';

/** A measure over seeds. */
export interface Summary {
  readonly name: string;
  readonly unit: Measure['unit'];
  /** One value a seed. */
  readonly values: readonly number[];
  readonly mean: number;
  /** 95 % interval of the mean over seeds, by Student's t: wide for two. Undefined for one seed. */
  readonly overSeeds: Interval | undefined;
  /**
   * From the lowest to the highest end of the seeds' own 95 % intervals: over trials (Wilson), or whatever the experiment has them over.
   * Ends are never averaged: what lies outside lies outside every seed's interval. Undefined unless every seed has one.
   */
  readonly overTrials: Interval | undefined;
}

/** Gathers what the seeds found. @throws TypeError if they do not measure the same */
export function summarise(findings: readonly Findings[]): Summaries {
  const [first, ...others] = findings;
  const all = (first?.measures ?? []).map(({ name, unit }): Summary => {
    const same = findings.map(({ measures }) => measures.find((each) => each.name === name));
    if (same.some((each) => each === undefined)) throw new TypeError(`A seed lacks the measure "${name}".`);
    const measures = same as Measure[];
    const values = measures.map(({ value }) => value);
    const intervals = measures.flatMap(({ value, of, interval }) => {
      const own = of === undefined ? interval : shareInterval(value, of);
      return own === undefined ? [] : [own];
    });
    return {
      name,
      unit,
      values,
      mean: mean(values),
      overSeeds: meanInterval(values),
      overTrials:
        intervals.length < measures.length
          ? undefined
          : {
              low: Math.min(...intervals.map(({ low }) => low)),
              high: Math.max(...intervals.map(({ high }) => high)),
            },
    };
  });
  if (others.some(({ measures }) => measures.length !== all.length))
    throw new TypeError('Seeds have different numbers of measures.');
  return {
    all,
    of: (measure) => {
      const found = all.find(({ name }) => name === measure);
      if (found === undefined) throw new TypeError(`There is no measure "${measure}".`);
      return found;
    },
  };
}

/** The surest low end that is known: of the seeds' own intervals, else of the mean over seeds, else the value. */
export function lowEnd({ overTrials, overSeeds, mean }: Summary): number {
  return overTrials?.low ?? overSeeds?.low ?? mean;
}

/** The surest high end likewise. */
export function highEnd({ overTrials, overSeeds, mean }: Summary): number {
  return overTrials?.high ?? overSeeds?.high ?? mean;
}

/** Whether every seed's interval lies above a number. */
export function isAbove(summary: Summary, level: number): boolean {
  return lowEnd(summary) > level;
}

/** Whether every seed's interval lies below a number or ends there. */
export function isAtMost(summary: Summary, level: number): boolean {
  return highEnd(summary) <= level;
}

/** Whether every seed's interval lies below a number. */
export function isBelow(summary: Summary, level: number): boolean {
  return highEnd(summary) < level;
}

/** Share by which an accuracy may exceed chance and still pass for it. */
export const chanceMargin = 0.05;

/** Whether every seed's interval of one lies above every seed's of the other. */
export function exceeds(larger: Summary, smaller: Summary): boolean {
  return lowEnd(larger) > highEnd(smaller);
}

/** A measure's value in words: per cent for shares and their changes, "unknown" for what could not be measured (NaN). */
export function inWords(value: number, unit: Measure['unit']): string {
  if (Number.isNaN(value)) return 'unknown';
  if (unit !== 'number') return `${(100 * value).toFixed(1)} %`;
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}
