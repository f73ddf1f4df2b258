/**
 * @file Bands of frequencies: rings around the mean in a picture's spectrum, and the orthogonal projection onto the pictures whose
 * spectrum lies in one. The radius of a frequency is its length in cycles a pixel, so a band means the same at every size.
 */
import { filtered } from '../tensor/fourier.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { radiusOf } from './fourier-basis.ts';
import { SpectrumError } from './spectrum-error.ts';

/** Frequencies above `low` and up to `high`, in cycles a pixel; the mean, of radius 0, belongs to bands with `low` 0. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** The largest radius: a chequerboard of single pixels, half a cycle a pixel both ways. */
export const largestRadius = Math.SQRT1_2;

/** Bands with a name: up to 4 periods over 32 pixels (the mean included), up to 10, and all above; together everything, each once. */
export const bands = {
  low: { low: 0, high: 4 / 32 },
  middle: { low: 4 / 32, high: 10 / 32 },
  high: { low: 10 / 32, high: largestRadius },
} as const satisfies Readonly<Record<string, Band>>;

/** Name of a band. */
export type BandName = keyof typeof bands;

/** All names, from low to high. */
export const bandNames: readonly BandName[] = ['low', 'middle', 'high'];

/** Slack for radii that rounding has moved across a border, far below the distance of two radii of any picture. */
const slack = 1e-9;

/** Whether a frequency of this radius, in cycles a pixel, lies in a band. */
export function isInBand({ low, high }: Band, radius: number): boolean {
  return (low === 0 || radius > low + slack) && radius <= high + slack;
}

/**
 * A band by its name, or as `LOW-HIGH` in cycles a pixel.
 * @throws SpectrumError if it is neither
 */
export function bandNamed(text: string): Band {
  const name = bandNames.find((one) => one === text);
  if (name !== undefined) return bands[name];
  const match = /^\s*(\d*\.?\d+)\s*-\s*(\d*\.?\d+)\s*$/.exec(text);
  const band = { low: Number(match?.[1]), high: Number(match?.[2]) };
  if (match !== null && isBand(band)) return band;
  throw new SpectrumError(
    `A band is ${bandNames.join(', ')} or LOW-HIGH in cycles a pixel, from 0 to 0.7071, such as 0.125-0.3125; got "${text}".`,
  );
}

/** Whether a band has a low and a higher end within the spectrum. */
export function isBand({ low, high }: Band): boolean {
  return low >= 0 && low < high && low < largestRadius;
}

/** How a message calls a band: its name where it has one. */
export function describeBand(band: Band): string {
  const name = bandNames.find((one) => bands[one].low === band.low && bands[one].high === band.high);
  return name ?? `${band.low}-${band.high}`;
}

/**
 * Pictures […, H, W] with only what a band holds of their spectrum. It is an orthogonal projection: the nearest such pictures in l2, the
 * same when done twice, and its own adjoint, so that its gradient is the gradient's band. There and back by matrix products.
 */
export function bandPass(x: Tensor, band: Band): Tensor {
  const [h, w] = x.shape.slice(-2) as [number, number];
  return filtered(x, (ky, kx) => Number(isInBand(band, radiusOf(ky, kx, h, w))));
}

/** The same of pictures on the host: any number of planes [height, width] one after another. */
export function bandPassed(x: Float32Array, height: number, width: number, band: Band): Float32Array {
  const [rows, columns] = [hartley(height), hartley(width)];
  const area = height * width;
  const result = new Float32Array(x.length);
  for (let from = 0; from < x.length; from += area) {
    const spectrum = both(rows, Float64Array.from(x.subarray(from, from + area)), columns);
    for (let at = 0; at < area; at++)
      if (!isInBand(band, radiusOf(Math.floor(at / width), at % width, height, width))) spectrum[at] = 0;
    result.set(both(rows, spectrum, columns), from);
  }
  return result;
}

/**
 * The n x n matrix (cos + sin)(2 pi k t / n) / sqrt(n), its own inverse and transpose (Hartley 1942). Its coefficients mix a
 * frequency with its mirror images alone, which have one radius, so masks of radii act on them as on the Fourier transform's.
 */
function hartley(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const angle = (2 * Math.PI * ((Math.floor(at / n) * (at % n)) % n)) / n;
    return (Math.cos(angle) + Math.sin(angle)) / Math.sqrt(n);
  });
}

/** a x b of a symmetric a [h, h], x [h, w] and a symmetric b [w, w]. */
function both(a: Float64Array, x: Float64Array, b: Float64Array): Float64Array {
  const [h, w] = [Math.sqrt(a.length), Math.sqrt(b.length)];
  const half = new Float64Array(x.length);
  const result = new Float64Array(x.length);
  for (let i = 0; i < h; i++)
    for (let k = 0; k < h; k++) {
      const factor = a[i * h + k]!;
      for (let j = 0; j < w; j++) half[i * w + j]! += factor * x[k * w + j]!;
    }
  for (let i = 0; i < h; i++)
    for (let k = 0; k < w; k++) {
      const factor = half[i * w + k]!;
      for (let j = 0; j < w; j++) result[i * w + j]! += factor * b[k * w + j]!;
    }
  return result;
}
