/** @file How many pictures of a set one and the same change fools, as the plain model says, in float and as 8-bit files. */
import { quantize8 } from '../image/image.ts';
import { isFooled, type Trials } from './attack-options.ts';
import type { Trial } from './trial.ts';
import type { Victim } from './victim.ts';

/** What a change does to a set of pictures. */
export interface FoolingRate {
  /** Pictures that count: those that the model answered rightly before, or otherwise than with the target. */
  readonly pictures: number;
  /** Those of them that it fools. */
  readonly fooled: number;
  /** The same with pictures of 8-bit values. */
  readonly fooled8: number;
  /** Shares of the pictures that count, from 0 to 1; NaN where there are none. */
  readonly rate: number;
  readonly rate8: number;
}

/**
 * Has the plain model judge every picture that counts, alone.
 * @param change the changed picture of a trial, the at-th that counts; asked for twice, the second time for what is rounded to 8 bits
 */
export async function foolingRate(
  victim: Victim,
  { trials, judge }: Pick<Trials, 'trials' | 'judge'>,
  change: (trial: Trial, eightBit: boolean, at: number) => Promise<Float32Array> | Float32Array,
  signal?: AbortSignal,
): Promise<FoolingRate> {
  const counted = trials.filter(({ misclassifiedBefore }) => !misclassifiedBefore);
  let [fooled, fooled8] = [0, 0];
  for (const [at, trial] of counted.entries()) {
    signal?.throwIfAborted();
    const fools = async (x: Float32Array) => Number(await isFooled(await victim.predictPlain(x), trial, victim, judge));
    fooled += await fools(await change(trial, false, at));
    fooled8 += await fools(quantize8(await change(trial, true, at)));
  }
  const pictures = counted.length;
  return { pictures, fooled, fooled8, rate: fooled / pictures, rate8: fooled8 / pictures };
}
