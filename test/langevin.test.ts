/** @file The three terms of the denoiser's step, each by itself and in closed form. */
import { expect, it } from 'vitest';
import { loadModel } from '../src/model/load-model.ts';
import { type Denoiser, openDenoiser, scoreOf } from '../src/prior/denoiser.ts';
import { rawPixels } from '../src/prior/pixels.ts';
import { compile } from '../src/runtime/compile.ts';
import { mul, sub } from '../src/tensor/ops/arithmetic.ts';
import type { DenoiserPrior } from '../src/visualize/denoiser-prior.ts';
import { classScore } from '../src/visualize/objectives/unit.ts';
import { visualize } from '../src/visualize/visualize.ts';
import { linearNetwork } from './support/network.ts';

const w = Float64Array.from({ length: 768 }, (_, i) => 3 * Math.sin(3 * i + 1));
const size = w.reduce((sum, v) => sum + Math.abs(v) / w.length, 0);
const model = await loadModel(linearNetwork(w, 0), { preprocessing: 'none' });
const start = Float32Array.from({ length: 768 }, (_, i) => 0.5 + 0.2 * Math.sin(i));

/** Takes half of what a pixel is away from a half. */
const half: Denoiser = { name: 'half', key: 'half', denoise: (x) => mul(sub(x, -0.5), 0.5) };

const draw = async (terms: Partial<DenoiserPrior>, steps = 1) => {
  const { parameters } = await visualize(model, classScore(1), {
    parameterisation: rawPixels([3, 16, 16]),
    denoiser: { denoiser: half, weight: 0, gradientWeight: 0, noise: 0, annealed: false, ...terms },
    start,
    steps,
    rate: 0.5,
    seed: 1,
  });
  return parameters;
};

it('the gradient counts over its mean size, however steep the unit', async () => {
  const found = await draw({ gradientWeight: 0.02 });
  for (const [i, v] of found.entries()) expect(v).toBeCloseTo(start[i]! + (0.5 * 0.02 * w[i]!) / size, 5);
});

it('the denoiser pulls by what it takes away', async () => {
  const found = await draw({ weight: 0.3 });
  for (const [i, v] of found.entries()) expect(v).toBeCloseTo(start[i]! + 0.5 * 0.3 * 0.5 * (0.5 - start[i]!), 5);
});

it('noise has its deviation, and falls evenly where it is annealed', async () => {
  const away = (a: Float32Array) => Math.sqrt(a.reduce((sum, v, i) => sum + (v - start[i]!) ** 2 / a.length, 0));
  expect(away(await draw({ noise: 0.01 }))).toBeCloseTo(0.01, 3);
  // Four steps of noise add up as squares: 4 of them, or 1 + 9 / 16 + 4 / 16 + 1 / 16.
  expect(Math.abs(away(await draw({ noise: 0.01 }, 4)) - 0.02)).toBeLessThan(0.0015);
  expect(Math.abs(away(await draw({ noise: 0.01, annealed: true }, 4)) - 0.01 * Math.sqrt(1.875))).toBeLessThan(0.0012);
});

it("a denoiser's score is what it takes away over its noise's variance, in a range of its own too", async () => {
  const [plain, wide] = [
    await openDenoiser('zoo:cifar10-denoiser'),
    await openDenoiser('zoo:cifar10-denoiser', { range: [0, 2] }),
  ];
  const program = await compile(
    ({ x }) => ({
      clean: plain.denoise(x!),
      score: scoreOf(plain, x!, 0.1),
      doubled: plain.denoise(mul(x!, 2)),
      wide: wide.denoise(x!),
    }),
    { x: { shape: [1, 3, 16, 16], dtype: 'float32' } },
    { device: model.device },
  );
  const found = await program.run({ x: start });
  for (const [i, v] of start.entries()) {
    const of = (name: string) => Number(found[name]!.data[i]);
    expect(of('score')).toBeCloseTo((of('clean') - v) / 0.01, 2);
    expect(of('wide')).toBeCloseTo(of('doubled') / 2, 5);
  }
});
