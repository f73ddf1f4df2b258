/** @file Noise, corruptions and adversarial distance (Gilmer and Hendrycks 2019). */
import { mean, median } from '../../distance/mean.ts';
import type { Model } from '../../model/model.ts';
import { bands } from '../../spectrum/band.ts';
import { bandNoise, type Corruption, contrast, corrupted, onlyBands } from '../corruptions.ts';
import type { Experiment, Figure, Findings, Measure } from '../experiment.ts';
import { answersOf } from '../networks.ts';
import { pairedMeasure } from '../paired-interval.ts';
import { type PictureSet, picturesOf } from '../picture-set.ts';
import type { ClassifierRole } from '../sources.ts';
import { exceeds, isAbove, isBelow } from '../summary.ts';
import { comparedDistances, leastPairs, nearestErrors, toldAndFound } from '../told-distances.ts';

/** How much is computed. */
export type NoiseSettings = {
  readonly testPictures: number;
  /** Pictures whose nearest error is looked for. */
  readonly attacked: number;
  readonly attackSteps: number;
  /** Deviations of the noise, in pixels from 0 to 1. */
  readonly sigmas: readonly number[];
  /** Noisy copies of each picture at each deviation. */
  readonly draws: number;
  /** Length in l2 of noise within a band. */
  readonly noiseLength: number;
};

const quick: NoiseSettings = {
  testPictures: 300,
  attacked: 50,
  attackSteps: 60,
  sigmas: [0.02, 0.03, 0.05, 0.08, 0.12, 0.18],
  draws: 100,
  noiseLength: 3,
};
const full = { ...quick, testPictures: 1000, attacked: 300, attackSteps: 200, draws: 1000 };

const roles: readonly ClassifierRole[] = ['standard', 'robust'];

const corruptions: Readonly<Record<string, (settings: NoiseSettings) => Corruption>> = {
  'half of the contrast': () => contrast(0.5),
  'a quarter of the contrast': () => contrast(0.25),
  'low frequencies alone': () => onlyBands([bands.low]),
  'without low frequencies': () => onlyBands([bands.middle, bands.high]),
  'low-frequency noise': ({ noiseLength }) => bandNoise(bands.low, noiseLength),
  'high-frequency noise': ({ noiseLength }) => bandNoise(bands.high, noiseLength),
};

