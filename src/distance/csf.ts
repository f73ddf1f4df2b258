/**
 * @file A distance by what the eye resolves: luma's difference with every frequency weighted by the eye's contrast sensitivity.
 *
 * Sensitivity is Mannos and Sakrison's (1974): 2.6 (0.0192 + 0.114 f) exp(-(0.114 f)^1.1) at f cycles a degree, at most 0.98 near 8, 0.05
 * at 0. Cycles a degree are cycles a pixel times the pixels that one degree of the viewer's sight covers; for a screen of p pixels a
 * centimetre seen from d centimetres these are about p d / 57. A grating of amplitude a thus has the distance
 * sensitivity(f) a sqrt(H W / 2).
 */

import { coefficients, gains, pictureOf } from '../tensor/fourier.ts';
import { mul, sub } from '../tensor/ops/arithmetic.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { abs, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { luma, rootFromZero } from './picture.ts';

/** Contrast sensitivity at a frequency in cycles a degree, where 1 is about the most. */
export function contrastSensitivity(frequency: number): number {
  const f = 0.114 * Math.abs(frequency);
  return 2.6 * (0.0192 + f) * Math.exp(-(f ** 1.1));
}

/** The distance for a viewer to whom one degree covers so many pixels. */
export function csfAt(pixelsPerDegree: number, name = `csf:${pixelsPerDegree}`): Distance {
  const weighted = (x: Tensor, y: Tensor) => {
    const delta = sub(luma(x), luma(y));
    const [h, w] = delta.shape.slice(2) as [number, number];
    const sensitivities = gains(h, w, (ky, kx) => contrastSensitivity(pixelsPerDegree * Math.hypot(ky / h, kx / w)));
    return mul(coefficients(delta), constant(sensitivities, [h, w], delta.dtype));
  };
  // The coefficients' sum of squares is that of the filtered difference's pixels.
  const distance = (x: Tensor, y: Tensor) => rootFromZero(reduceSum(square(weighted(x, y)), { axes: [1, 2, 3] }));
  return {
    name,
    brief: 'length of the difference as the eye resolves it',
    source: `Mannos and Sakrison 1974, the difference's spectrum weighted by contrast sensitivity at ${pixelsPerDegree} pixels a degree`,
    convention: {
      colour: 'luma, BT.601; differences of colour alone are not seen',
      sampling: 'none; pixels from 0 to 1, the spectrum is of the difference as it repeats',
      better: 'lower',
      identity: 0,
      symmetric: true,
      minimumSize: 1,
    },
    value: distance,
    distance,
    map: (x, y) => abs(pictureOf(weighted(x, y))),
  };
}

/** At 32 pixels a degree: a common screen, 38 pixels a centimetre, from 48 cm. */
export const csf: Distance = csfAt(32, 'csf');
