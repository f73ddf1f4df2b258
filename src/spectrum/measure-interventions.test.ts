/** @file Interventions measured: rows agree with the attack and the measures they are made of. */
import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { linearNetwork, smallNetwork } from '../../test/support/network.ts';
import { pgd } from '../attack/pgd.ts';
import { loadModel } from '../model/load-model.ts';
import { gradientSpectrum } from './gradient-spectrum.ts';
import { type Intervention, intervene, interventionName, interventionNamed } from './intervention.ts';
import { spectralLines } from './lines.ts';
import { measureInterventions } from './measure-interventions.ts';
import { highShare } from './radial.ts';

const random = pseudoRandom(11);
const images = Array.from({ length: 12 }, () => Float32Array.from({ length: 768 }, random));
const model = await loadModel(smallNetwork(), { preprocessing: 'none' });
const answers: number[] = [];
for (const image of images) answers.push((await model.predictPlain(image)).label);
// Two labels are wrong from the start.
const labels = answers.map((label, i) => (i < 2 ? (label + 1) % 5 : label));
const epsilon = 6 / 255;

describe('measureInterventions', () => {
  it('holds what attack, spectrum and the plain model say, for the network and for a changed one', async () => {
    const blurpool: Intervention = { kind: 'blurpool', size: 3 };
    const found = await measureInterventions(model, images, labels, {
      interventions: [{ kind: 'average' }, blurpool],
      epsilons: [epsilon],
      steps: 5,
      seed: 1,
    });
    expect(found.rows.map(({ name, changes }) => [name, changes])).toEqual([
      ['none', 'nothing'],
      ['average', 'gradient'],
      ['blurpool3', 'network'],
    ]);
    expect(found.rows[0]!.right).toBe(10);
    expect(found.rows[1]!.right).toBe(10);
    await using soft = await intervene(model, blurpool);
    for (const [row, changed] of [[found.rows[0]!, model] as const, [found.rows[2]!, soft] as const]) {
      const results = await pgd(changed, images, labels, { epsilon, steps: 5, seed: 1 });
      const survivors = results.filter(({ misclassifiedBefore, success }) => !misclassifiedBefore && !success).length;
      expect(row.attacked).toEqual([
        { epsilon, surviving: survivors, accuracy: survivors / 12, kept: survivors / row.right },
      ]);
      const spectrum = await gradientSpectrum(changed, images);
      expect(row.highShare).toBeCloseTo(highShare(spectrum), 6);
      // `intervene`, `inspect --artefacts` and `spectrum --gradient` speak of the same lines.
      for (const { period, lineIndex } of row.periods)
        expect(lineIndex).toBeCloseTo(spectralLines(spectrum, [period])[0]!.index, 6);
      expect(row.periods.map(({ period }) => period)).toEqual([2, 4]);
    }
    expect(found.rows[1]!.highShare).not.toBeCloseTo(found.rows[0]!.highShare, 3);
    expect(found.words).toHaveLength(2);
    expect(found.words[0]).toContain('the network is the same');
  });

  it('finds no lines after a blur, which scales them and their surroundings, but after noise', async () => {
    const found = await measureInterventions(model, images, labels, {
      interventions: [
        { kind: 'blur', size: 3 },
        { kind: 'noise', deviation: 0.1, draws: 2 },
      ],
      epsilons: [epsilon],
      steps: 1,
    });
    const [own, blur, noise] = found.rows;
    expect(own!.periods).toHaveLength(2);
    expect(blur!.periods.map(({ lineIndex }) => lineIndex)).toEqual([undefined, undefined]);
    for (const { phaseRatio } of blur!.periods) expect(phaseRatio).toBeGreaterThan(1);
    for (const { lineIndex } of [...own!.periods, ...noise!.periods]) expect(lineIndex).toBeGreaterThan(0);
    expect(found.words[0]).toMatch(/^blur3: high frequencies from/);
    expect(found.words[1]).toMatch(/^noise0.1x2: lines of period . from [\d.]+ to [\d.]+ times/);
  });

  it('leaves away what the model has nothing for, and refuses it where it was asked for', async () => {
    await using linear = await loadModel(linearNetwork(images[0]!, -1), { preprocessing: 'none' });
    const found = await measureInterventions(
      linear,
      images,
      labels.map(() => 1),
      { epsilons: [epsilon], steps: 2 },
    );
    expect(found.skipped).toEqual(['average', 'blurpool3', 'blurpool5']);
    // The gradient of a linear network is the same at every noisy picture.
    const [own, , noisy] = found.rows;
    expect(noisy!.highShare).toBeCloseTo(own!.highShare, 5);
    expect(noisy!.attacked).toEqual(own!.attacked);
    await expect(
      measureInterventions(linear, images, labels, { interventions: [{ kind: 'average' }] }),
    ).rejects.toThrow('nothing that average could change');
  });

  it('refuses budgets of nothing', async () => {
    await expect(measureInterventions(model, images, labels, { epsilons: [] })).rejects.toThrow('above 0, got none');
  });
});

it('names of interventions are read back', () => {
  for (const word of ['average', 'blurpool5', 'blur3', 'noise0.1x4'])
    expect(interventionName(interventionNamed(word))).toBe(word);
  expect(interventionNamed('noise')).toEqual({ kind: 'noise', deviation: 0.05, draws: 8 });
  expect(() => interventionNamed('sharpen')).toThrow('There is no intervention "sharpen"');
});
