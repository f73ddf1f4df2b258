/** @file The planted cue with linear networks, which see it as matched filters do. */
import { expect, it } from 'vitest';
import { runToy } from '../../../test/support/toy-experiment.ts';
import { cue } from './cue.ts';

it('a standard network believes false cues, a robust one less, and D_det hands them on', async () => {
  const settings = {
    ...{ pictures: 400, testPictures: 60, strength: 8 / 255, correlation: 1, epsilon: 2, steps: 4, led: 200 },
    ...{
      robustRadius: 24 / 255,
      net: 'linear',
      width: 1,
      epochs: 6,
      batchSize: 50,
      learningRate: 0.01,
      augment: false,
    },
  };
  const { summaries } = await runToy(cue, { settings, kind: 'none' });
  const of = (measure: string) => summaries.of(measure).mean;
  expect(of('standard: false cues that it believes')).toBeGreaterThan(0.6);
  expect(of('robust: false cues that it believes')).toBeLessThan(of('standard: false cues that it believes') / 2);
  expect(of('standard: cosine of changes with the cues that they should hold')).toBeGreaterThan(
    2 * of('robust: cosine of changes with the cues that they should hold'),
  );
  expect(of('standard: energy of changes in high frequencies')).toBeGreaterThan(
    of('robust: energy of changes in high frequencies'),
  );
  expect(of('trained on D_det: false cues that it believes')).toBeGreaterThan(0.3);
});
