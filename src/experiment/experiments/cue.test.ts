/** @file The planted cue with linear networks, which see it as matched filters do. */
import { expect, it } from 'vitest';
import { runToy } from '../../../test/support/toy-experiment.ts';
import { cue } from './cue.ts';

const settings = {
  ...{ pictures: 400, testPictures: 60, strength: 8 / 255, correlation: 1, epsilon: 2, steps: 4, led: 200 },
  ...{
    robustRadius: 24 / 255,
    robustSteps: 1,
    robustEpochs: 6,
    net: 'linear',
    width: 1,
    epochs: 6,
    batchSize: 50,
    learningRate: 0.01,
    augment: false,
  },
};
const ran = runToy(cue, { settings, kind: 'none' });

it('a standard network believes false cues, a robust one less, and D_det hands them on', async () => {
  const { summaries } = await ran;
  const of = (measure: string) => summaries.of(measure).mean;
  const believed = 'answers of the class that false cues name';
  const anyway = 'answers of that class without cues';
  const [taught, control] = ['student of the standard network’s D_det', 'student of the robust network’s D_det'];
  expect(of(`standard: ${believed}`)).toBeGreaterThan(0.6);
  expect(of(`robust: ${believed}`)).toBeLessThan(of(`standard: ${believed}`) / 2);
  expect(of(`never shown cues: ${believed}`)).toBeLessThan(0.3);
  expect(of(`${taught}: ${believed}`)).toBeGreaterThan(of(`${taught}: ${anyway}`) + 0.2);
  expect(of(`${taught}: ${believed}`)).toBeGreaterThan(of(`${control}: ${believed}`) + 0.1);
  for (const name of ['standard', 'robust', 'never shown cues', taught, control]) {
    expect(of(`${name}: ${believed}, more than without`)).toBeCloseTo(
      of(`${name}: ${believed}`) - of(`${name}: ${anyway}`),
      10,
    );
    expect(of(`${name}: accuracy that false cues cost`)).toBeCloseTo(
      of(`${name}: accuracy without cues`) - of(`${name}: accuracy with false cues`),
      10,
    );
  }
  expect(of(`standard network beyond the robust one: ${believed}`)).toBeCloseTo(
    of(`standard: ${believed}`) - of(`robust: ${believed}`),
    10,
  );
  expect(of(`${taught} beyond the other: ${believed}`)).toBeCloseTo(
    of(`${taught}: ${believed}`) - of(`${control}: ${believed}`),
    10,
  );
  const half = 'accuracy without cues, more than half of that of the one never shown cues';
  expect(summaries.of(`robust: ${half}`).mean).toBeCloseTo(
    summaries.of('robust: accuracy without cues').mean -
      summaries.of('never shown cues: accuracy without cues').mean / 2,
    10,
  );
});

it('mean changes against the standard network hold the cue of their class, and the spectrum shows it', async () => {
  const { summaries } = await ran;
  const of = (measure: string) => summaries.of(measure).mean;
  const target = 'cosine of the mean change towards a class with its cue';
  expect(of('standard: classes whose mean change is nearest to their own cue')).toBe(1);
  expect(of(`standard: ${target}`)).toBeGreaterThan(0.3);
  expect(of(`standard: ${target}`)).toBeGreaterThan(1.5 * of(`robust: ${target}`));
  expect(of('standard: the same with the cue of the class that it leaves')).toBeLessThan(-0.1);
  expect(of('standard: the same with the other cues, absolute')).toBeLessThan(of(`standard: ${target}`) / 3);
  const along = 'share of the energy of changes along the cue of the class that they lead to';
  expect(of(`standard: ${along}`)).toBeGreaterThan(0.05);
  expect(of(`standard: ${along}`)).toBeGreaterThan(2 * of(`robust: ${along}`));
  expect(of(`never shown cues: ${along}`)).toBeLessThan(0.01);
  expect(of('robust: the same, less a third of the standard network’s')).toBeCloseTo(
    of(`robust: ${along}`) - of(`standard: ${along}`) / 3,
    10,
  );
  const share = 'share of the power of changes at the cues’ frequencies';
  expect(of(`standard: ${share}`)).toBeGreaterThan(2 * of(`robust: ${share}`));
  expect(of(`standard: ${share}`)).toBeGreaterThan(2 * of(`never shown cues: ${share}`));
  const power = 'power of changes at the cues’ frequencies over that around';
  expect(of(`standard: ${power}`)).toBeGreaterThan(2);
  expect(of(`standard: ${power}`)).toBeGreaterThan(2 * of(`robust: ${power}`));
  expect(of(`standard: ${power}`)).toBeGreaterThan(2 * of(`never shown cues: ${power}`));
});
