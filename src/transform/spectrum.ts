/**
 * @file Spectrum simulation (Long et al. 2022, eq. 6): normal noise is added to the picture, and every coefficient of its cosine
 * transform is scaled by a random factor, as if another network looked at it.
 */
import type { RandomStream } from '../random/random-stream.ts';
import { add, mul } from '../tensor/ops/arithmetic.ts';
import { matmul } from '../tensor/ops/matmul.ts';
import { sizeOf } from '../tensor/shape.ts';
import { constant } from '../tensor/tensor.ts';
import { cosines } from './cosines.ts';
import type { Transform } from './transform.ts';

/** Options of `spectrum`. */
export interface SpectrumOptions {
  /** Factors run from 1 - rho to 1 + rho; 0.5 unless given. */
  readonly rho?: number;
  /** Deviation of the noise, with pixels from 0 to 1. */
  readonly sigma: number;
}

/** Changes the spectra of pictures [C, H, W]. The cosine transform is taken over the whole picture, channel by channel. */
export function spectrum({ rho = 0.5, sigma }: SpectrumOptions, shape: readonly [number, number, number]): Transform {
  const [, height, width] = shape;
  const drawn = (one: () => number) => Float32Array.from({ length: sizeOf(shape) }, one);
  const picture = { shape, dtype: 'float32' as const };
  return {
    key: `spectrum ${rho} ${sigma}`,
    data: { noise: picture, factor: picture },
    draw: (random?: RandomStream) => ({
      noise: drawn(() => (random === undefined ? 0 : sigma * random.normal())),
      factor: drawn(() => (random === undefined ? 1 : 1 + rho * (2 * random.uniform() - 1))),
    }),
    apply: (x, { noise, factor }) => {
      const basis = (n: number, transposed: boolean) => constant(cosineMatrix(n, transposed), [n, n], x.dtype);
      const there = matmul(matmul(basis(height, false), add(x, noise!)), basis(width, true));
      return matmul(matmul(basis(height, true), mul(there, factor!)), basis(width, false));
    },
  };
}

/** The cosine transform of n values as an n x n matrix, row by row: a row is a frequency. Its transpose is its inverse. */
function cosineMatrix(n: number, transposed: boolean): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let k = 0; k < n; k++)
    for (const [t, value] of cosines(k, n).entries()) matrix[transposed ? t * n + k : k * n + t] = value;
  return matrix;
}
