/** @file The experiment on noise with linear sources, whose boundaries are flat. */
import { expect, it } from 'vitest';
import { linearSource, runToy, toyContext } from '../../../test/support/toy-experiment.ts';
import { contentHash } from '../store.ts';
import { noise } from './noise.ts';

it('with flat boundaries the found distance is near the told one', async () => {
  const settings = {
    testPictures: 30,
    attacked: 14,
    attackSteps: 40,
    sigmas: [0.2, 0.3, 0.45, 0.7],
    draws: 200,
    noiseLength: 2,
  };
  const sources = { standard: await linearSource(0), robust: await linearSource(1) };
  const { summaries, inputs } = await runToy(noise, { settings, sources });
  expect(inputs.models).toEqual([
    { role: 'standard', hash: await contentHash(sources.standard) },
    { role: 'robust', hash: await contentHash(sources.robust) },
  ]);
  const { array, hash } = await (await toyContext()).pictures('test', settings.testPictures);
  expect(inputs.pictures).toEqual([{ split: 'test', count: array.shape[0], hash }]);
  for (const role of ['standard', 'robust']) {
    expect(summaries.of(`${role}: pictures whose noise tells a distance`).mean).toBeGreaterThan(0.6);
    // Three boundaries at once are crossed more often than one: the told distance is short.
    expect(summaries.of(`${role}: median of found over told distance`).mean).toBeGreaterThan(0.95);
    expect(summaries.of(`${role}: median of found over told distance`).mean).toBeLessThan(2);
  }
});
