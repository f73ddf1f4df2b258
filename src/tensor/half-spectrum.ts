/** @file Half spectra: real pictures from the complex coefficients that determine them, as products with cosines and sines. */
import { add, mul, neg, sub } from './ops/arithmetic.ts';
import { matmul } from './ops/matmul.ts';
import { constant, type Tensor } from './tensor.ts';

/** Columns of a half spectrum of rows of n pixels. */
export const halfOf = (n: number): number => Math.floor(n / 2) + 1;

/** Frequency of every coefficient of an [h, halfOf(w)] spectrum in cycles a pixel, row by row. */
export function frequencies(h: number, w: number): Float64Array {
  const columns = halfOf(w);
  return Float64Array.from({ length: h * columns }, (_, at) => {
    const row = Math.floor(at / columns);
    return Math.hypot((2 * row < h ? row : row - h) / h, (at % columns) / w);
  });
}

function waves(rows: number, columns: number, period: number, f: (angle: number) => number, weight = (_: number) => 1) {
  const values = Float32Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return weight(i) * f((2 * Math.PI * ((i * j) % period)) / period);
  });
  return constant(values, [rows, columns]);
}

/**
 * Real pictures [N, C, h, w] of half spectra given as real and imaginary parts [N, C, h, halfOf(w)]: the inverse of the real DFT, whose
 * sum over all frequencies is divided by the root of h w, so that it keeps the sum of squares (of whole spectra).
 */
export function inverseSpectrum(re: Tensor, im: Tensor, w: number): Tensor {
  const h = re.shape[2]!;
  const columns = halfOf(w);
  const [cosine, sine] = [waves(h, h, h, Math.cos), waves(h, h, h, Math.sin)];
  // Down the columns: (re + i im) e^{i theta}.
  const downRe = sub(matmul(cosine, re), matmul(sine, im));
  const downIm = add(matmul(sine, re), matmul(cosine, im));
  // Along the rows, where every column but the first and (for even w) the last stands for its mirror image as well.
  const twice = (k: number) => (k === 0 || 2 * k === w ? 1 : 2) / Math.sqrt(h * w);
  return sub(
    matmul(downRe, waves(columns, w, w, Math.cos, twice)),
    matmul(downIm, waves(columns, w, w, Math.sin, twice)),
  );
}

/** Half spectra of real pictures [N, C, h, w], real and imaginary parts [N, C, h, halfOf(w)], each over the root of h w. */
export function halfSpectrum(x: Tensor): { readonly re: Tensor; readonly im: Tensor } {
  const [h, w] = x.shape.slice(2) as [number, number];
  const scale = 1 / Math.sqrt(h * w);
  const along = (f: (angle: number) => number) =>
    constant(
      Float32Array.from({ length: w * halfOf(w) }, (_, at) => {
        const [t, k] = [Math.floor(at / halfOf(w)), at % halfOf(w)];
        return scale * f((2 * Math.PI * ((t * k) % w)) / w);
      }),
      [w, halfOf(w)],
    );
  const [rowRe, rowIm] = [matmul(x, along(Math.cos)), neg(matmul(x, along(Math.sin)))];
  const [cosine, sine] = [waves(h, h, h, Math.cos), waves(h, h, h, Math.sin)];
  // (a + i b)(cos - i sin)
  return {
    re: add(matmul(cosine, rowRe), matmul(sine, rowIm)),
    im: sub(matmul(cosine, rowIm), matmul(sine, rowRe)),
  };
}

/** A constant [1, 1, h, halfOf(w)] of one number for each frequency, times a spectrum part. */
export function weighted(part: Tensor, gains: Float64Array): Tensor {
  const [h, columns] = part.shape.slice(2) as [number, number];
  return mul(part, constant(Float32Array.from(gains), [1, 1, h, columns]));
}
