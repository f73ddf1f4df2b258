/** @file Settings of transforms that are one number or an interval to draw from. */
import type { RandomStream } from '../random/random-stream.ts';

/** A number, or the ends of an interval that numbers are drawn from, each alike. */
export type Range = number | readonly [low: number, high: number];

/** An interval's ends. @throws RangeError where it is empty or leaves [least, most] */
export function rangeOf(what: string, range: Range, least: number, most: number): readonly [number, number] {
  const [low, high] = typeof range === 'number' ? [range, range] : range;
  if (low >= least && high <= most && low <= high) return [low, high];
  throw new RangeError(
    `${what} expects a number from ${least} to ${most} or an interval [low, high] of such, got ${JSON.stringify(range)}.`,
  );
}

/** A number of the interval. */
export function drawFrom([low, high]: readonly [number, number], random: RandomStream): number {
  return low + (high - low) * random.uniform();
}

/** A whole number of the interval, each alike. */
export function drawWhole([low, high]: readonly [number, number], random: RandomStream): number {
  return low + Math.floor((high - low + 1) * random.uniform());
}
