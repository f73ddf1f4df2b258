/** @file Noise of natural colours: drawn in channels that vary independently in photographs, so that it is mostly of lightness, seldom of hue. */
import { type ColourMatrix, imagenetColours, mixed } from '../prior/colour.ts';
import { add } from '../tensor/ops/arithmetic.ts';
import { sizeOf } from '../tensor/shape.ts';
import { rangeOf } from './range.ts';
import type { Transform } from './transform.ts';

/** Options of `colourNoise`. */
export interface ColourNoiseOptions {
  /** Deviation in each independent channel; in the colours' longest, lightness, it is also that of the noise, with pixels from 0 to 1. */
  readonly size: number;
  /** One colour for each pixel, or one for the whole picture, as light of another tint gives; each pixel's unless given. */
  readonly extent?: 'pixel' | 'picture';
  /** How independent channels mix into colours; ImageNet's unless given. */
  readonly colours?: ColourMatrix;
}

/**
 * Adds normal noise in independent colours to pictures [C, H, W]; where they have not three channels, independent noise to each. The sum is not
 * kept within [0, 1].
 * @throws RangeError if the size is below 0
 */
export function colourNoise(
  { size, extent = 'pixel', colours = imagenetColours }: ColourNoiseOptions,
  [channels, height, width]: readonly [number, number, number],
): Transform {
  rangeOf('colourNoise: its size', size, 0, Number.MAX_VALUE);
  const shape = extent === 'pixel' ? [channels, height, width] : [channels, 1, 1];
  return {
    key: `colour noise ${size} ${extent} ${colours}`,
    data: { colours: { shape, dtype: 'float32' } },
    draw: (random) => ({
      colours:
        random === undefined
          ? new Float32Array(sizeOf(shape))
          : Float32Array.from({ length: sizeOf(shape) }, () => size * random.normal()),
    }),
    apply: (x, { colours: drawn }) => add(x, mixed(drawn!, colours)),
  };
}
