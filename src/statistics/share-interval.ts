/** @file How sure a share of trials is. */

/** From low to high. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const z = 1.959964;

/** Wilson's 95 % score interval of a share of `trials`. */
export function shareInterval(share: number, trials: number): Interval {
  const centre = (share + z ** 2 / (2 * trials)) / (1 + z ** 2 / trials);
  const half = (z / (1 + z ** 2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
