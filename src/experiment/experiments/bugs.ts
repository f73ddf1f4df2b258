/** @file Adversarial examples that are just bugs (Nakkiran 2019): changes that transfer to no other network teach nothing. */
import type { ExperimentContext, KnownModel } from '../context.ts';
import { type DisentangledOptions, disentangledTowards } from '../disentangled-set.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { accuracyOf, type StudentOptions, trainedOn } from '../networks.ts';
import { type PictureSet, picturesOf } from '../picture-set.ts';
import { chanceMargin, exceeds, highEnd, isAbove, isAtMost, isBelow } from '../summary.ts';

/** How much is computed. */
export type BugsSettings = {
  /** Training pictures, of all networks. */
  readonly pictures: number;
  readonly testPictures: number;
  /** Radius in l∞, pixels from 0 to 1; steps are a quarter of it. */
  readonly epsilon: number;
  readonly steps: number;
  /** Networks in the ensemble. */
  readonly ensemble: number;
  readonly net: string;
  readonly width: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
};

const cifar: BugsSettings = {
  pictures: 4000,
  testPictures: 1000,
  epsilon: 8 / 255,
  steps: 10,
  ensemble: 3,
  net: 'convnet',
  width: 16,
  epochs: 8,
  batchSize: 32,
  learningRate: 0.05,
};
// Shapes take more pictures to learn.
const shapes = { ...cifar, pictures: 8000 };

