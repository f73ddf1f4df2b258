/** @file Bands: projections, on the host and in graphs, against each other and against plane waves. */
import { expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { pseudoRandom } from '../../test/random.ts';
import { compile } from '../runtime/compile.ts';
import { grad } from '../tensor/grad.ts';
import { mul } from '../tensor/ops/arithmetic.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { type Band, bandNamed, bandNames, bandPass, bandPassed, bands, describeBand, isInBand } from './band.ts';
import { fourierBasis, radiusOf } from './fourier-basis.ts';

const device = await openRuntime('cpu');
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const noise = (size: number, seed: number) => {
  const random = pseudoRandom(seed);
  return Float32Array.from({ length: size }, () => 2 * random() - 1);
};
const largestGap = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

/** What the graph makes of pictures [1, 2, h, w], and its gradient for a cotangent. */
async function inGraph(x: Float32Array, dy: Float32Array, h: number, w: number, band: Band) {
  const spec = { shape: [1, 2, h, w], dtype: 'float32' } as const;
  const program = await compile(
    (inputs) => {
      const y = bandPass(inputs.x!, band);
      return { y, dx: grad(reduceSum(mul(y, inputs.dy!)), [inputs.x!])[0]! };
    },
    { x: spec, dy: spec },
    { device },
  );
  const { y, dx } = await program.run({ x, dy });
  await program.release();
  return { y: y!.data as Float32Array, dx: dx!.data as Float32Array };
}

const cases = [
  [16, 16],
  [9, 12],
  [7, 7],
] as const;

it.each(cases)(
  "a graph projects pictures of %i x %i as the host does, and its gradient is the gradient's band",
  async (h, w) => {
    const [x, dy] = [noise(2 * h * w, 1), noise(2 * h * w, 2)];
    for (const band of [...Object.values(bands), { low: 0.2, high: 0.4 }, { low: 0, high: 1 }]) {
      const { y, dx } = await inGraph(x, dy, h, w, band);
      expect(largestGap(y, bandPassed(x, h, w, band))).toBeLessThan(1e-5);
      expect(largestGap(dx, bandPassed(dy, h, w, band))).toBeLessThan(1e-5);
    }
  },
);

it.each(cases)(
  'a band of %i x %i pixels is an orthogonal projection, and the named ones share all there is',
  (h, w) => {
    const [x, y] = [noise(h * w, 3), noise(h * w, 4)];
    const parts = bandNames.map((name) => bandPassed(x, h, w, bands[name]));
    for (const [i, name] of bandNames.entries()) {
      expect(largestGap(bandPassed(parts[i]!, h, w, bands[name]), parts[i]!)).toBeLessThan(1e-6);
      expect(dot(parts[i]!, y)).toBeCloseTo(dot(x, bandPassed(y, h, w, bands[name])), 4);
      for (const other of parts.slice(i + 1)) expect(dot(parts[i]!, other)).toBeCloseTo(0, 4);
    }
    expect(
      largestGap(
        x,
        parts[0]!.map((value, at) => value + parts[1]![at]! + parts[2]![at]!),
      ),
    ).toBeLessThan(1e-6);
  },
);

it('keeps waves inside and takes waves outside, of any phase', () => {
  const [h, w] = [32, 32];
  for (const [i, j] of [
    [0, 0],
    [0, 4],
    [3, 3],
    [-3, 2],
    [6, 8],
    [0, 10],
    [8, 7],
    [16, 16],
    [0, 16],
  ] as const) {
    const wave = fourierBasis(i, j, h, w, 0.7);
    for (const band of Object.values(bands)) {
      const kept = bandPassed(wave, h, w, band);
      expect(dot(kept, kept)).toBeCloseTo(Number(isInBand(band, radiusOf(i, j, h, w))), 5);
    }
  }
});

it('borders at 32 pixels are 4 and 10 periods, and the mean is low', () => {
  const of = (radius: number) => bandNames.filter((name) => isInBand(bands[name], radius));
  expect(
    [0, 4 / 32, Math.hypot(4, 1) / 32, Math.hypot(6, 8) / 32, Math.hypot(10, 1) / 32, Math.SQRT1_2].map(of),
  ).toEqual([['low'], ['low'], ['middle'], ['middle'], ['high'], ['high']]);
});

it('reads names and numbers, and says what a band is', () => {
  expect(bandNamed('middle')).toBe(bands.middle);
  expect(bandNamed('0-.25')).toEqual({ low: 0, high: 0.25 });
  expect(describeBand(bandNamed('0.1-0.3'))).toBe('0.1-0.3');
  expect(describeBand({ low: 0, high: 0.125 })).toBe('low');
  for (const wrong of ['top', '0.3-0.1', '8-10', '0.1', '-1-2', '0.2-0.2'])
    expect(() => bandNamed(wrong)).toThrow('A band is low, middle, high or LOW-HIGH');
});
