/** @file Bare pixels: no prior at all, or one sheet of colours at a lower resolution than the picture. */
import { clip } from '../tensor/ops/extrema.ts';
import { resize } from '../tensor/ops/resize.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type ColourMatrix, imagenetColours, picturesOf } from './colour.ts';
import { normalStart, type Parameterisation, type PictureSize } from './parameterisation.ts';

/** Deviation of the numbers that pictures start from: nearly grey. */
const startDeviation = 0.01;

/** Pixels, each a free number, in decorrelated colours. */
export function pixels(size: PictureSize, colours: ColourMatrix = imagenetColours): Parameterisation {
  return {
    name: 'pixels',
    key: `pixels ${size} ${colours}`,
    shape: size,
    size,
    rate: 0.05,
    spread: 1,
    start: (random) => normalStart(size[0] * size[1] * size[2], startDeviation, random),
    picture: (z) => picturesOf(z, colours),
  };
}

/** Fewer pixels than the picture has, spread over it bilinearly: `factor` times fewer in each direction. */
export function lowResolution(
  size: PictureSize,
  factor: number,
  colours: ColourMatrix = imagenetColours,
): Parameterisation {
  const [c, h, w] = size;
  const coarse = [c, Math.max(1, Math.round(h / factor)), Math.max(1, Math.round(w / factor))] as const;
  return {
    name: 'low-resolution',
    key: `low resolution ${size} ${factor} ${colours}`,
    shape: coarse,
    size,
    rate: 0.05,
    spread: 1,
    start: (random) => normalStart(coarse[0] * coarse[1] * coarse[2], startDeviation, random),
    picture: (z) => picturesOf(enlarge(z, h, w), colours),
  };
}

/** z [N, C, h, w] spread bilinearly over height and width. */
export function enlarge(z: Tensor, height: number, width: number): Tensor {
  return resize(z, { axes: [2, 3], sizes: [height, width], mode: 'linear' });
}

/** Pixels themselves, no sigmoid and no mixing of colours: what attacks change. They start as faint noise around grey. */
export function rawPixels(size: PictureSize): Parameterisation {
  return {
    name: 'raw pixels',
    key: `raw pixels ${size}`,
    shape: size,
    size,
    rate: 0.01,
    spread: 0.2,
    start: (random) =>
      normalStart(size[0] * size[1] * size[2], 0.05, random).map((v) => Math.min(1, Math.max(0, 0.5 + v))),
    picture: (z) => z,
    project: (z) => clip(z, 0, 1),
  };
}
