/** @file Plane waves against a Fourier transform written out. */
import { expect, it } from 'vitest';
import { fourierBasis, isSelfConjugate, radiusOf, wrapped } from './fourier-basis.ts';

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

/** Power at (ky, kx), by the definition. */
function power(x: Float32Array, h: number, w: number, ky: number, kx: number): number {
  let [re, im] = [0, 0];
  x.forEach((value, at) => {
    const angle = -2 * Math.PI * ((ky * Math.floor(at / w)) / h + (kx * (at % w)) / w);
    re += value * Math.cos(angle);
    im += value * Math.sin(angle);
  });
  return (re * re + im * im) / (h * w);
}

it.each([
  [6, 8],
  [5, 6],
  [7, 3],
])('cosines and sines of all frequencies of %i x %i pixels are an orthonormal basis', (h, w) => {
  const waves: Float32Array[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < h; i++)
    for (let j = 0; j < w; j++) {
      if (seen.has(`${(h - i) % h} ${(w - j) % w}`)) continue;
      seen.add(`${i} ${j}`);
      waves.push(fourierBasis(i, j, h, w));
      if (!isSelfConjugate(i, j, h, w)) waves.push(fourierBasis(i, j, h, w, Math.PI / 2));
    }
  expect(waves).toHaveLength(h * w);
  for (const [a, one] of waves.entries())
    for (const [b, other] of waves.entries()) expect(dot(one, other)).toBeCloseTo(Number(a === b), 6);
});

it('a wave of any phase has all its power at its frequency and the mirror image', () => {
  const [h, w] = [6, 8];
  for (const [i, j, phase] of [
    [1, 2, 0.3],
    [-2, 3, 1],
    [3, 1, 2],
    [3, 4, 1.5],
    [0, 0, 2],
  ] as const) {
    const wave = fourierBasis(i, j, h, w, phase);
    const there = power(wave, h, w, i, j);
    expect(there).toBeCloseTo(isSelfConjugate(i, j, h, w) ? 1 : 0.5, 5);
    expect(power(wave, h, w, -i, -j)).toBeCloseTo(there, 5);
    expect(dot(wave, wave)).toBeCloseTo(1, 5);
  }
});

it('waves that look alike on the pixels are one wave', () => {
  expect(fourierBasis(-3, 5, 8, 8)).toEqual(fourierBasis(5, 13, 8, 8));
  expect([wrapped(5, 8), wrapped(4, 8), wrapped(-4, 8), wrapped(-3, 8), wrapped(3, 5)]).toEqual([-3, 4, 4, -3, -2]);
  expect(radiusOf(5, 0, 8, 8)).toBeCloseTo(3 / 8, 12);
});

it('stripes of one pixel have no phase but a sign', () => {
  const stripes = fourierBasis(0, 16, 32, 32, 1.2);
  expect([...stripes.subarray(0, 4)]).toEqual([1 / 32, -1 / 32, 1 / 32, -1 / 32]);
  expect([...fourierBasis(0, 16, 32, 32, Math.PI).subarray(0, 2)]).toEqual([-1 / 32, 1 / 32]);
  expect(fourierBasis(0, 16, 32, 32, Math.PI / 2)).toEqual(stripes);
});

it('refuses parts of periods', () => {
  expect(() => fourierBasis(1.5, 0, 8, 8)).toThrow('whole numbers of periods');
});