/** The experiment. */
export const bugs: Experiment<BugsSettings> = {
  name: 'bugs',
  title: 'Some adversarial examples are just bugs',
  claim:
    'Adversarial changes that fool one network and no other of its kind exist, as near and as sure as ordinary ones. A network that is trained on pictures so changed learns nothing about clean ones: these changes are no features of the data but bugs of the network.',
  paper: 'Nakkiran 2019, "Adversarial examples are just bugs, too", in Distill’s discussion of Ilyas et al.',
  protocol: [
    'Train networks of one architecture on the same pictures from different seeds: a source, an ensemble, and one that neither attack sees.',
    'Lead every training picture to the class after its own by ten steps in an l∞ ball: ordinary targeted PGD on the source; and disentangled, which besides lowers the mean loss of the ensemble at the true class.',
    'Measure success on the source, and targeted transfer to the network that was not seen.',
    'Train new networks on both sets, labelled with the class that pictures were led to; test on clean pictures under their labels (X, Y), and under the next class (X, Y+1).',
  ],
  published: [
    ...(
      [
        ['PGD: success on the source', 0.996],
        ['PGD: transfer to a network not seen', 0.521],
        ['PGD: student, clean accuracy', 0.237],
        ['PGD: student, clean pictures called the next class', 0.404],
        ['disentangled: success on the source', 0.986],
        ['disentangled: transfer to a network not seen', 0.008],
        ['disentangled: student, clean accuracy', 0.025],
        ['disentangled: student, clean pictures called the next class', 0.759],
      ] as const
    ).map(([measure, value]) => ({
      measure,
      value,
      source: 'Nakkiran, ResNet-18 on CIFAR-10, l∞ 8/255, ensemble of 10',
    })),
  ],
  usualData: 'cifar10',
  scales: {
    quick: { shapes, cifar10: cifar, other: cifar },
    full: {
      shapes: {
        ...shapes,
        pictures: 20_000,
        testPictures: 2000,
        ensemble: 5,
        epochs: 20,
        batchSize: 128,
        learningRate: 0.1,
      },
      cifar10: { ...cifar, pictures: 20_000, ensemble: 5, epochs: 20, batchSize: 128, learningRate: 0.1 },
      other: { ...cifar, pictures: 20_000, ensemble: 5, epochs: 20, batchSize: 128, learningRate: 0.1 },
    },
  },

  async run(context, settings): Promise<Findings> {
    const { pictures, testPictures, epsilon, steps, net, width, epochs, batchSize, learningRate } = settings;
    const real = await context.pictures('train', pictures);
    const test = await context.pictures('test', testPictures);
    const student: StudentOptions = { net, width, epochs, batchSize, learningRate };
    const [source, unseen, ...ensemble] = await trainedApart(context, real, 2 + settings.ensemble, student);
    const classes = real.array.classNames.length;
    const next = (y: number) => (y + 1) % classes;
    const measures: Measure[] = [
      { name: 'chance', value: 1 / classes, unit: 'share' },
      {
        name: 'source: clean accuracy',
        value: await accuracyOf(source!.model, test),
        unit: 'share',
        of: test.array.shape[0],
      },
      {
        name: 'network not seen: clean accuracy',
        value: await accuracyOf(unseen!.model, test),
        unit: 'share',
        of: test.array.shape[0],
      },
    ];
    const ball = { norm: 'linf', epsilon, steps, stepSize: epsilon / 4 } as const;
    const made: { name: string; set: PictureSet }[] = [];
    for (const [name, members] of [
      ['PGD', []],
      ['disentangled', ensemble],
    ] as const) {
      const options: DisentangledOptions = { ...ball, ensemble: members };
      const set = await disentangledTowards(
        context,
        source!,
        real,
        (i) => next(real.array.labels[i]!),
        `pictures by ${name}`,
        options,
      );
      made.push({ name, set });
      const { model } = await trainedOn(context, set, student);
      const share = (what: string, value: number, of: number): Measure => ({
        name: `${name}: ${what}`,
        value,
        unit: 'share',
        of,
      });
      measures.push(
        share('success on the source', await accuracyOf(source!.model, set), set.array.shape[0]),
        share('transfer to a network not seen', await accuracyOf(unseen!.model, set), set.array.shape[0]),
        share('network not seen still right', await rightOf(unseen!, set, real), set.array.shape[0]),
        share('student, accuracy on its own training pictures', await accuracyOf(model, set), set.array.shape[0]),
        share('student, clean accuracy', await accuracyOf(model, test), test.array.shape[0]),
        share(
          'student, clean pictures called the next class',
          await accuracyOf(model, test, next),
          test.array.shape[0],
        ),
      );
    }
    return {
      measures,
      sets: made.map(({ name, set }) => ({ name: `pictures-${name.toLowerCase()}`, set: set.array })),
      figures: [
        {
          kind: 'pictures',
          name: 'sets',
          caption:
            'Training pictures, and what both attacks made of them. Each is labelled with the class after its own.',
          rows: [{ name: 'true pictures', set: real }, ...made].map(({ name, set }) => ({
            title: name,
            pictures: picturesOf(set, 10),
          })),
        },
      ],
      notes: [
        `The ensemble has ${settings.ensemble} networks, the paper’s 10; the network that measures transfer is none of them. All are small.`,
        'Success and transfer are counted on the training pictures, which all networks have seen; students are tested on others.',
        'Seeds decide all networks here, the attacked one among them, so that intervals over seeds are of the whole experiment.',
      ],
    };
  },

  judge: (results) => {
    const of = (measure: string) => results.of(measure);
    return [
      {
        statement: 'Both attacks nearly always succeed on the source (over 90 %).',
        holds: ['PGD', 'disentangled'].every((name) => isAbove(of(`${name}: success on the source`), 0.9)),
      },
      {
        statement: 'Disentangled changes hardly transfer (below 6 %), ordinary ones do at least five times as often.',
        holds:
          isBelow(of('disentangled: transfer to a network not seen'), 0.06) &&
          isAbove(
            of('PGD: transfer to a network not seen'),
            5 * highEnd(of('disentangled: transfer to a network not seen')),
          ),
      },
      {
        statement: 'Ordinary changes teach: a network trained on them is better than chance on clean pictures.',
        holds: isAbove(of('PGD: student, clean accuracy'), of('chance').mean),
      },
      {
        statement: 'Disentangled changes do not: in no seed may it be more than five points better than chance.',
        holds: isAtMost(of('disentangled: student, clean accuracy'), of('chance').mean + chanceMargin),
      },
      {
        statement: 'The first learns clearly more than the second.',
        holds: exceeds(of('PGD: student, clean accuracy'), of('disentangled: student, clean accuracy')),
      },
    ];
  },
};

/** Networks of seeds of their own. */
async function trainedApart(
  context: ExperimentContext,
  set: PictureSet,
  count: number,
  student: StudentOptions,
): Promise<KnownModel[]> {
  const networks: KnownModel[] = [];
  for (let k = 0; k < count; k++)
    networks.push(await trainedOn({ ...context, seed: 1000 * (k + 1) + context.seed }, set, student));
  return networks;
}

/** Share of changed pictures that a network gives the class of the pictures that they were made from. */
function rightOf({ model }: KnownModel, made: PictureSet, from: PictureSet): Promise<number> {
  return accuracyOf(model, { ...made, array: { ...made.array, labels: from.array.labels } });
}
