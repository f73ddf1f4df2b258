/** @file Useful, non-robust linear features on pictures that have them by construction. */
import { expect, it } from 'vitest';
import { runToy } from '../../../test/support/toy-experiment.ts';
import type { ImageArray } from '../../data/dataset.ts';
import { randomStream } from '../../random/random-stream.ts';
import { linearFeatures } from './linear-features.ts';

/** Two classes: the mean brightness tells them a little and varies much, and in each pixel a faint sign tells them hardly at all.
 * Pixels vary by different amounts, so that each is a principal direction, more or less. */
function faintSigns(count: number, seed: number): ImageArray {
  const { normal } = randomStream(seed);
  const signs = Array.from({ length: 16 }, (_, j) => (randomStream(j, 77).uniform() < 0.5 ? -1 : 1));
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const pixels = new Float32Array(count * 16);
  for (let i = 0; i < count; i++) {
    const y = labels[i] === 0 ? 1 : -1;
    const brightness = 0.08 * (normal() + 0.7 * y);
    for (let j = 0; j < 16; j++)
      pixels[16 * i + j] = Math.min(
        1,
        Math.max(0, 0.5 + brightness + 0.004 * 1.15 ** j * (normal() + 0.2 * y * signs[j]!)),
      );
  }
  return { name: 'faint signs', classNames: ['a', 'b'], shape: [count, 1, 4, 4], pixels, labels };
}

it('no principal direction is useful and brittle, both constructions are, and only the ensemble survives', async () => {
  const settings = {
    pictures: 4000,
    testPictures: 2000,
    side: 4,
    classes: [0, 1],
    epsilon: 0.05,
    below: 0.1,
    useful: 0.3,
    alpha: 0.1,
  };
  const { verdicts, summaries } = await runToy(linearFeatures, {
    settings,
    train: faintSigns(4000, 1),
    test: faintSigns(2000, 2),
  });
  expect(verdicts.filter(({ holds }) => !holds)).toEqual([]);
  expect(summaries.of('eigenvectors in the ensemble').mean).toBe(15);
});

it('leaves out directions in which no picture varies, as those of a black border', async () => {
  const bordered = (count: number, seed: number): ImageArray => {
    const set = faintSigns(count, seed);
    return { ...set, pixels: set.pixels.map((value, at) => (at % 4 === 3 ? 0 : value)) };
  };
  const settings = {
    ...linearFeatures.scales.quick.other!,
    pictures: 400,
    testPictures: 200,
    epsilon: 0.05,
    below: 0.1,
  };
  const toy = { settings, train: bordered(400, 1), test: bordered(200, 2) };
  const { summaries } = await runToy(linearFeatures, toy);
  expect(summaries.of('eigenvectors').mean).toBe(12);
  expect(summaries.all.filter(({ mean }) => !Number.isFinite(mean))).toEqual([]);
});
