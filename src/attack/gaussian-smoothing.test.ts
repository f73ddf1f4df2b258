import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { gaussianWindow, smoothed } from './gaussian-smoothing.ts';

describe('smoothing of a gradient', () => {
  it.each([1, 3, 4])('is a convolution with a Gaussian of %i channels, each for itself', (channels) => {
    const [height, width] = [6, 9];
    const random = pseudoRandom(channels);
    const values = Float64Array.from({ length: channels * height * width }, () => random() - 0.5);
    const deviation = 2 / 3;
    const weight = (v: number, u: number) => Math.exp(-(v * v + u * u) / (2 * deviation ** 2));
    let total = 0;
    for (let v = -2; v <= 2; v++) for (let u = -2; u <= 2; u++) total += weight(v, u);
    const result = smoothed(values, [channels, height, width], gaussianWindow(5));
    for (let c = 0; c < channels; c++) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          let sum = 0;
          for (let v = -2; v <= 2; v++) {
            for (let u = -2; u <= 2; u++) {
              const [r, q] = [row + v, column + u];
              if (r >= 0 && r < height && q >= 0 && q < width)
                sum += weight(v, u) * values[(c * height + r) * width + q]!;
            }
          }
          expect(result[(c * height + row) * width + column]).toBeCloseTo(sum / total, 12);
        }
      }
    }
  });

  it('is its own adjoint: <Kx, y> = <x, Ky>', () => {
    const random = pseudoRandom(5);
    const noise = () => Float64Array.from({ length: 2 * 7 * 5 }, () => random() - 0.5);
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const [x, y] = [noise(), noise()];
    const k = (values: Float64Array) => smoothed(values, [2, 7, 5], gaussianWindow(15));
    expect(dot(k(x), y)).toBeCloseTo(dot(x, k(y)), 12);
  });

  it('weighs as the normal density from -3 to 3 deviations, with sum 1', () => {
    const window = gaussianWindow(15);
    expect(window.reduce((sum, value) => sum + value)).toBeCloseTo(1, 12);
    expect(window[0]! / window[7]!).toBeCloseTo(Math.exp(-4.5), 12);
    expect(Array.from(gaussianWindow(1))).toEqual([1]);
  });
});
