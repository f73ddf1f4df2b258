/** @file Pictures whose spectra are known. */
import { pseudoRandom } from '../random.ts';

/** Normal white noise of a deviation, [count, channels, height, width]. */
export function whiteNoise(
  shape: readonly [number, number, number, number],
  deviation: number,
  seed = 1,
): Float32Array {
  const random = pseudoRandom(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return deviation * radius * Math.cos(2 * Math.PI * random());
  });
}

/** A wave of amplitude 1 that goes round ky times from top to bottom and kx times from left to right, [height, width]. */
export function planeWave(height: number, width: number, ky: number, kx: number): Float32Array {
  return Float32Array.from({ length: height * width }, (_, at) =>
    Math.cos(2 * Math.PI * ((ky * Math.floor(at / width)) / height + (kx * (at % width)) / width) + 0.7),
  );
}
