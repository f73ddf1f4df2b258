/**
 * @file MACO (Fel et al. 2023): the magnitude of every wave is that of natural pictures and is not searched; only phases are. They start
 * uniform in (-pi, pi), as the paper has it; the published code draws them normal and standardises them at every step, which gathers a
 * fifth of the picture's energy in one corner: that form is `legacy`.
 */

import { halfOf, inverseSpectrum } from '../tensor/half-spectrum.ts';
import { sigmoid } from '../tensor/ops/activation.ts';
import { div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { cos, sin, sqrt, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { type ColourMatrix, imagenetColours, mixed } from './colour.ts';
import type { Parameterisation, PictureSize } from './parameterisation.ts';

/** Magnitudes of natural pictures in decorrelated colours, [C, h, halfOf(w)] for one size. */
export interface MagnitudeSpectrum {
  readonly name: string;
  readonly size: PictureSize;
  readonly magnitudes: Float32Array;
}

/** Options of `maco`. */
export interface MacoOptions {
  readonly colours?: ColourMatrix;
  /** Phases drawn normal and standardised at every step, as the published code does. */
  readonly legacy?: boolean;
}

/** Pictures of given magnitudes and free phases. */
export function maco(
  spectrum: MagnitudeSpectrum,
  { colours = imagenetColours, legacy = false }: MacoOptions = {},
): Parameterisation {
  const { size, magnitudes, name } = spectrum;
  const [c, h, w] = size;
  const shape = [c, h, halfOf(w)];
  const count = shape.reduce((a, b) => a * b);
  return {
    name: legacy ? 'maco:legacy' : 'maco',
    key: `maco ${name} ${size} ${legacy} ${colours}`,
    shape,
    size,
    rate: 1,
    spread: Math.PI / 2,
    start: (random) =>
      Float32Array.from({ length: count }, () => (legacy ? random.normal() : Math.PI * (2 * random.uniform() - 1))),
    picture: (z) => {
      const phase = legacy ? standardised(z, 1e-5) : z;
      const r = constant(magnitudes, [1, ...shape]);
      const waves = inverseSpectrum(mul(r, cos(phase)), mul(r, sin(phase)), w);
      return sigmoid(mixed(standardised(waves, 1e-4), colours));
    },
  };
}

/** Mean 0 and deviation 1 for each picture, all channels together. */
function standardised(x: Tensor, floor: number): Tensor {
  const axes = [1, 2, 3];
  const away = sub(x, reduceMean(x, { axes, keepDims: true }));
  return div(away, maximum(sqrt(reduceMean(square(away), { axes, keepDims: true })), floor));
}
