/** @file Robust features suffice for some robustness: D_R and D_NR (Ilyas et al. 2019, section 3.1). */
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { matchErrors, matchedTo, startsOf } from '../matched-set.ts';
import { accuracyOf, robustAccuracyOf, trainedOn } from '../networks.ts';
import { firstOf, pictureAt } from '../picture-set.ts';
import { exceeds, isAbove } from '../summary.ts';

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
  /** Radius in l2 at which networks are attacked, and how many test pictures. */
  readonly attackRadius: number;
  readonly attacked: number;
};

const quick: RepresentationsSettings = {
  pictures: 1000,
  testPictures: 500,
  steps: 40,
  stepSize: 0.5,
  net: 'convnet',
  width: 16,
  epochs: 15,
  batchSize: 32,
  augment: true,
  attackRadius: 0.25,
  attacked: 200,
};
const full = { ...quick, pictures: 4000, testPictures: 1000, steps: 60, attacked: 300 };

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
    'Test on clean pictures, and under PGD in l2.',
  ],
  published: [
    { measure: 'true pictures: clean accuracy', value: 0.9525, source: 'Ilyas et al., ResNet-50 on CIFAR-10' },
    { measure: 'D_R: clean accuracy', value: 0.841, source: 'Ilyas et al., ResNet-50 on CIFAR-10' },
    { measure: 'D_R: accuracy under attack', value: 0.4827, source: 'Ilyas et al., l2 0.25' },
    { measure: 'D_NR: clean accuracy', value: 0.8768, source: 'Ilyas et al., ResNet-50 on CIFAR-10' },
    { measure: 'D_NR: accuracy under attack', value: 0.0082, source: 'Ilyas et al., l2 0.25' },
  ],
  usualData: 'shapes',
  scales: {
    quick: { shapes: quick, cifar10: quick, other: quick },
    full: { shapes: full, cifar10: full, other: full },
  },

  async run(context, settings): Promise<Findings> {
    const { pictures, testPictures, steps, stepSize, net, width, epochs, batchSize, augment } = settings;
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
      const ball = { norm: 'l2', epsilon: settings.attackRadius } as const;
      measures.push(
        {
          name: `${name}: clean accuracy`,
          value: await accuracyOf(trained.model, test),
          unit: 'share',
          of: test.array.shape[0],
        },
        {
          name: `${name}: accuracy under attack`,
          value: await robustAccuracyOf(context, trained, attacked, ball),
          unit: 'share',
          of: attacked.array.shape[0],
        },
      );
    }
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
    const starts = startsOf(pictures);
    const first = Array.from({ length: Math.min(10, pictures) }, (_, i) => i);
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
            { title: 'start', pictures: first.map((i) => pictureAt(real.array, starts[i] ?? i)) },
            { title: 'D_R', pictures: first.map((i) => pictureAt(dR.array, i)) },
            { title: 'D_NR', pictures: first.map((i) => pictureAt(dNR.array, i)) },
          ],
        },
      ],
      notes: [
        'The constructed sets are the same for all seeds; seeds decide the trainings.',
        `Features are matched in ${steps} steps that shrink, in the place of the paper's 1000 of one length.`,
      ],
    };
  },

  judge: (results) => {
    const of = (name: string, what: string) => results.of(`${name}: ${what}`);
    const chance = results.of('chance').mean;
    return [
      ...['D_R', 'D_NR'].map((name) => ({
        statement: `Training on ${name} gives clean accuracy clearly above chance.`,
        holds: isAbove(of(name, 'clean accuracy'), chance),
      })),
      ...['true pictures', 'D_NR'].map((name) => ({
        statement: `Training on D_R gives clearly more accuracy under attack than training on ${name}.`,
        holds: exceeds(of('D_R', 'accuracy under attack'), of(name, 'accuracy under attack')),
      })),
    ];
  },
};
