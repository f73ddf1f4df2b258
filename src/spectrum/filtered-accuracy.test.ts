/** @file Accuracy under filters on networks that read one wave, or the mean. */
import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { linearNetwork, smallNetwork } from '../../test/support/network.ts';
import { loadModel } from '../model/load-model.ts';
import { type Filter, filteredAccuracy } from './filtered-accuracy.ts';
import { fourierBasis } from './fourier-basis.ts';

const [side, size] = [16, 768];

/** 0.5 and a wave of 5 periods, 0.4 high, with one of 2, in every channel. */
const picture = Float32Array.from({ length: size }, (_, at) => {
  const [high, low] = [fourierBasis(0, 5, side, side), fourierBasis(2, 0, side, side)];
  return 0.5 + 3 * high[at % 256]! + 2 * low[at % 256]!;
});

const rowsOf = async (w: ArrayLike<number>, b: number, radii: readonly number[], label = 1) => {
  await using model = await loadModel(linearNetwork(w, b), { preprocessing: 'none' });
  return await filteredAccuracy(model, [picture, picture], [label, label], { radii, batch: 1 });
};
const right = (rows: readonly (Filter & { accuracy: number })[], filter: Partial<Filter>) =>
  rows
    .filter((row) => Object.entries(filter).every(([key, value]) => row[key as keyof Filter] === value))
    .map(({ accuracy }) => accuracy);

describe('a network that reads a wave of 5 periods', () => {
  const wave = fourierBasis(0, 5, side, side);
  const w = Float32Array.from({ length: size }, (_, at) => wave[at % 256]!);

  it('is right where the wave passes, at any fill, and wrong where it does not', async () => {
    const { rows, cleanAccuracy } = await rowsOf(w, -2, [4, 5, 6]);
    expect(cleanAccuracy).toBe(1);
    expect(right(rows, { keeps: 'low', radius: 4 })).toEqual([0, 0]);
    expect(right(rows, { keeps: 'low', radius: 5 })).toEqual([1, 1]);
    expect(right(rows, { keeps: 'low', radius: 6 })).toEqual([1, 1]);
    expect(right(rows, { keeps: 'high', radius: 4 })).toEqual([1, 1, 1, 1, 1, 1]);
    expect(right(rows, { keeps: 'high', radius: 5 })).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('loses half of the wave where values around 0 are clipped', async () => {
    // Without the mean the wave's product is 3 per channel, 9; clipped at 0 half of it is left.
    const { rows } = await rowsOf(w, -6, [4]);
    expect(right(rows, { keeps: 'high', fill: 'none', clipped: false })).toEqual([1]);
    expect(right(rows, { keeps: 'high', fill: 'none', clipped: true })).toEqual([0]);
    expect(right(rows, { keeps: 'high', fill: 'grey' })).toEqual([1, 1]);
  });
});

it('a network that reads the mean sees what stands for it', async () => {
  const mean = new Float32Array(size).fill(1 / size);
  const dark = picture.map((value) => value - 0.05);
  await using model = await loadModel(linearNetwork(mean, -0.475), { preprocessing: 'none' });
  const { rows } = await filteredAccuracy(model, [dark], [0], { radii: [4] });
  expect(right(rows, { keeps: 'low' })).toEqual([1, 1]);
  expect(right(rows, { keeps: 'high', fill: 'colour' })).toEqual([1, 1]);
  expect(right(rows, { keeps: 'high', fill: 'grey' })).toEqual([0, 0]);
  expect(right(rows, { keeps: 'high', fill: 'none' })).toEqual([1, 1]);
});

it('is the same whatever the batch', async () => {
  const random = pseudoRandom(1);
  const images = Array.from({ length: 5 }, () => Float32Array.from({ length: size }, () => random()));
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  const all = await filteredAccuracy(model, images, undefined, { radii: [2, 4] });
  expect(all.cleanAccuracy).toBe(1);
  expect(await filteredAccuracy(model, images, undefined, { radii: [2, 4], batch: 2 })).toEqual(all);
  await expect(filteredAccuracy(model, images, undefined, { radii: [-1] })).rejects.toThrow('at least 0');
});
