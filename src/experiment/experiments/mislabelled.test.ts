/** @file Mislabelled sets at toy size: what a student learns turns with the length of the changes, as it does for linear networks. */
import { expect, it } from 'vitest';
import { halves } from '../../../test/support/tiny-data.ts';
import { linearSource, runToy } from '../../../test/support/toy-experiment.ts';
import { mislabelled } from './mislabelled.ts';

const settings = {
  ...{ pictures: 400, testPictures: 200, epsilon: 3, steps: 8, net: 'linear', width: 1, epochs: 12, batchSize: 32 },
  ...{ learningRate: 0.02, augment: false, attackRadius: 1.5, attacked: 40 },
};

it('changes that outweigh what a person sees teach the true classes, faint ones the wrong names', async () => {
  const toy = { train: halves(400), test: halves(200, { seed: 2 }), sources: { standard: await linearSource(0) } };
  const strong = (await runToy(mislabelled, { ...toy, settings })).summaries;
  const clean = (name: string) => strong.of(`${name}: clean accuracy`).mean;
  expect(clean('true pictures')).toBeGreaterThan(0.9);
  expect(clean('D_rand')).toBeGreaterThan(0.6);
  expect(clean('D_det')).toBeGreaterThan(0.6);
  expect(clean('leaks of D_rand alone')).toBeLessThan(0.5);
  for (const name of ['D_rand', 'D_det']) {
    expect(strong.of(`${name}: pictures that bear their true label`).mean).toBe(0);
    // Equal lengths, but for rounding and pixels at their ends.
    expect(strong.of(`${name}: least length of a change`).mean).toBeGreaterThan(2.7);
    expect(strong.of(`${name}: largest length of a change`).mean).toBeLessThan(3.1);
  }
  const faint = (await runToy(mislabelled, { ...toy, settings: { ...settings, epsilon: 0.1 } })).summaries;
  expect(faint.of('D_det: clean accuracy').mean).toBeLessThan(0.1);
  expect(faint.of('D_det: clean test pictures called the next class').mean).toBeGreaterThan(0.9);
});
