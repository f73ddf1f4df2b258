/** @file Robust features suffice for some robustness: D_R and D_NR (Ilyas et al. 2019, section 3.1). */
import type { ExperimentContext, KnownModel } from '../context.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { matchErrors, matchedTo, startsOf } from '../matched-set.ts';
import { accuracyOf, robustAccuracyOf, trainedOn } from '../networks.ts';
import { firstOf, type PictureSet, pictureAt } from '../picture-set.ts';
import { exceeds, isAbove, isBelow } from '../summary.ts';

/** How much is computed. */
export type RepresentationsSettings = {
  /** Training pictures of every set. */
  readonly pictures: number;
  readonly testPictures: number;
  readonly steps: number;
  /** Length of the first step in l2, pixels from 0 to 1. */
  readonly stepSize: number;
  readonly net: string;
  readonly width: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly augment: boolean;
  /** Radii in l2 at which networks are attacked, rising, and how many test pictures. */
  readonly attackRadii: readonly number[];
  readonly attacked: number;
};

const quick: RepresentationsSettings = {
  pictures: 2000,
  testPictures: 500,
  steps: 60,
  stepSize: 0.5,
  net: 'convnet',
  width: 16,
  epochs: 20,
  batchSize: 32,
  augment: true,
  attackRadii: [0.25, 0.5],
  attacked: 200,
};
const full = { ...quick, pictures: 4000, testPictures: 1000, steps: 100, stepSize: 1, attacked: 300 };
const cifarFull = { ...full, pictures: 6000, batchSize: 64 };

