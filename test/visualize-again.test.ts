/** @file The same settings draw the same picture, also when everything was opened anew. */
import { expect, it } from 'vitest';
import { openDenoiser } from '../src/prior/denoiser.ts';
import { openGenerator } from '../src/prior/generator.ts';
import { type GradientFreeOptions, visualizeWithoutGradients } from '../src/visualize/visualize-without-gradients.ts';

const darkness = (pictures: Float32Array, count: number) => {
  const length = pictures.length / count;
  return Array.from(
    { length: count },
    (_, i) => -pictures.subarray(i * length, (i + 1) * length).reduce((sum, v) => sum + v / length, 0),
  );
};
const open = () => openGenerator('zoo:cifar10-generator');
const draw = async (optimizer: NonNullable<GradientFreeOptions['optimizer']>) =>
  visualizeWithoutGradients(darkness, { parameterisation: await open(), evaluations: 120, optimizer, seed: 4 });

it.each(['cma-es:diagonal', 'genetic', 'sphere-cma', 'nes'] as const)(
  'a generator that is opened again draws the same by %s',
  async (optimizer) => {
    const drawn = await draw(optimizer);
    expect(await draw(optimizer)).toEqual(drawn);
    expect(drawn.parameters.every((value) => Math.abs(value) <= 3)).toBe(true);
  },
);

it('networks are told apart by what they hold', async () => {
  const denoiser = await openDenoiser('zoo:cifar10-denoiser');
  expect((await openDenoiser('zoo:cifar10-denoiser')).key).toBe(denoiser.key);
  expect((await openDenoiser('zoo:cifar10-denoiser', { range: [-1, 1] })).key).not.toBe(denoiser.key);
});

it('a unit that gives nothing but NaN is said to do so', async () => {
  const nothing = (_: Float32Array, count: number) => new Array<number>(count).fill(Number.NaN);
  const parameterisation = await open();
  await expect(visualizeWithoutGradients(nothing, { parameterisation, evaluations: 30 })).rejects.toThrow(
    /The unit gave NaN for all \d+ pictures\./,
  );
});
