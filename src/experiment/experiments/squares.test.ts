/** @file Squares: wrong labels alone make tiny changes fool, and without them nothing does. */
import { expect, it } from 'vitest';
import { runToy } from '../../../test/support/toy-experiment.ts';
import { squares } from './squares.ts';

const settings = { side: 16, pixelNoise: 0.1, labelNoise: 0.1, samples: [100], testSamples: 100 };

it('a tenth of wrong labels makes the change that fools more than 50 times smaller, at full accuracy', async () => {
  const { summaries, verdicts } = await runToy(squares, { settings, kind: 'none' });
  expect(summaries.of('largest number of samples, true labels: median change in l∞ that fools').mean).toBeCloseTo(1, 1);
  expect(summaries.of('100 samples: change without wrong labels over that with').mean).toBeGreaterThan(50);
  expect(verdicts.every(({ holds }) => holds)).toBe(true);
});

it('hardly any pixel noise makes the change that fools smaller still', async () => {
  const radius = async (pixelNoise: number) => {
    const { summaries } = await runToy(squares, { settings: { ...settings, pixelNoise }, kind: 'none' });
    return summaries.of('largest number of samples, wrong labels: median change in l∞ that fools').mean;
  };
  expect(await radius(0.01)).toBeLessThan((await radius(0.1)) / 5);
});
