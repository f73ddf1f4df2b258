/** @file What small networks of coordinates and scaled waves draw, against loops. */
import { expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { pseudoRandom } from '../../test/random.ts';
import { compile } from '../runtime/compile.ts';
import { imagenetColours } from './colour.ts';
import { cppn } from './cppn.ts';
import { fourier } from './fourier-picture.ts';
import type { Parameterisation } from './parameterisation.ts';

const device = await openRuntime('cpu');

async function pictureOf(prior: Parameterisation, z: Float32Array): Promise<Float32Array> {
  const program = await compile(
    ({ parameters }) => ({ x: prior.picture(parameters!) }),
    { parameters: { shape: [1, ...prior.shape], dtype: 'float32' } },
    { device },
  );
  const { x } = await program.run({ parameters: z });
  await program.release();
  return x!.data as Float32Array;
}

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

it('a network of coordinates has eight layers of odd and even functions', async () => {
  const [height, width] = [3, 5];
  const prior = cppn([3, height, width]);
  const random = pseudoRandom(2);
  const z = Float32Array.from({ length: prior.shape[0]! }, () => 0.6 * (random() - 0.5));
  const picture = await pictureOf(prior, z);
  for (const [row, column] of [
    [0, 0],
    [1, 3],
    [2, 4],
  ] as const) {
    const coordinate = (i: number, n: number) => Math.sqrt(3) * ((2 * i) / (n - 1) - 1);
    let y = [coordinate(column, width), coordinate(row, height)];
    let at = 0;
    for (let layer = 0; layer <= 8; layer++) {
      const outputs = layer === 8 ? 3 : 24;
      const inputs = y.length;
      const u = Array.from({ length: outputs }, (_, k) =>
        y.reduce((sum, v, i) => sum + v * z[at + k * inputs + i]!, z[at + outputs * inputs + k]!),
      );
      at += outputs * inputs + outputs;
      y = layer === 8 ? u : [...u.map((v) => Math.atan(v) / 0.67), ...u.map((v) => Math.atan(v) ** 2 / 0.6)];
    }
    for (const c of [0, 1, 2]) expect(picture[(c * height + row) * width + column]).toBeCloseTo(sigmoid(y[c]!), 4);
  }
});

it.each([1, 1.5])('a wave counts by its frequency to the power of -%s', async (decay) => {
  const [side, columns] = [8, 5];
  const prior = fourier([3, side, side], { decay });
  const [ky, kx] = [2, 1];
  const z = new Float32Array(2 * 3 * side * columns);
  z[ky * columns + kx] = 0.8;
  const picture = await pictureOf(prior, z);
  const gain = 1 / (4 * Math.hypot(ky / side, kx / side) ** decay);
  for (const [row, column] of [
    [0, 0],
    [3, 5],
    [7, 2],
  ] as const) {
    // A real wave is its coefficient and the mirrored one's: twice its real part, over the root of the number of pixels.
    const wave = ((2 * 0.8 * gain) / side) * Math.cos((2 * Math.PI * (ky * row + kx * column)) / side);
    for (const c of [0, 1, 2])
      expect(picture[(c * side + row) * side + column]).toBeCloseTo(sigmoid(imagenetColours[c]![0] * wave), 4);
  }
});
