/** @file Targets of D_rand. */
import { randomStream } from '../random/random-stream.ts';

/** A class other than the true one, all equally likely: the same for picture i in every run and experiment. */
export function otherClass(label: number, classes: number, i: number): number {
  const drawn = Math.floor((classes - 1) * randomStream(0, i, 0x72616e64).uniform());
  return drawn < label ? drawn : drawn + 1;
}
