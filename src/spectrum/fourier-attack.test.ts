/** @file Single waves on a network whose best wave is known, and what is said of them. */
import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { nearestMeanNetwork, smallNetwork } from '../../test/support/network.ts';
import { normOf } from '../attack/vector.ts';
import { loadModel } from '../model/load-model.ts';
import { fourierAttack, type WaveRate, waveChange } from './fourier-attack.ts';
import { fourierBasis } from './fourier-basis.ts';
import { SpectrumError } from './spectrum-error.ts';

const [side, size] = [16, 768];
const small = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'small' });

function pictures(count: number, seed: number): Float32Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: size }, () => 0.3 + 0.4 * random()));
}

describe('on a linear model that sees one wave', () => {
  const phase = Math.PI / 2;
  const w = Float32Array.from({ length: size }, (_, at) => 0.5 * fourierBasis(3, 5, side, side, phase)[at % 256]!);
  // Class 1 where <w, x> > |w|^2 / 2: grey pictures with -0.1, 0 and 0.1 of w's direction.
  const images = [-0.1, 0, 0.1].map((a) => w.map((value) => 0.5 + a * value));
  const open = () => loadModel(nearestMeanNetwork([new Float32Array(size), w]), { preprocessing: 'none' });

  it('finds the wave and its phase, and changes every answer', async () => {
    await using model = await open();
    const result = await fourierAttack(model, images, { epsilon: 0.1, heldOut: images.slice(0, 2), batch: 2 });
    expect(result.top[0]).toMatchObject({ i: 3, j: 5, rate: 1, heldOutRate: 1 });
    expect(result.top[0]!.phase).toBeCloseTo(phase, 9);
    expect(result.top[0]!.leadsTo).toEqual([{ label: 1, name: 'class 1', share: 1 }]);
    // No other wave has a product with w.
    expect(result.top.slice(1).map(({ rate }) => rate)).toEqual([0, 0, 0, 0]);
    expect(result.plain).toMatchObject({ pictures: 2, rate: 1, rate8: 1 });
    expect(normOf('linf', result.perturbation)).toBeCloseTo(0.1, 6);
    for (const value of result.perturbation8)
      expect(Math.abs(255 * value - Math.round(255 * value))).toBeLessThan(1e-4);
    const { down, across } = result.grid;
    expect(result.rates[down.indexOf(3)]![across.indexOf(5)]).toBe(1);
    expect(result.rates[down.indexOf(-3)]![across.indexOf(-5)]).toBe(1);
    expect(result.rates.flat().reduce((sum, rate) => sum + rate, 0)).toBe(2);
    expect(result.controls).toEqual([0, 0, 0, 0, 0]);
  });

  it('needs the length that the border says', async () => {
    await using model = await open();
    // The product with w must rise from -0.1 |w|^2 to |w|^2 / 2 for the farthest picture.
    const needed = 0.6 * normOf('l2', w);
    const at = async (factor: number) =>
      (await fourierAttack(model, images, { norm: 'l2', epsilon: factor * needed, top: 1, controls: 0 })).top[0]!.rate;
    expect(await at(1.01)).toBe(1);
    expect(await at(0.99)).toBeCloseTo(2 / 3, 9);
  });
});

it('waves fill their norm in every phase, alike in all channels', () => {
  for (const [i, j] of [
    [0, 0],
    [1, 2],
    [8, 8],
    [3, -7],
  ] as const)
    for (const phase of [0, 0.4, 2]) {
      const wave = waveChange(small, { i, j, phase }, 'linf', 0.03);
      expect(normOf('linf', wave)).toBeCloseTo(0.03, 7);
      expect(wave.slice(0, 256)).toEqual(wave.slice(512));
      expect(normOf('l2', waveChange(small, { i, j, phase }, 'l2', 1.3))).toBeCloseTo(1.3, 5);
    }
});

it('is the same whatever the batch, and goes on where it stopped', async () => {
  const images = pictures(5, 2);
  const options = { epsilon: 0.15, step: 2, heldOut: pictures(3, 3) };
  const waves: WaveRate[] = [];
  const all = await fourierAttack(small, images, { ...options, onWave: (wave) => waves.push(wave) });
  expect(all.top[0]!.rate).toBeGreaterThan(0);
  expect(await fourierAttack(small, images, { ...options, batch: 2 })).toEqual(all);
  const fresh: WaveRate[] = [];
  const known = waves.slice(0, 20);
  expect(await fourierAttack(small, images, { ...options, known, onWave: (wave) => fresh.push(wave) })).toEqual(all);
  expect(fresh).toEqual(waves.slice(20));
});

it('refuses a budget in the wrong unit', async () => {
  await expect(fourierAttack(small, pictures(1, 1), { epsilon: 8 })).rejects.toThrow('Did you mean 8/255?');
});

it.each([
  [{ top: 0 }, 'The number of best waves must be a whole number of at least 1, got 0.'],
  [{ top: 1.5 }, 'at least 1, got 1.5'],
  [{ controls: -1 }, 'The number of random controls must be a whole number of at least 0, got -1.'],
  [{ controls: Number.NaN }, 'at least 0, got NaN'],
  [{ phases: 0 }, 'Phases must be a whole number of at least 1, got 0.'],
])('refuses %j before it asks the model', async (options, message) => {
  let asked = 0;
  const refused = fourierAttack(small, pictures(1, 1), { epsilon: 0.03, ...options, onWave: () => asked++ });
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toThrow(SpectrumError);
  expect(asked).toBe(0);
});

it('has no random patterns where none are asked for', async () => {
  const { controls, top } = await fourierAttack(small, pictures(1, 1), { epsilon: 0.1, step: 4, controls: 0, top: 1 });
  expect([controls, top.length]).toEqual([[], 1]);
});
