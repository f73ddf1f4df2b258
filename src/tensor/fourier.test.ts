import { beforeAll, describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import { pseudoRandom } from '../../test/random.ts';
import { interpret } from '../../test/reference/interpret.ts';
import { compile } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { coefficients, filtered, parities, pictureOf, quarterShifts } from './fourier.ts';
import { grad } from './grad.ts';
import { hostTensor } from './host.ts';
import { add, mul, sub } from './ops/arithmetic.ts';
import { reduceSum } from './ops/reduce.ts';
import { square } from './ops/unary.ts';
import { constant, input } from './tensor.ts';

let device: DeviceRuntime;
beforeAll(async () => {
  device = await openRuntime('cpu');
});

const sizes = [
  [1, 1],
  [1, 2],
  [2, 3],
  [3, 1],
  [5, 4],
  [8, 7],
  [6, 6],
] as const;

const randomPicture = (length: number, seed: number) => {
  const random = pseudoRandom(seed);
  return Float64Array.from({ length }, () => random());
};

/** F(k, l) = sum of x exp(-2 pi i (k y / h + l x / w)), by its definition. */
function dft(x: Float64Array, h: number, w: number): { re: number; im: number }[] {
  return Array.from({ length: h * w }, (_, at) => {
    const [k, l] = [Math.floor(at / w), at % w];
    const sum = { re: 0, im: 0 };
    x.forEach((value, p) => {
      const angle = 2 * Math.PI * ((k * Math.floor(p / w)) / h + (l * (p % w)) / w);
      sum.re += value * Math.cos(angle);
      sum.im -= value * Math.sin(angle);
    });
    return sum;
  });
}

describe.each(sizes)('a picture of %i x %i pixels', (h, w) => {
  const values = randomPicture(h * w, h + 10 * w);
  const x = input('x', [1, 1, h, w], 'float64');
  const feeds = { x: hostTensor(values, [1, 1, h, w], 'float64') };

  test('has the real and imaginary parts of its DFT as coefficients', () => {
    const [spectrum] = interpret([coefficients(x)], feeds);
    const cosines = (n: number) => Math.floor(n / 2) + 1;
    const norm = (k: number, n: number) => Math.sqrt((k === 0 || 2 * k === n ? 1 : 2) / n);
    const at = (k: number, sineY: boolean, l: number, sineX: boolean) => {
      const [i, j] = [sineY ? cosines(h) + k - 1 : k, sineX ? cosines(w) + l - 1 : l];
      const none = (sineY && (k === 0 || 2 * k === h)) || (sineX && (l === 0 || 2 * l === w));
      return none ? 0 : spectrum!.data[i * w + j]! / (norm(k, h) * norm(l, w));
    };
    const reference = dft(values, h, w);
    for (let k = 0; k < cosines(h); k++) {
      for (let l = 0; l < cosines(w); l++) {
        const { re, im } = reference[k * w + l]!;
        expect(at(k, false, l, false) - at(k, true, l, true)).toBeCloseTo(re, 9);
        expect(-at(k, true, l, false) - at(k, false, l, true)).toBeCloseTo(im, 9);
      }
    }
  });

  test('comes back from its coefficients, which have its sum of squares', () => {
    const spectrum = coefficients(x);
    const [back, there] = interpret([pictureOf(spectrum), spectrum], feeds);
    const squares = (data: ArrayLike<number>) => Array.from(data).reduce((sum, v) => sum + v * v, 0);
    values.forEach((value, at) => {
      expect(back!.data[at]!).toBeCloseTo(value, 10);
    });
    expect(squares(there!.data)).toBeCloseTo(squares(values), 10);
  });

  test('has the way back as the gradient of the way there, and an even filter as its own', () => {
    const [p, dy] = [input('p', [1, 1, h, w], 'float64'), input('dy', [1, 1, h, w], 'float64')];
    const g = (ky: number, kx: number) => 1 / (1 + ky ** 2 + 2 * kx ** 2);
    const [there] = grad(reduceSum(mul(coefficients(p), dy)), [p]);
    const [back] = grad(reduceSum(mul(pictureOf(p), dy)), [p]);
    const [through] = grad(reduceSum(mul(square(filtered(p, g)), dy)), [p]);
    const outputs = [
      there!,
      pictureOf(dy),
      back!,
      coefficients(dy),
      through!,
      filtered(mul(2, mul(filtered(p, g), dy)), g),
    ];
    const values = interpret(outputs, {
      p: hostTensor(randomPicture(h * w, 1), p.shape, 'float64'),
      dy: hostTensor(randomPicture(h * w, 2), dy.shape, 'float64'),
    });
    for (const [a, b] of [
      [0, 1],
      [2, 3],
      [4, 5],
    ] as const)
      values[a]!.data.forEach((value, at) => {
        expect(value).toBeCloseTo(values[b]!.data[at]!, 10);
      });
  });

  test('responds to a filter of no symmetry as the DFT has it, in its real and its imaginary part', () => {
    const transfer = randomPicture(h * w, 3);
    const index = (k: number, n: number) => (k + n) % n;
    const parts = parities(h, w, (ky, kx) => transfer[index(ky, h) * w + index(kx, w)]!);
    const plane = (part: Float64Array) => constant(part, [h, w], 'float64');
    const { still, down, across, both } = quarterShifts(x);
    const real = sub(mul(still, plane(parts.evenEven)), mul(both, plane(parts.oddOdd)));
    const imaginary = add(mul(down, plane(parts.oddEven)), mul(across, plane(parts.evenOdd)));
    const [even, odd] = interpret([pictureOf(real), pictureOf(imaginary)], feeds);

    const spectrum = dft(values, h, w);
    for (let p = 0; p < h * w; p++) {
      const expected = { re: 0, im: 0 };
      spectrum.forEach(({ re, im }, at) => {
        const [k, l] = [Math.floor(at / w), at % w];
        const angle = 2 * Math.PI * ((k * Math.floor(p / w)) / h + (l * (p % w)) / w);
        const g = transfer[at]! / (h * w);
        expected.re += g * (re * Math.cos(angle) - im * Math.sin(angle));
        expected.im += g * (re * Math.sin(angle) + im * Math.cos(angle));
      });
      expect(even!.data[p]!).toBeCloseTo(expected.re, 9);
      expect(odd!.data[p]!).toBeCloseTo(expected.im, 9);
    }
  });
});

test('batches and channels come back from their coefficients on the device', async () => {
  const shape = [2, 3, 45, 32];
  const values = Float32Array.from(randomPicture(2 * 3 * 45 * 32, 5));
  const program = await compile(
    ({ x }) => ({ there: coefficients(x!), back: pictureOf(coefficients(x!)) }),
    { x: { shape, dtype: 'float32' } },
    { device },
  );
  const { there, back } = await program.run({ x: values });
  await program.release();
  const [reference] = interpret([coefficients(input('x', shape, 'float64'))], {
    x: hostTensor(Float64Array.from(values), shape, 'float64'),
  });
  const worst = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
  expect(worst(back!.data as Float32Array, values)).toBeLessThan(3e-6);
  expect(worst(there!.data as Float32Array, reference!.data)).toBeLessThan(3e-5);
});