/** The experiment. */
export const noise: Experiment<NoiseSettings> = {
  name: 'noise',
  title: 'The nearest error, told from errors under noise',
  claim:
    'Adversarial examples are what errors under ordinary noise look like from close by: where the boundary is flat, a picture whose noisy copies are misread with probability p has an error at -sigma Φ⁻¹(p). And robustness against small adversarial changes is bought elsewhere: an adversarially trained network bears high-frequency noise better, and loss of contrast worse.',
  paper:
    'Gilmer and Hendrycks 2019, "Adversarial example researchers need to expand what is meant by robustness", in Distill’s discussion of Ilyas et al.; the relation is Ford, Gilmer, Carlini and Cubuk 2019',
  protocol: [
    'Take test pictures that the network reads correctly, and many copies of each with normal noise that is not cut off.',
    'For each, from the faintest noise of which 3 to 40 % are misread, the distance of a flat boundary that gives this share; compare with the length of the smallest change that an attack finds (DDN, l2).',
    'Accuracy of a standard and of an adversarially trained network under less contrast, on parts of the spectrum, and under noise of one length within a band.',
  ],
  published: [],
  usualData: 'shapes',
  sources: ['standard', 'robust'],
  scales: {
    quick: { shapes: quick, cifar10: quick, other: quick },
    full: { shapes: full, cifar10: full, other: full },
  },

  async run(context, settings): Promise<Findings> {
    const { testPictures, sigmas } = settings;
    const test = await context.pictures('test', testPictures);
    const measures: Measure[] = [];
    const few: string[] = [];
    const found: { role: string; points: readonly (readonly [number, number])[] }[] = [];
    const sheets = Object.entries(corruptions).map(([name, make]) => ({
      name,
      set: corrupted(test, name, make(settings)),
    }));
    for (const role of roles) {
      const source = await context.source(role);
      const near = await nearestErrors(context, source, test, settings);
      measures.push({ name: `${role}: median distance found`, value: median(near.distances), unit: 'number' });
      sigmas.forEach((sigma, s) => {
        measures.push({ name: `${role}: errors under noise of ${sigma}`, value: mean(near.errors[s]!), unit: 'share' });
      });
      const pairs = toldAndFound(near, settings);
      measures.push(
        {
          name: `${role}: pairs of found and told distances`,
          value: pairs.length,
          unit: 'number',
        },
        {
          name: `${role}: pictures whose noise tells a distance`,
          value: pairs.length / near.distances.length,
          unit: 'share',
        },
        ...comparedDistances(role, pairs),
      );
      if (pairs.length < leastPairs)
        few.push(
          `${role}: noise tells the distance of ${pairs.length} pictures of ${near.distances.length}, and a correlation is taken of ${leastPairs} at least, a median of 6, so what has fewer is left open; it takes more pictures, or a model that noise misleads more often.`,
        );
      found.push({ role, points: pairs });
      const own = await rightOf(source.model, test);
      measures.push({ name: `${role}: accuracy, unchanged`, value: mean(own), unit: 'share', of: own.length });
      for (const { name, set } of sheets) {
        const right = await rightOf(source.model, await set);
        measures.push(
          { name: `${role}: accuracy, ${name}`, value: mean(right), unit: 'share', of: right.length },
          pairedMeasure(`${role}: accuracy lost, ${name}`, own, right),
        );
      }
    }
    const shown = await Promise.all(
      sheets.map(async ({ name, set }) => ({ title: name, pictures: picturesOf(await set, 8) })),
    );
    return {
      measures,
      figures: [
        distanceChart(found),
        {
          kind: 'pictures',
          name: 'changes',
          caption: 'What the networks were shown.',
          rows: [{ title: 'unchanged', pictures: picturesOf(test, 8) }, ...shown],
        },
      ],
      notes: [
        ...few,
        'Intervals are over pictures: Bonett and Wright’s of a rank correlation, of a median that of its ranks, of lost accuracy Newcombe’s of the same pictures before and after. Nothing depends on the seed, so that one is enough.',
        'A flat boundary is the assumption. Distances found by an attack are upper bounds of the true ones; pictures where no noise is misread so often are left out, and counted.',
        `The paper’s fog (accuracy 85.7 % of the standard network and 55.3 % of the robust one), and its high-pass pictures trained on from scratch, are not repeated; contrast and bands stand for them. Noise within a band has length ${settings.noiseLength} in l2.`,
      ],
    };
  },

  judge: (results) => {
    const of = (measure: string) => results.of(measure);
    const lost = (role: string, what: string) => of(`${role}: accuracy lost, ${what}`);
    return [
      ...roles.flatMap((role) => [
        {
          statement: `${role}: pictures whose noisy copies are misread more often have nearer adversarial examples (rank correlation clearly above 0).`,
          holds: isAbove(of(`${role}: rank correlation of found and told distances`), 0),
        },
        {
          statement: `${role}: they go together closely (rank correlation clearly above 0.5).`,
          holds: isAbove(of(`${role}: rank correlation of found and told distances`), 0.5),
        },
      ]),
      ...roles.map((role) => ({
        statement: `${role}: the found distance is within a factor of 2 of the one told from noise.`,
        holds:
          isAbove(of(`${role}: median of found over told distance`), 1 / 2) &&
          isBelow(of(`${role}: median of found over told distance`), 2),
      })),
      {
        statement: 'The robust network loses less accuracy by high-frequency noise than the standard one.',
        holds: exceeds(lost('standard', 'high-frequency noise'), lost('robust', 'high-frequency noise')),
      },
      {
        statement: 'It loses more by half of the contrast.',
        holds: exceeds(lost('robust', 'half of the contrast'), lost('standard', 'half of the contrast')),
      },
    ];
  },
};

/** 1 for each picture that a model gives its own label, else 0. */
async function rightOf(model: Model, set: PictureSet): Promise<number[]> {
  const answers = await answersOf(model, set);
  return Array.from(answers, (answer, i) => Number(answer === set.array.labels[i]));
}

function distanceChart(found: readonly { role: string; points: readonly (readonly [number, number])[] }[]): Figure {
  const log = (value: number) => Math.log2(Math.max(value, 2 ** -7));
  const ticks = [-6, -4, -2, 0, 2].map((at) => ({ at, label: at < 0 ? `1/${2 ** -at}` : String(2 ** at) }));
  return {
    kind: 'chart',
    name: 'distances',
    caption:
      'Distance of the nearest error in l2: found by an attack, against told from errors under noise. On the line both are the same.',
    chart: {
      alt: 'Found distances rise with told ones.',
      x: { title: 'told from noise', ticks },
      y: { title: 'found', ticks },
      series: [
        {
          name: 'the same',
          tone: 'reference',
          points: [
            [-6, -6],
            [2, 2],
          ],
          shown: 'line',
        },
        ...found.map(({ role, points }, i) => ({
          name: role,
          tone: i === 0 ? ('first' as const) : ('second' as const),
          points: points.map(([x, y]) => [Math.max(-6, log(x)), Math.max(-6, log(y))] as const),
          shown: 'points' as const,
        })),
      ],
    },
  };
}
