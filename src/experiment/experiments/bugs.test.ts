/** @file Bugs and features at toy size. */
import { expect, it } from 'vitest';
import { halves } from '../../../test/support/tiny-data.ts';
import { runToy } from '../../../test/support/toy-experiment.ts';
import { bugs } from './bugs.ts';

it('changes that do not transfer teach nothing of clean pictures, ordinary ones do', async () => {
  const settings = {
    pictures: 400,
    testPictures: 200,
    epsilon: 0.25,
    steps: 10,
    ensemble: 3,
    net: 'mlp',
    width: 48,
    epochs: 12,
    batchSize: 128,
    learningRate: 0.1,
  };
  const { summaries } = await runToy(bugs, { settings, train: halves(400), test: halves(200, { seed: 2 }) });
  const of = (measure: string) => summaries.of(measure).mean;
  for (const name of ['PGD', 'disentangled']) expect(of(`${name}: success on the source`)).toBeGreaterThan(0.9);
  expect(of('disentangled: transfer to a network not seen')).toBeLessThan(
    of('PGD: transfer to a network not seen') / 2,
  );
  expect(of('PGD: student, clean accuracy')).toBeGreaterThan(of('chance') + 0.1);
  expect(of('disentangled: student, clean accuracy')).toBeLessThan(of('chance'));
  expect(of('disentangled: student, clean pictures called the next class')).toBeGreaterThan(0.6);
});
