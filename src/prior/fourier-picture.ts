/**
 * @file Pictures as sums of waves whose size falls with their frequency, in decorrelated colours (Olah et al. 2017, Lucid's `fft_image`):
 * steps in them are steepest in a norm that holds high frequencies dear. Constants are Lucid's: coefficients of deviation 0.01, scaled by
 * sqrt(w h) / max(f, 1 / max(w, h)) to the power of the decay, the picture of the inverse transform divided by 4.
 */

import { frequencies, halfOf, inverseSpectrum, weighted } from '../tensor/half-spectrum.ts';
import { squeeze } from '../tensor/ops/depth-space.ts';
import { slice } from '../tensor/ops/slice.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type ColourMatrix, imagenetColours, picturesOf } from './colour.ts';
import { normalStart, type Parameterisation, type PictureSize } from './parameterisation.ts';

/** Options of `fourier`. */
export interface FourierOptions {
  /** Power of 1 / f that coefficients are scaled by; 1 unless given, as natural pictures have it. */
  readonly decay?: number;
  readonly colours?: ColourMatrix;
}

/** Deviation of the first coefficients, and what the picture is divided by. */
const [startDeviation, magic] = [0.01, 4];

/** Waves scaled by 1 / f. */
export function fourier(
  size: PictureSize,
  { decay = 1, colours = imagenetColours }: FourierOptions = {},
): Parameterisation {
  const [c, h, w] = size;
  const shape = [2, c, h, halfOf(w)];
  const lowest = 1 / Math.max(h, w);
  // Lucid divides the inverse transform by w h and multiplies coefficients by its root, which the orthonormal transform does at once.
  const gains = frequencies(h, w).map((f) => 1 / (magic * Math.max(f, lowest) ** decay));
  return {
    name: 'fourier',
    key: `fourier ${size} ${decay} ${colours}`,
    shape,
    size,
    rate: 0.05,
    spread: 1,
    start: (random) =>
      normalStart(
        shape.reduce((a, b) => a * b),
        startDeviation,
        random,
      ),
    picture: (z) => {
      const [re, im] = parts(z);
      return picturesOf(inverseSpectrum(weighted(re, gains), weighted(im, gains), w), colours);
    },
  };
}

/** Real and imaginary parts [N, C, h, columns] of parameters [N, 2, C, h, columns]. */
function parts(z: Tensor): [Tensor, Tensor] {
  const part = (i: number) => squeeze(slice(z, { axes: [1], starts: [i], ends: [i + 1] }), [1]);
  return [part(0), part(1)];
}
