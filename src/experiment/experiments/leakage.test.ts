/** @file Leakage of robust features into mislabelled sets, where the sources are linear and the answer follows from the labels. */
import { expect, it } from 'vitest';
import { linearSource, runToy } from '../../../test/support/toy-experiment.ts';
import { leakage } from './leakage.ts';

it('robust features give more on D_rand with true targets among them, and nothing on D_det', async () => {
  const settings = { pictures: 200, testPictures: 100, epsilon: 0.3, steps: 5, radius: 0.3, epochs: 40, attacked: 20 };
  const sources = { standard: await linearSource(0), robust: await linearSource(0.6) };
  const { summaries } = await runToy(leakage, { settings, sources });
  const of = (set: string) => summaries.of(`robust linear features, ${set}: clean accuracy`).mean;
  expect(of('true pictures')).toBeGreaterThan(0.9);
  expect(of('D_rand as published')).toBeGreaterThan(of('D_rand'));
  // Every picture is named after the next class: features that a small change does not move learn just that.
  expect(of('D_det')).toBeLessThan(0.1);
});
