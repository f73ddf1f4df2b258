/**
 * @file Power spectra of pictures: how much of their variance each frequency holds, averaged over pictures and channels.
 *
 * The power of a picture x of H x W pixels at frequency (ky, kx) is |F(ky, kx)|^2 / (H W) with F its discrete Fourier transform. By
 * Parseval its sum over all frequencies is the sum of squares of the pixels, and white noise of variance s^2 has power s^2 everywhere.
 */
import { openRuntime } from '#runtime';
import { compile, type Program } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { halfOf, halfSpectrum } from '../tensor/half-spectrum.ts';
import { add, sub } from '../tensor/ops/arithmetic.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { square } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { faded } from '../tensor/window.ts';
import { SpectrumError } from './spectrum-error.ts';

/** Pictures [N, C, H, W]: an `ImageArray`, or bare values of any sign, such as perturbations and gradients. Bytes count as 255ths. */
export interface PictureBatch {
  readonly shape: readonly [pictures: number, channels: number, height: number, width: number];
  readonly pixels: Float32Array | Uint8Array;
}

/** Options of power spectra. */
export interface PowerSpectrumOptions {
  /**
   * `hann` fades pictures out towards their edges, since a transform takes them to repeat, and the jump from one edge to the other
   * looks like high frequencies. Right for photographs; perturbations and gradients have no such jump, and white noise keeps its power.
   * `none` unless given.
   */
  readonly window?: 'none' | 'hann';
  /** Whether each channel's mean is taken away first; it is under a window unless said otherwise. */
  readonly mean?: 'kept' | 'removed';
  /** `picture` divides each picture's power by its sum before the mean is taken, so that all count the same. */
  readonly normalise?: 'none' | 'picture';
  /** The CPU unless given. */
  readonly device?: DeviceRuntime;
  readonly signal?: AbortSignal;
}

/** Power of every frequency. */
export interface PowerSpectrum {
  readonly height: number;
  readonly width: number;
  /** [height, width], the mean at [floor(height / 2), floor(width / 2)]; a step is 1 / height or 1 / width cycles a pixel. */
  readonly power: Float64Array;
  /** Pictures that it is the mean of; with `normalise: 'picture'` those without any power are left out. */
  readonly pictures: number;
}

/** Power [N, H, halfOf(W)] of pictures [N, C, H, W], the mean over channels, as an expression. */
export function halfPower(x: Tensor, { window = 'none', mean = usualMean(window) }: PowerSpectrumOptions = {}): Tensor {
  const level = mean === 'removed' ? sub(x, reduceMean(x, { axes: [2, 3], keepDims: true })) : x;
  const { re, im } = halfSpectrum(window === 'hann' ? faded(level) : level);
  return reduceMean(add(square(re), square(im)), { axes: [1], keepDims: false });
}

const usualMean = (window: 'none' | 'hann') => (window === 'hann' ? 'removed' : 'kept');

/**
 * Mean power spectrum of pictures of one size.
 * @throws SpectrumError if there is no picture, or values are not finite
 * @example
 * const spectrum = await powerSpectrum(await toImageArray(await openDataset('cifar10:data/cifar10')), { window: 'hann' });
 * console.log(spectralSlope(spectrum).slope, highShare(spectrum));
 */
export async function powerSpectrum(batch: PictureBatch, options: PowerSpectrumOptions = {}): Promise<PowerSpectrum> {
  return meanSpectrum(await powerSpectra(batch, options), options);
}

/** Power spectrum of each picture by itself, whichever others it is among. @throws SpectrumError as `powerSpectrum` */
export async function powerSpectra(batch: PictureBatch, options: PowerSpectrumOptions = {}): Promise<PowerSpectrum[]> {
  const [n, channels, height, width] = batch.shape;
  const size = channels * height * width;
  if (n === 0 || size === 0 || batch.pixels.length !== n * size)
    throw new SpectrumError(
      `A spectrum is of one or more pictures [N, C, H, W]; got ${batch.pixels.length} values for [${batch.shape.join(', ')}].`,
    );
  const program = await programFor(channels, height, width, options);
  const spectra: PowerSpectrum[] = [];
  for (let i = 0; i < n; i++) {
    options.signal?.throwIfAborted();
    // One at a time, so that a picture's numbers are the same to the last bit in any company.
    const { power } = await program.run({ x: floats(batch.pixels.subarray(i * size, (i + 1) * size)) });
    spectra.push({ height, width, power: whole(power!.data as Float32Array, height, width), pictures: 1 });
  }
  const bad = spectra.findIndex(({ power }) => !power.every(Number.isFinite));
  if (bad >= 0) throw new SpectrumError(`Picture ${bad} has values that are not finite, so it has no spectrum.`);
  return spectra;
}

/** The mean of spectra of one size, each as it is or divided by its sum. @throws SpectrumError if there is none or sizes differ */
export function meanSpectrum(
  spectra: readonly PowerSpectrum[],
  { normalise = 'none' }: Pick<PowerSpectrumOptions, 'normalise'> = {},
): PowerSpectrum {
  const [first] = spectra;
  if (first === undefined) throw new SpectrumError('There is no spectrum to take the mean of.');
  const { height, width } = first;
  const sum = new Float64Array(height * width);
  let pictures = 0;
  for (const one of spectra) {
    if (one.height !== height || one.width !== width)
      throw new SpectrumError(
        `Spectra of one size have a mean; got ${one.height} x ${one.width} after ${height} x ${width}.`,
      );
    const total = normalise === 'none' ? 1 : one.power.reduce((a, b) => a + b, 0);
    if (total === 0) continue;
    pictures += one.pictures;
    for (const [at, power] of one.power.entries()) sum[at]! += (one.pictures * power) / total;
  }
  return { height, width, power: sum.map((power) => power / Math.max(1, pictures)), pictures };
}

function programFor(channels: number, height: number, width: number, options: PowerSpectrumOptions): Promise<Program> {
  const { window = 'none', mean = usualMean(window) } = options;
  return Promise.resolve(options.device ?? openRuntime()).then((device) =>
    compile(
      ({ x }) => ({ power: halfPower(x!, { window, mean }) }),
      { x: { shape: [1, channels, height, width], dtype: 'float32' } },
      { device, key: `power spectrum ${window} ${mean}` },
    ),
  );
}

function floats(pixels: Float32Array | Uint8Array): Float32Array {
  return pixels instanceof Float32Array ? pixels : Float32Array.from(pixels, (byte) => byte / 255);
}

/** A half spectrum and its mirror image, the mean in the middle. */
export function whole(half: ArrayLike<number>, height: number, width: number): Float64Array {
  const columns = halfOf(width);
  const [middleY, middleX] = [Math.floor(height / 2), Math.floor(width / 2)];
  return new Float64Array(height * width).map((_, at) => {
    const [ky, kx] = [Math.floor(at / width) - middleY, (at % width) - middleX];
    const row = kx < 0 ? -ky : ky;
    return half[((row + height) % height) * columns + Math.abs(kx)]!;
  });
}
