/**
 * @file The log-Gabor filters of phase congruency: four scales by four orientations (Kovesi 1999, with the numbers of Zhang et al. 2011).
 *
 * A filter is a function of radius times one of angle, and is so kept: a factor for each scale, even in both frequencies, and four
 * parities for each orientation.
 */
import type { DType } from '../tensor/dtype.ts';
import { gains, joined, type Parities, parities } from '../tensor/fourier.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';

const scales = [0, 1, 2, 3];
const orientations = [0, 1, 2, 3].map((i) => (i * Math.PI) / 4);

/** Pixels a period of the finest scale, and how much longer each next one is. */
const [shortestWave, growth] = [6, 2];
/** Deviation of the Gaussian over log frequency, as the ratio that it spans. */
const logDeviation = Math.log(0.55);
/** Deviation over angle: the step between orientations over 1.2. */
const angleDeviation = Math.PI / 4 / 1.2;
/** Butterworth low-pass that takes the corners of the spectrum away. */
const [cutoff, order] = [0.45, 15];

/** Constants of the filters for H x W pictures. */
export interface LogGabor {
  /** [4, H, W]: what each scale multiplies coefficients by. */
  readonly radial: Tensor;
  /** [4, H, W] each: the parities of each orientation's function of angle. */
  readonly angular: { readonly [parity in keyof Parities]: Tensor };
  /**
   * For each orientation the noise threshold where the median squared response at the finest scale is 1; thresholds grow with its root.
   */
  readonly noise: readonly number[];
}

/** Cycles a pixel; where n is odd Kovesi's code divides by n - 1, so that the highest frequency is a half. */
const frequency = (k: number, n: number) => k / Math.max(1, n % 2 === 1 ? n - 1 : n);

function radialTransfer(r: number, scale: number): number {
  if (r === 0) return 0;
  const lowPass = 1 / (1 + (r / cutoff) ** (2 * order));
  return lowPass * Math.exp(-(Math.log(r * shortestWave * growth ** scale) ** 2) / (2 * logDeviation ** 2));
}

function angularTransfer(fy: number, fx: number, orientation: number): number {
  const away = Math.atan2(-fy, fx) - orientation;
  const distance = Math.atan2(Math.sin(away), Math.cos(away));
  return Math.exp(-(distance ** 2) / (2 * angleDeviation ** 2));
}

/** The bank for pictures of H x W pixels. */
export function logGabor(h: number, w: number, dtype: DType): LogGabor {
  const radius = (ky: number, kx: number) => Math.hypot(frequency(ky, h), frequency(kx, w));
  const radial = scales.map((scale) => gains(h, w, (ky, kx) => radialTransfer(radius(ky, kx), scale)));
  const angular = orientations.map((orientation) =>
    parities(h, w, (ky, kx) => angularTransfer(frequency(ky, h), frequency(kx, w), orientation)),
  );
  const planes = (all: readonly Float64Array[]) => constant(joined(all), [all.length, h, w], dtype);
  return {
    radial: planes(radial),
    angular: {
      evenEven: planes(angular.map((a) => a.evenEven)),
      oddOdd: planes(angular.map((a) => a.oddOdd)),
      oddEven: planes(angular.map((a) => a.oddEven)),
      evenOdd: planes(angular.map((a) => a.evenOdd)),
    },
    noise: angular.map((a) => noiseThreshold(radial, a)),
  };
}

/**
 * Kovesi's estimate: the noise's power from the median of squares (of a chi-squared variable of two degrees of freedom), from it the
 * mean and deviation of a Rayleigh variable, the sum of responses; the threshold is the mean and two deviations, over 1.7.
 */
function noiseThreshold(radial: readonly Float64Array[], angular: Parities): number {
  const { evenEven, oddOdd, oddEven, evenOdd } = angular;
  let [finest, sum] = [0, 0];
  evenEven.forEach((_, at) => {
    const real = evenEven[at]! ** 2 + oddOdd[at]! ** 2;
    finest += radial[0]![at]! ** 2 * (real + oddEven[at]! ** 2 + evenOdd[at]! ** 2);
    sum += radial.reduce((total, r) => total + r[at]!, 0) ** 2 * real;
  });
  const rayleigh = Math.sqrt(sum / (Math.LN2 * finest));
  return (rayleigh * (Math.sqrt(Math.PI / 2) + 2 * Math.sqrt(2 - Math.PI / 2))) / 1.7;
}
