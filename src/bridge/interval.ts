/** @file Intervals of what is measured over pictures: the bootstrap of percentiles (Efron 1979) of any statistic, Wilson's of shares. */
import { mean } from '../distance/mean.ts';
import { randomStream } from '../random/random-stream.ts';
import { shareInterval } from '../statistics/share-interval.ts';

/** A number with the ends of its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 1000;

/**
 * A statistic of pictures and the interval that 1000 resamplings of the pictures leave it, from the 2.5th to the 97.5th percentile.
 * @param count how many pictures there are
 * @param statistic of the pictures of some places, which may repeat
 */
export function bootstrap(count: number, statistic: (places: readonly number[]) => number, seed = 0): Estimate {
  const value = statistic(Array.from({ length: count }, (_, i) => i));
  const random = randomStream(seed, 0xb007);
  const values = Array.from({ length: resamples }, () =>
    statistic(Array.from({ length: count }, () => Math.min(count - 1, Math.floor(count * random.uniform())))),
  )
    .filter((one) => Number.isFinite(one))
    .sort((a, b) => a - b);
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN;
  return { value, low: at(0.025), high: at(0.975) };
}

/** The mean of numbers with its interval. */
export function meanOf(numbers: readonly number[], seed = 0): Estimate {
  return bootstrap(numbers.length, (places) => mean(places.map((i) => numbers[i]!)), seed);
}

/** A share of pictures with its interval, which is none of the bootstrap's: where all pictures agree it would leave no doubt. */
export function shareOf(flags: readonly boolean[]): Estimate {
  const value = mean(flags.map(Number));
  return { value, ...shareInterval(value, flags.length) };
}
