/** @file Pictures of a small parameterisation, enlarged: few numbers for a large picture, as searches without gradients need. */

import type { Parameterisation, PictureSize } from './parameterisation.ts';
import { enlarge } from './pixels.ts';

/** The pictures of another parameterisation, spread bilinearly over a size of as many channels. */
export function enlarged(small: Parameterisation, size: PictureSize): Parameterisation {
  const [, height, width] = size;
  return {
    ...small,
    key: `enlarged ${size} ${small.key}`,
    size,
    picture: (z) => enlarge(small.picture(z), height, width),
  };
}

/** A size of the same shape whose shorter side is `side`, or the size itself where that is no longer. */
export function smallerSize([c, h, w]: PictureSize, side: number): PictureSize {
  const share = Math.min(1, side / Math.min(h, w));
  return [c, Math.round(h * share), Math.round(w * share)];
}
