/** @file The experiment on noise with linear sources, whose boundaries are flat. */
import { expect, it } from 'vitest';
import { linearSource, runToy, toyContext } from '../../../test/support/toy-experiment.ts';
import { contentHash } from '../../data/content-hash.ts';
import { noise } from './noise.ts';

it('with flat boundaries the found distance is near the told one', async () => {
  const settings = {
    testPictures: 40,
    attacked: 18,
    attackSteps: 40,
    sigmas: [0.2, 0.3, 0.45, 0.7],
    draws: 200,
    noiseLength: 2,
  };
  const sources = { standard: await linearSource(0), robust: await linearSource(1) };
  const { summaries, inputs, findings } = await runToy(noise, { settings, sources });
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
    const { mean: ranks, overTrials } = summaries.of(`${role}: rank correlation of found and told distances`);
    expect(overTrials!.low).toBeLessThan(ranks);
    const of = (what: string) => summaries.of(`${role}: ${what}`).mean;
    expect(of('accuracy lost, high-frequency noise')).toBeCloseTo(
      of('accuracy, unchanged') - of('accuracy, high-frequency noise'),
      10,
    );
  }
  expect(findings[0]!.notes!.join()).not.toContain('left open');
});

it('takes no correlation of fewer than ten pairs, says so in a sentence, and no statement on it holds', async () => {
  const settings = { ...noise.scales.quick.other!, testPictures: 12, attacked: 3, attackSteps: 20, draws: 50 };
  const sources = { standard: await linearSource(0), robust: await linearSource(1) };
  const { summaries, verdicts, findings } = await runToy(noise, { settings, sources });
  for (const role of ['standard', 'robust']) {
    expect(summaries.of(`${role}: rank correlation of found and told distances`).mean).toBeNaN();
    expect(verdicts.filter(({ statement, holds }) => statement.startsWith(`${role}: `) && holds)).toEqual([]);
    const said = findings[0]!.notes!.filter((note) => note.startsWith(`${role}: `));
    expect(said).toEqual([
      expect.stringMatching(/^\w+: noise tells the distance of \d pictures of 3, and a correlation/),
    ]);
  }
});
