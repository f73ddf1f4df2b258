/** @file Mirroring: left and right change places in some of the draws. */
import { greater, where } from '../tensor/ops/compare.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { flip as mirrored } from '../tensor/ops/slice.ts';
import { rangeOf } from './range.ts';
import type { Transform } from './transform.ts';

/** Mirrors pictures with a probability, a half unless given. @throws RangeError if it is none */
export function flip(probability = 0.5): Transform {
  rangeOf('flip: its probability', probability, 0, 1);
  return {
    key: `flip ${probability}`,
    data: { flipped: { shape: [], dtype: 'float32' } },
    draw: (random) => ({ flipped: Number(random !== undefined && random.uniform() < probability) }),
    apply: (x, { flipped }) => where(greater(reshape(flipped!, [x.shape[0]!, 1, 1, 1]), 0.5), mirrored(x, [3]), x),
  };
}
