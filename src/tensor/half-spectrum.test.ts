/** @file Half spectra: against the transform's definition, there and back, sums of squares, adjoints. */
import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { interpret } from '../../test/reference/interpret.ts';
import { grad } from './grad.ts';
import { frequencies, halfOf, halfSpectrum, inverseSpectrum } from './half-spectrum.ts';
import { hostTensor } from './host.ts';
import { mul } from './ops/arithmetic.ts';
import { reduceSum } from './ops/reduce.ts';
import { input } from './tensor.ts';

describe.each([
  [6, 8],
  [5, 7],
  [4, 9],
  [1, 6],
])('%i x %i', (h, w) => {
  const columns = halfOf(w);
  const random = pseudoRandom(h * w);
  const values = Float64Array.from({ length: h * w }, () => random() - 0.5);
  const x = input('x', [1, 1, h, w]);
  const { re, im } = halfSpectrum(x);
  const fed = { x: hostTensor(values, [1, 1, h, w]) };

  it('is the discrete Fourier transform over the root of the size', () => {
    const [a, b] = interpret([re, im], fed);
    for (let ky = 0; ky < h; ky++)
      for (let kx = 0; kx < columns; kx++) {
        let [c, s] = [0, 0];
        for (let i = 0; i < h; i++)
          for (let j = 0; j < w; j++) {
            const angle = -2 * Math.PI * ((ky * i) / h + (kx * j) / w);
            c += values[i * w + j]! * Math.cos(angle);
            s += values[i * w + j]! * Math.sin(angle);
          }
        expect(a!.data[ky * columns + kx]).toBeCloseTo(c / Math.sqrt(h * w), 5);
        expect(b!.data[ky * columns + kx]).toBeCloseTo(s / Math.sqrt(h * w), 5);
      }
  });

  it('comes back, and keeps the sum of squares of the whole spectrum', () => {
    const [back, a, b] = interpret([inverseSpectrum(re, im, w), re, im], fed);
    back!.data.forEach((value, i) => {
      expect(value).toBeCloseTo(values[i]!, 5);
    });
    const twice = (kx: number) => (kx === 0 || 2 * kx === w ? 1 : 2);
    const energy = Array.from(a!.data).reduce((sum, v, i) => sum + twice(i % columns) * (v ** 2 + b!.data[i]! ** 2), 0);
    expect(energy).toBeCloseTo(
      values.reduce((sum, v) => sum + v * v, 0),
      4,
    );
  });

  it('has the transform as the adjoint of its inverse', () => {
    const dy = Float64Array.from({ length: h * w }, () => random() - 0.5);
    const [p, q] = [input('p', [1, 1, h, columns]), input('q', [1, 1, h, columns])];
    const cotangent = input('dy', [1, 1, h, w]);
    const [dp, dq] = grad(reduceSum(mul(inverseSpectrum(p, q, w), cotangent)), [p, q]);
    const parts = () =>
      hostTensor(
        Float64Array.from({ length: h * columns }, () => random() - 0.5),
        [1, 1, h, columns],
      );
    const feeds = { p: parts(), q: parts(), dy: hostTensor(dy, [1, 1, h, w]) };
    const [y, gp, gq] = interpret([inverseSpectrum(p, q, w), dp!, dq!], feeds);
    const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, v, i) => sum + v * b[i]!, 0);
    expect(product(y!.data, dy)).toBeCloseTo(product(feeds.p.data, gp!.data) + product(feeds.q.data, gq!.data), 5);
  });
});

it('frequencies are cycles a pixel, the same for k and -k', () => {
  const f = frequencies(4, 6);
  expect(Array.from(f.slice(0, 4))).toEqual([0, 1 / 6, 2 / 6, 3 / 6]);
  expect(f[4]).toBeCloseTo(0.25, 12);
  expect(f[12]).toBeCloseTo(0.25, 12);
});
