/** @file Accuracy against budget within bands, on a linear model whose borders are known. */
import { expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { nearestMeanNetwork, smallNetwork } from '../../test/support/network.ts';
import { loadModel } from '../model/load-model.ts';
import { bands } from './band.ts';
import { type BandCell, bandAttack, bandAttackKey } from './band-attack.ts';
import { fourierBasis } from './fourier-basis.ts';

const [side, size] = [16, 768];
// w has a low wave of length 1 and a high one of length 2: the border lies |w|^2 / 2 = 2.5 away in products.
const [low, high] = [fourierBasis(1, 1, side, side), fourierBasis(7, 0, side, side)];
const w = Float32Array.from({ length: size }, (_, at) => (at < 256 ? low[at]! + 2 * high[at]! : 0));
const grey = new Float32Array(size).fill(0.5);

it('accuracy falls in each band where the border says, and stays down', async () => {
  await using model = await loadModel(nearestMeanNetwork([new Float32Array(size), w]), { preprocessing: 'none' });
  const { curves, cleanAccuracy } = await bandAttack(model, [grey, grey], [0, 1], {
    epsilons: [1, 1.2, 1.3, 2.4, 2.6],
    steps: 30,
  });
  // The second picture is wrong before.
  expect(cleanAccuracy).toBe(0.5);
  const accuracy = Object.fromEntries(curves.map(({ name, points }) => [name, points.map((point) => point.accuracy)]));
  // Needed: 2.5 / 1 in the low band, 2.5 / 2 in the high one, 2.5 / sqrt(5) = 1.12 in all, and no end of it in the middle.
  expect(accuracy).toEqual({
    low: [0.5, 0.5, 0.5, 0.5, 0],
    middle: [0.5, 0.5, 0.5, 0.5, 0.5],
    high: [0.5, 0.5, 0, 0, 0],
    all: [0.5, 0, 0, 0, 0],
  });
  const of = (name: string) => curves.find((curve) => curve.name === name)!.points;
  expect(of('high').map(({ success }) => success)).toEqual([0, 0, 1, 1, 1]);
  expect(of('high')[1]!.outside).toBeUndefined();
  expect(of('high')[2]!.outside).toBeLessThan(1e-6);
  expect(of('high')[2]!.outsideRounded).toBeLessThan(0.02);
  expect(of('all')[4]!.outside).toBeUndefined();
});

it('refuses budgets that do not rise', async () => {
  await using model = await loadModel(nearestMeanNetwork([new Float32Array(size), w]), { preprocessing: 'none' });
  await expect(bandAttack(model, [grey], [0], { epsilons: [1, 1] })).rejects.toThrow('Budgets must rise, got 1, 1.');
  await expect(bandAttack(model, [grey], [0], { epsilons: [] })).rejects.toThrow('got none');
});

it('refuses a band that is called as all frequencies are', async () => {
  await using model = await loadModel(nearestMeanNetwork([new Float32Array(size), w]), { preprocessing: 'none' });
  await expect(bandAttack(model, [grey], [0], { epsilons: [1], bands: { all: bands.low } })).rejects.toThrow(
    'call the band otherwise',
  );
});

it('goes on where it stopped, within a band or between two, to the same numbers', async () => {
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  const random = pseudoRandom(9);
  const images = [0, 1, 2, 3].map(() => new Float32Array(size).map(() => random()));
  const options = { epsilons: [1, 3], steps: 4, seed: 5, bands: { low: bands.low, high: bands.high } };
  const cells: BandCell[] = [];
  const whole = await bandAttack(model, images, undefined, { ...options, onCell: (cell) => cells.push(cell) });
  expect(cells.map(({ band, epsilon }) => [band, epsilon])).toEqual(
    ['low', 'high', 'all'].flatMap((band) => options.epsilons.map((epsilon) => [band, epsilon])),
  );
  // Budgets that fool some of the pictures, so that later attacks depend on earlier ones.
  expect(whole.curves.flatMap(({ points }) => points.map(({ success }) => success))).toContain(0.75);
  for (const count of [1, 2, 3]) {
    const known = JSON.parse(JSON.stringify(cells.slice(0, count))) as BandCell[];
    const made: BandCell[] = [];
    const onCell = (cell: BandCell) => made.push(cell);
    expect(await bandAttack(model, images, undefined, { ...options, known, onCell })).toEqual(whole);
    expect(made).toEqual(cells.slice(count));
  }
});

it('has another key for every setting, picture, label and weight, and the same for another batch', async () => {
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  await using retrained = await loadModel(smallNetwork(2), { preprocessing: 'none' });
  const options = { epsilons: [1, 3], seed: 5 };
  const key = await bandAttackKey(model, [grey, w], [0, 1], options);
  expect(
    await bandAttackKey(model, [grey, w], [0, 1], { ...options, norm: 'l2', steps: 20, batch: 2 } as typeof options),
  ).toBe(key);
  const others = await Promise.all([
    bandAttackKey(retrained, [grey, w], [0, 1], options),
    bandAttackKey(model, [w, grey], [1, 0], options),
    bandAttackKey(model, [grey, grey], [0, 1], options),
    bandAttackKey(model, [grey, w], [0, 2], options),
    bandAttackKey(model, [grey, w], undefined, options),
    bandAttackKey(model, [grey, w], [0, 1], { ...options, epsilons: [1, 4] }),
    bandAttackKey(model, [grey, w], [0, 1], { ...options, norm: 'linf' }),
    bandAttackKey(model, [grey, w], [0, 1], { ...options, steps: 21 }),
    bandAttackKey(model, [grey, w], [0, 1], { ...options, seed: 6 }),
    bandAttackKey(model, [grey, w], [0, 1], { ...options, bands: { low: bands.low } }),
  ]);
  expect(new Set([key, ...others]).size).toBe(1 + others.length);
});
