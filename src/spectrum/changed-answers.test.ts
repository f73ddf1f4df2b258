/** @file What a linear model answers to changed pictures, whose sums are kept in [0, 1]. */
import { expect, it } from 'vitest';
import { linearNetwork } from '../../test/support/network.ts';
import { loadModel } from '../model/load-model.ts';
import { changedAnswers } from './changed-answers.ts';

const size = 768;
const flat = (value: number) => new Float32Array(size).fill(value);

/** Class 1 where `sign` times the mean of all pixels is above `sign` times a border. */
const meanModel = (border: number, sign: 1 | -1) =>
  loadModel(linearNetwork(new Float64Array(size).fill(sign / size), -sign * border), { preprocessing: 'none' });

it.each([
  ['above 1', 1, 0.9, 0.3, 0.95, 1.05],
  ['below 0', -1, 0.1, -0.3, 0.05, -0.05],
] as const)('a sum %s counts as no more than the border', async (_name, sign, pixel, change, inside, outside) => {
  const images = [flat(pixel), flat(0.5)];
  // The changed picture passes a border inside [0, 1] that the plain one does not, and none outside, where the sum alone lies.
  await using near = await meanModel(inside, sign);
  const answers = await changedAnswers(near, images);
  expect([...(await answers(flat(0)))]).toEqual([0, 0]);
  expect([...(await answers(flat(change)))]).toEqual([1, 0]);
  await using far = await meanModel(outside, sign);
  expect([...(await (await changedAnswers(far, images))(flat(change)))]).toEqual([0, 0]);
});

it('a sum is kept in [0, 1] pixel by pixel, not as a whole', async () => {
  // Halves at 0.9 and 0.5, both changed by 0.4: the mean is (1 + 0.9) / 2, and without the limit 1.1.
  const halves = Float32Array.from({ length: size }, (_, at) => (at % 2 === 0 ? 0.9 : 0.5));
  for (const [border, answer] of [
    [0.94, 1],
    [0.96, 0],
  ] as const) {
    await using model = await meanModel(border, 1);
    expect([...(await (await changedAnswers(model, [halves]))(flat(0.4)))]).toEqual([answer]);
  }
});

it('signs are of one picture and one channel, whatever the batch', async () => {
  // The first channel less the second, a third of the pixels each.
  const w = Float64Array.from({ length: size }, (_, at) => ([1, -1, 0][Math.floor(at / 256)] ?? 0) / 256);
  await using model = await loadModel(linearNetwork(w, -0.3), { preprocessing: 'none' });
  const images = Array.from({ length: 5 }, () => flat(0.5));
  // Only a change up in the first and down in the second channel passes: 0.4 against 0.3.
  const signs = Float32Array.of(1, -1, 1, -1, 1, 1, 1, 1, -1, 1, -1, -1, -1, -1, 1);
  for (const batch of [1, 2, 5])
    expect([...(await (await changedAnswers(model, images, { batch }))(flat(0.2), signs))]).toEqual([1, 0, 0, 1, 0]);
});
