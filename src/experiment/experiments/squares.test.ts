/** @file Squares: wrong labels alone make tiny changes fool, and without them nothing does. */
import { expect, it } from 'vitest';
import { runToy } from '../../../test/support/toy-experiment.ts';
import { medianRatio, squares } from './squares.ts';

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

it('the ratio of medians lies between the ends of both, and is unknown of few squares and of changes below 0', () => {
  const upTo = (n: number, by = 1) => Array.from({ length: n }, (_, i) => by * (i + 1));
  // At 97.5 % the median of 20 lies between the 5th and the 16th by scipy.stats.binom.cdf.
  expect(medianRatio(upTo(20, 100), upTo(20))).toEqual({
    value: 100,
    interval: { low: 500 / 16, high: 1600 / 5 },
  });
  expect(medianRatio(upTo(20), [...upTo(15), -1, -2, -3, -4, -5]).interval!.high).toBe(Infinity);
  expect(medianRatio(upTo(6), upTo(6)).value).toBeNaN();
  expect(medianRatio(upTo(20), upTo(20, -1)).value).toBeNaN();
  // Medians of -1 and of 0, whose intervals reach above 0.
  expect(
    medianRatio(
      upTo(21),
      Array.from({ length: 21 }, (_, i) => i - 11),
    ).value,
  ).toBeNaN();
  expect(
    medianRatio(
      upTo(21),
      Array.from({ length: 21 }, (_, i) => i - 10),
    ).value,
  ).toBeNaN();
});