/** The experiment. */
export const representations: Experiment<RepresentationsSettings> = {
  name: 'representations',
  title: 'A robust network’s features make a standard training robust',
  claim:
    'Robustness can come from the data alone: ordinary training on pictures that hold only what a robust network sees gives a network that resists attacks somewhat; on pictures that hold what a standard network sees it gives an accurate one that does not.',
  paper: 'Ilyas et al. 2019, "Adversarial examples are not bugs, they are features", section 3.1',
  protocol: [
    'Take training pictures, and a robust and a standard network trained beforehand.',
    'For each picture start from another one, drawn from all classes, and descend on the relative distance of the features before the last layer, by normalised gradient steps without a ball. The gradient passes the last ReLU also where it is off.',
    'D_R: the robust network’s features; D_NR: the standard network’s. Round to 8 bits and keep the label of the picture whose features were matched.',
    'Train a new network in the ordinary way on each set, and one on the same number of true pictures.',
    'Test on clean pictures, and under PGD in l2; test the robust network, to show what training against attacks gives.',
  ],
  published: [
    { measure: 'true pictures: clean accuracy', value: 0.9525, source: 'Ilyas et al., ResNet-50 on CIFAR-10' },
    { measure: underAttack('true pictures', 0.25), value: 0.045, source: 'Ilyas et al., from memory, about' },
    { measure: 'D_R: clean accuracy', value: 0.841, source: 'Ilyas et al., ResNet-50 on CIFAR-10' },
    { measure: underAttack('D_R', 0.25), value: 0.4827, source: 'Ilyas et al.' },
    { measure: 'D_NR: clean accuracy', value: 0.8768, source: 'Ilyas et al., ResNet-50 on CIFAR-10' },
    { measure: underAttack('D_NR', 0.25), value: 0.0082, source: 'Ilyas et al.' },
    { measure: 'robust network: clean accuracy', value: 0.9083, source: 'Ilyas et al., trained against l2 0.5' },
    { measure: underAttack('robust network', 0.25), value: 0.823, source: 'Ilyas et al., trained against l2 0.5' },
  ],
  usualData: 'shapes',
  sources: ['robust', 'standard'],
  scales: {
    quick: { shapes: quick, cifar10: quick, other: quick },
    full: { shapes: full, cifar10: cifarFull, other: cifarFull },
  },

  async run(context, settings): Promise<Findings> {
    const { pictures, testPictures, steps, stepSize, net, width, epochs, batchSize, augment, attackRadii } = settings;
    const real = await context.pictures('train', pictures);
    const test = await context.pictures('test', testPictures);
    const attacked = await firstOf(test, settings.attacked);
    const [robust, standard] = [await context.source('robust'), await context.source('standard')];
    const dR = await matchedTo(context, robust, real, 'D_R', { steps, stepSize });
    const dNR = await matchedTo(context, standard, real, 'D_NR', { steps, stepSize });

    const student = { net, width, epochs, batchSize, ...(augment ? {} : { augmentation: {} }) };
    const measures: Measure[] = [{ name: 'chance', value: 1 / real.array.classNames.length, unit: 'share' }];
    for (const [name, set] of [
      ['true pictures', real],
      ['D_R', dR],
      ['D_NR', dNR],
    ] as const) {
      const trained = await trainedOn(context, set, student);
      measures.push(
        {
          name: `${name}: accuracy on its own training pictures`,
          value: await accuracyOf(trained.model, set),
          unit: 'share',
          of: set.array.shape[0],
        },
        ...(await accuracies(context, name, trained, test, attacked, attackRadii)),
      );
    }
    measures.push(...(await accuracies(context, 'robust network', robust, test, attacked, attackRadii)));
    for (const [name, set, { model }] of [
      ['D_R', dR, robust],
      ['D_NR', dNR, standard],
    ] as const) {
      const { start, end } = await matchErrors(model, set, real);
      measures.push(
        { name: `${name}: relative distance of features at the start`, value: start, unit: 'number' },
        { name: `${name}: relative distance of features, matched and rounded`, value: end, unit: 'number' },
      );
    }
    const starts = startsOf(real.array.shape[0]);
    const first = Array.from({ length: Math.min(10, starts.length) }, (_, i) => i);
    return {
      measures,
      sets: [
        { name: 'd-r', set: dR.array },
        { name: 'd-nr', set: dNR.array },
      ],
      figures: [
        {
          kind: 'pictures',
          name: 'sets',
          caption:
            'Pictures, where their searches began, and what has their features to the robust and the standard network.',
          rows: [
            { title: 'picture', pictures: first.map((i) => pictureAt(real.array, i)) },
            { title: 'start', pictures: first.map((i) => pictureAt(real.array, starts[i]!)) },
            { title: 'D_R', pictures: first.map((i) => pictureAt(dR.array, i)) },
            { title: 'D_NR', pictures: first.map((i) => pictureAt(dNR.array, i)) },
          ],
        },
      ],
      notes: [
        'The constructed sets are the same for all seeds; seeds decide the trainings.',
        'The embedded robust network is trained on single steps in l∞ 8/255, not against l2 0.5 as the paper’s; both networks have seen the whole training set, students only as many pictures as are told below.',
        `Features are matched in ${steps} steps that shrink, in the place of the paper's 1000 of one length.`,
      ],
    };
  },

  judge: (results, { attackRadii }) => {
    const chance = results.of('chance').mean;
    const largest = attackRadii.at(-1)!;
    return [
      ...['D_R', 'D_NR'].map((name) => ({
        statement: `Training on ${name} gives clean accuracy clearly above chance.`,
        holds: isAbove(results.of(`${name}: clean accuracy`), chance),
      })),
      {
        statement: `Training on D_NR gives no robustness: under attack of l2 ${largest} the network is clearly below chance.`,
        holds: isBelow(results.of(underAttack('D_NR', largest)), chance),
      },
      ...attackRadii.flatMap((radius) =>
        ['true pictures', 'D_NR'].map((name) => ({
          statement: `Training on D_R gives clearly more accuracy under attack of l2 ${radius} than training on ${name}.`,
          holds: exceeds(results.of(underAttack('D_R', radius)), results.of(underAttack(name, radius))),
        })),
      ),
    ];
  },
};

function underAttack(name: string, radius: number): string {
  return `${name}: accuracy under attack of l2 ${radius}`;
}

/** Of a network on clean pictures, and on some of them attacked at each radius. */
async function accuracies(
  context: ExperimentContext,
  name: string,
  known: KnownModel,
  test: PictureSet,
  attacked: PictureSet,
  radii: readonly number[],
): Promise<Measure[]> {
  const clean = await accuracyOf(known.model, test);
  const measures: Measure[] = [
    { name: `${name}: clean accuracy`, value: clean, unit: 'share', of: test.array.shape[0] },
  ];
  for (const epsilon of radii) {
    const value = await robustAccuracyOf(context, known, attacked, { norm: 'l2', epsilon });
    measures.push({ name: underAttack(name, epsilon), value, unit: 'share', of: attacked.array.shape[0] });
  }
  return measures;
}
