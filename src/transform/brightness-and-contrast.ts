/** @file Brightness and contrast, as exposure, print and screen change them: clip(contrast (x - 1/2) + 1/2 + brightness). */
import { add, mul, sub } from '../tensor/ops/arithmetic.ts';
import { clip } from '../tensor/ops/extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { drawFrom, type Range, rangeOf } from './range.ts';
import type { Transform } from './transform.ts';

/** Options of `brightnessAndContrast`. */
export interface BrightnessAndContrastOptions {
  /** What is added to every value, from -1 to 1; 0 unless given. */
  readonly brightness?: Range;
  /** Factor of the distance from middle grey; 1 unless given. */
  readonly contrast?: Range;
}

/**
 * Changes brightness and contrast by one random number each for a picture, and keeps values in [0, 1].
 * @throws RangeError if a range is empty or out of bounds
 */
export function brightnessAndContrast({ brightness = 0, contrast = 1 }: BrightnessAndContrastOptions): Transform {
  const [b, c] = [
    rangeOf('brightnessAndContrast: brightness', brightness, -1, 1),
    rangeOf('brightnessAndContrast: contrast', contrast, 0, Number.MAX_VALUE),
  ];
  const number = { shape: [], dtype: 'float32' } as const;
  const each = (value: Tensor) => reshape(value, [value.shape[0]!, 1, 1, 1]);
  return {
    key: `brightness ${b} contrast ${c}`,
    data: { brightness: number, contrast: number },
    draw: (random) => ({
      brightness: random === undefined ? 0 : drawFrom(b, random),
      contrast: random === undefined ? 1 : drawFrom(c, random),
    }),
    apply: (x, data) => clip(add(mul(sub(x, 0.5), each(data.contrast!)), add(each(data.brightness!), 0.5)), 0, 1),
  };
}
