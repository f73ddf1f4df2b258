/**
 * @file Pictures as sums of cosines and sines: the discrete Fourier transform of real pictures and filters in it, as matrix products.
 *
 * A real row of n pixels has n real coefficients: of cos(2 pi k t / n) for k = 0 … floor(n / 2), then of sin(2 pi k t / n) for
 * k = 1 … ceil(n / 2) - 1, each function scaled to length 1. They are the real and (negated) imaginary parts of the half spectrum
 * that determines a real signal's DFT, so nothing is computed twice: there and back cost two products of H x H and W x W matrices each.
 * The basis is orthonormal, so squares of pixels and of coefficients have one sum (Parseval).
 */
import { mul } from './ops/arithmetic.ts';
import { matmul } from './ops/matmul.ts';
import { slice } from './ops/slice.ts';
import { constant, type Tensor } from './tensor.ts';

/** What a filter multiplies a frequency by; ky and kx count periods over height and width, from -floor(n / 2). */
export type Transfer = (ky: number, kx: number) => number;

/** The part of a real transfer function that is even or odd in each frequency, at every coefficient: H x W row by row. */
export interface Parities {
  readonly evenEven: Float64Array;
  readonly oddOdd: Float64Array;
  readonly oddEven: Float64Array;
  readonly evenOdd: Float64Array;
}

/** An array of f's values: several times as fast as Float64Array.from. */
function filled(length: number, f: (at: number) => number): Float64Array {
  return new Float64Array(length).map((_, at) => f(at));
}

/** Arrays one after another. */
export function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Number of cosines among the n functions of a row. */
const cosines = (n: number) => Math.floor(n / 2) + 1;

/** Frequency of each of the n functions: periods over the row. */
const frequencyOf = (i: number, n: number) => (i < cosines(n) ? i : i - cosines(n) + 1);

/**
 * The functions as rows of an n x n matrix, or each a quarter of a period on: cosines become -sines, sines cosines, and what has no
 * such neighbour (the mean, and the highest frequency of even n) nothing.
 */
function basis(n: number, quarterOn: boolean): Float64Array {
  return filled(n * n, (at) => {
    const [i, t] = [Math.floor(at / n), at % n];
    const k = frequencyOf(i, n);
    const alone = 2 * k === n || k === 0;
    if (alone && quarterOn) return 0;
    // The remainder keeps the angle small, so that its cosine is exact to the last bits.
    const angle = (2 * Math.PI * ((k * t) % n)) / n;
    // A sine is a cosine a quarter of a period late.
    const quarters = (i < cosines(n) ? 0 : -1) + (quarterOn ? 1 : 0);
    return Math.cos(angle + (quarters * Math.PI) / 2) * Math.sqrt((alone ? 1 : 2) / n);
  });
}

function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  return filled(matrix.length, (at) => matrix[(at % rows) * columns + Math.floor(at / rows)]!);
}

const sizes = (x: Tensor) => x.shape.slice(-2) as [number, number];

/** Coefficients of pictures […, H, W], in the place of pixels. */
export function coefficients(x: Tensor): Tensor {
  const [h, w] = sizes(x);
  const rows = matmul(constant(basis(h, false), [h, h], x.dtype), x);
  return matmul(rows, constant(transposed(basis(w, false), w, w), [w, w], x.dtype));
}

/** Pictures of coefficients […, H, W]. */
export function pictureOf(spectrum: Tensor): Tensor {
  const [h, w] = sizes(spectrum);
  const rows = matmul(constant(transposed(basis(h, false), h, h), [h, h], spectrum.dtype), spectrum);
  return matmul(rows, constant(basis(w, false), [w, w], spectrum.dtype));
}

/** Coefficients of pictures and of the same with every wave a quarter of a period on along one axis or both. */
export interface QuarterShifts {
  readonly still: Tensor;
  readonly down: Tensor;
  readonly across: Tensor;
  readonly both: Tensor;
}

/** Coefficients […, H, W] of pictures as they are and shifted: what filters of any parity are sums of. */
export function quarterShifts(x: Tensor): QuarterShifts {
  const [h, w] = sizes(x);
  const twice = (n: number) => joined([basis(n, false), basis(n, true)]);
  const rows = matmul(constant(twice(h), [2 * h, h], x.dtype), x);
  const all = matmul(rows, constant(transposed(twice(w), 2 * w, w), [w, 2 * w], x.dtype));
  const axes = [x.shape.length - 2, x.shape.length - 1];
  const quarter = (i: number, j: number) =>
    slice(all, { axes, starts: [i * h, j * w], ends: [(i + 1) * h, (j + 1) * w] });
  return { still: quarter(0, 0), down: quarter(1, 0), across: quarter(0, 1), both: quarter(1, 1) };
}

/** Periods over a row of n that place `at` of its DFT stands for: negative in the second half, and at n / 2. */
const signed = (at: number, n: number) => (2 * at < n ? at : at - n);

/**
 * Splits a real transfer function g by parity. The complex response of a real picture x to g then has the coefficients
 * - evenEven still - oddOdd both, its real part, and
 * - oddEven down + evenOdd across, its imaginary part.
 */
export function parities(h: number, w: number, g: Transfer): Parities {
  const size = h * w;
  const parts = {
    evenEven: new Float64Array(size),
    oddOdd: new Float64Array(size),
    oddEven: new Float64Array(size),
    evenOdd: new Float64Array(size),
  };
  const values = filled(size, (at) => g(signed(Math.floor(at / w), h), signed(at % w, w)) / 4);
  for (let at = 0; at < size; at++) {
    const [k, l] = [frequencyOf(Math.floor(at / w), h), frequencyOf(at % w, w)];
    const value = (a: number, b: number) => values[(a % h) * w + (b % w)]!;
    const [pp, pm, mp, mm] = [value(k, l), value(k, w - l), value(h - k, l), value(h - k, w - l)];
    parts.evenEven[at] = pp + pm + mp + mm;
    parts.oddOdd[at] = pp - pm - mp + mm;
    parts.oddEven[at] = pp + pm - mp - mm;
    parts.evenOdd[at] = pp - pm + mp - mm;
  }
  return parts;
}

/** Factors of the coefficients, H x W row by row, for a transfer function that is even in both frequencies: a function of radius, say. */
export function gains(h: number, w: number, g: Transfer): Float64Array {
  return filled(h * w, (at) => g(frequencyOf(Math.floor(at / w), h), frequencyOf(at % w, w)));
}

/**
 * Pictures […, H, W] with every wave multiplied by a transfer function that is even in both frequencies. Its own adjoint; a projection
 * where the function is 0 or 1.
 * @example
 * const lowPassed = filtered(x, (ky, kx) => (Math.hypot(ky / 32, kx / 32) < 0.125 ? 1 : 0));
 */
export function filtered(x: Tensor, g: Transfer): Tensor {
  const [h, w] = sizes(x);
  return pictureOf(mul(coefficients(x), constant(gains(h, w, g), [h, w], x.dtype)));
}
