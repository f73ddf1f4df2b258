/**
 * @file What natural pictures are like: how their colours vary together, and how large waves of each frequency are. Measured on a set of
 * pictures at their own resolution, since pictures that were enlarged or shrunk have other high frequencies.
 */
import { type Picture, toRgb } from '../image/image.ts';
import { centerCrop } from '../image/resize.ts';
import { compile } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { frequencies, halfOf, halfSpectrum } from '../tensor/half-spectrum.ts';
import { add, sub } from '../tensor/ops/arithmetic.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import { faded } from '../tensor/window.ts';
import { type ColourMatrix, colourMatrixOf } from './colour.ts';
import { logSlope } from './log-slope.ts';
import type { MagnitudeSpectrum } from './maco.ts';
import type { PictureSize } from './parameterisation.ts';
import { PriorError } from './prior-error.ts';

/** Statistics of a set of pictures. */
export interface NaturalStatistics {
  /** Where they come from. */
  readonly name: string;
  readonly pictures: number;
  readonly colours: ColourMatrix;
  /** Centres of bands of frequency in cycles a pixel, rising. */
  readonly bands: readonly number[];
  /** Mean magnitude of waves in each band, for each independent channel of the colours, of orthonormal transforms of windowed pictures. */
  readonly magnitudes: readonly (readonly number[])[];
}

/** Magnitudes up to this are rounding: a picture whose values differ by one level of 255 has larger ones. */
const silence = 1e-6;

/** Bands from the lowest frequency of a picture to the corner's, equal in the logarithm. */
const bandCount = 32;

/**
 * Measures pictures on squares of `side` pixels from their middles, not resampled. Smaller pictures are left out.
 * @throws PriorError if none is large enough
 */
export async function measureStatistics(
  name: string,
  pictures: Iterable<Picture> | AsyncIterable<Picture>,
  side: number,
  device: DeviceRuntime,
): Promise<NaturalStatistics> {
  const squares: Float32Array[] = [];
  for await (const picture of pictures) {
    if (Math.min(picture.width, picture.height) < side) continue;
    squares.push(centerCrop(toRgb(picture), side, side).data);
  }
  if (squares.length === 0)
    throw new PriorError(`None of the pictures of ${name} has ${side} pixels in both directions.`);
  const colours = colourMatrixOf(squares);
  const spectra = await magnitudesOf(squares, colours, side, device);
  const all = frequencies(side, side);
  const [lowest, highest] = [1 / side, Math.SQRT1_2];
  const bandOf = (f: number) =>
    Math.min(bandCount - 1, Math.floor((bandCount * Math.log(f / lowest)) / Math.log((1 + 1e-9) * (highest / lowest))));
  const sums = [0, 1, 2].map(() => new Float64Array(bandCount));
  const counts = new Float64Array(bandCount);
  for (const [at, f] of all.entries()) {
    if (f < lowest) continue;
    const band = bandOf(f);
    counts[band]!++;
    for (const c of [0, 1, 2]) sums[c]![band]! += spectra[c * all.length + at]!;
  }
  const known = Array.from(counts.keys()).filter((band) => counts[band]! > 0);
  return {
    name,
    pictures: squares.length,
    colours,
    bands: known.map((band) => lowest * (highest / lowest) ** ((band + 0.5) / bandCount)),
    magnitudes: sums.map((sum) => known.map((band) => sum[band]! / counts[band]!)),
  };
}

/** Mean magnitudes [3, side, halfOf(side)] of the half spectra of windowed squares in independent colours. */
async function magnitudesOf(
  squares: readonly Float32Array[],
  colours: ColourMatrix,
  side: number,
  device: DeviceRuntime,
): Promise<Float64Array> {
  const program = await compile(
    ({ x }) => {
      // Without its mean, and faded out towards the edges, whose jump would look like high frequencies.
      const { re, im } = halfSpectrum(faded(sub(x!, reduceMean(x!, { axes: [2, 3], keepDims: true }))));
      return { magnitude: sqrt(add(square(re), square(im))) };
    },
    { x: { shape: [1, 3, side, side], dtype: 'float32' } },
    { device },
  );
  const total = new Float64Array(3 * side * halfOf(side));
  try {
    for (const data of squares) {
      const { magnitude } = await program.run({ x: independent(data, colours) });
      for (const [i, value] of (magnitude!.data as Float32Array).entries()) total[i]! += value / squares.length;
    }
  } finally {
    await program.release();
  }
  return total;
}

/** Colours as independent channels: the inverse of the matrix, applied to every pixel. */
export function independent(data: Float32Array, colours: ColourMatrix): Float32Array {
  const inverse = inverted(colours);
  const area = data.length / 3;
  const result = new Float32Array(data.length);
  for (let p = 0; p < area; p++) {
    for (let c = 0; c < 3; c++) {
      const row = inverse[c]!;
      result[c * area + p] = row[0] * data[p]! + row[1] * data[area + p]! + row[2] * data[2 * area + p]!;
    }
  }
  return result;
}

function inverted([a, b, c]: ColourMatrix): ColourMatrix {
  const cross = (u: ColourMatrix[number], v: ColourMatrix[number]) =>
    [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]] as const;
  const columns = [cross(b!, c!), cross(c!, a!), cross(a!, b!)];
  const determinant = a![0] * columns[0]![0] + a![1] * columns[0]![1] + a![2] * columns[0]![2];
  return [0, 1, 2].map((row) => columns.map((column) => column[row]! / determinant) as unknown as ColourMatrix[number]);
}

/** Magnitudes for a size from bands: the same in all directions, on straight lines between bands in logarithms. The mean is 0. */
export function spectrumAt({ name, bands, magnitudes }: NaturalStatistics, size: PictureSize): MagnitudeSpectrum {
  const [c, h, w] = size;
  const all = frequencies(h, w);
  const result = new Float32Array(c * all.length);
  for (let channel = 0; channel < c; channel++) {
    const own = magnitudes[Math.min(channel, magnitudes.length - 1)]!;
    for (const [at, f] of all.entries()) result[channel * all.length + at] = f === 0 ? 0 : between(bands, own, f);
  }
  return { name, size, magnitudes: result };
}

/** Mean magnitude of waves of a frequency, in cycles a pixel, in a channel. */
export function magnitudeAt({ bands, magnitudes }: NaturalStatistics, channel: number, f: number): number {
  return between(bands, magnitudes[channel]!, f);
}

function between(bands: readonly number[], values: readonly number[], f: number): number {
  const last = bands.length - 1;
  let i = bands.findIndex((band) => band > f) - 1;
  if (i === -2) i = last - 1;
  i = Math.min(Math.max(i, 0), last - 1);
  const share = Math.log(f / bands[i]!) / Math.log(bands[i + 1]! / bands[i]!);
  return Math.exp(Math.log(values[i]!) + share * (Math.log(values[i + 1]!) - Math.log(values[i]!)));
}

/**
 * Slope of the logarithm of power over that of frequency, by least squares over bands that hold anything: about -2 for natural pictures,
 * undefined where fewer than two do.
 */
export function slopeOf(
  { bands, magnitudes }: NaturalStatistics,
  channel = 0,
  [low, high]: readonly [number, number] = [0, 1],
): number | undefined {
  const points = bands.flatMap((f, i) =>
    f >= low && f <= high && magnitudes[channel]![i]! > silence ? [{ x: f, y: magnitudes[channel]![i]! ** 2 }] : [],
  );
  return points.length < 2 ? undefined : logSlope(points);
}
