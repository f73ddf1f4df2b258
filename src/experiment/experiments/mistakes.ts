/** @file Learning from incorrectly labelled data (Wallace 2019): what a network gets wrong teaches what it knows. */
import { pickImages } from '../../data/image-array.ts';
import { mean } from '../../distance/mean.ts';
import { randomStream } from '../../random/random-stream.ts';
import type { ExperimentContext } from '../context.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { ExperimentError } from '../experiment-error.ts';
import { effectiveTrials } from '../interval.ts';
import { accuracyOf, answersOf, trainedOn } from '../networks.ts';
import { otherClass } from '../other-class.ts';
import { type PictureSet, pictureSet, picturesOf, relabelled } from '../picture-set.ts';
import { learntByHeart, movedAcross, pointSet, randomPoints } from '../plane-points.ts';
import { chanceMargin, exceeds, isAbove, isAtMost } from '../summary.ts';

/** How much is computed. */
export type MistakesSettings = {
  readonly pictures: number;
  readonly testPictures: number;
  readonly net: string;
  readonly width: number;
  readonly teacherEpochs: number;
  readonly studentEpochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Drawings of points in the plane, and points in each. */
  readonly planes: number;
  readonly points: number;
  readonly planeEpochs: number;
  /** Radius of the attack in the plane, l∞ in the unit square. */
  readonly planeEpsilon: number;
};

const plane = { planes: 16, points: 32, planeEpochs: 400, planeEpsilon: 0.12 };
const shapes: MistakesSettings = {
  pictures: 4000,
  testPictures: 500,
  net: 'convnet',
  width: 16,
  teacherEpochs: 2,
  studentEpochs: 12,
  batchSize: 32,
  learningRate: 0.05,
  ...plane,
};
const cifar = { ...shapes, testPictures: 1000 };

/** The experiment. */
export const mistakes: Experiment<MistakesSettings> = {
  name: 'mistakes',
  title: 'Learning from wrong labels alone',
  claim:
    'That a network learns from mislabelled adversarial examples is one case of something wider: the errors of a model, all of them wrongly labelled, teach another much of what the model knows. Labels that are wrong at random teach nothing.',
  paper: 'Wallace 2019, "Learning from incorrectly labeled data", in Distill’s discussion of Ilyas et al.',
  protocol: [
    'In the plane: give random points random labels, and let a network learn them by heart. Move each point across its boundary within l∞, and label it with what it then is: every label is wrong. Train a new network on these alone; test it on the first points. Control: moved as far, but at random.',
    'On pictures: train a network for a few epochs, let it name its training pictures, and keep only those that it gets wrong, under its wrong names. Train a new network on these alone; test it on clean pictures with true labels.',
    'Control: the same pictures under names that are wrong at random.',
  ],
  published: [
    {
      measure: 'plane: student right on the first points',
      value: 23 / 32,
      source: 'Wallace, one drawing of 32 points',
    },
    { measure: 'teacher: clean accuracy', value: 0.631, source: 'Wallace, ResNet-18 on CIFAR-10 after 2 epochs' },
    { measure: 'student of errors: clean accuracy', value: 0.497, source: 'Wallace, 18 768 errors' },
  ],
  usualData: 'shapes',
  scales: {
    quick: { shapes, cifar10: cifar, other: cifar },
    full: {
      shapes: { ...shapes, pictures: 20_000, testPictures: 2000, planes: 50 },
      cifar10: { ...cifar, pictures: 50_000, testPictures: 10_000, teacherEpochs: 2, planes: 50 },
      other: { ...cifar, pictures: 50_000, testPictures: 10_000, teacherEpochs: 2, planes: 50 },
    },
  },

  async run(context, settings): Promise<Findings> {
    const { pictures, testPictures, net, width, teacherEpochs, studentEpochs, batchSize, learningRate } = settings;
    const real = await context.pictures('train', pictures);
    const test = await context.pictures('test', testPictures);
    const classes = real.array.classNames.length;
    const onPlane = await planeMeasures(context, settings);

    const teacher = await trainedOn(context, real, { net, width, epochs: teacherEpochs, batchSize, learningRate });
    const answers = await answersOf(teacher.model, real);
    const wrong = Array.from(answers.keys()).filter((i) => answers[i] !== real.array.labels[i]);
    if (wrong.length === 0)
      throw new ExperimentError(
        `The teacher names all ${answers.length} pictures of ${real.array.name} rightly, so that there are no errors to learn from: name harder --data.`,
      );
    const wronglyNamed = await pictureSet(pickImages(real.array, wrong));
    const errors = await relabelled(wronglyNamed, 'errors', (k) => answers[wrong[k]!]!);
    const random = await relabelled(wronglyNamed, 'random errors', (k) =>
      otherClass(real.array.labels[wrong[k]!]!, classes, k),
    );
    const student = { net, width, epochs: studentEpochs, batchSize, learningRate };
    // Students begin elsewhere than their teacher.
    const apart: ExperimentContext = { ...context, seed: 1000 + context.seed };
    const accuracy = async (set: PictureSet) => accuracyOf((await trainedOn(apart, set, student)).model, test);
    const share = (name: string, value: number, of: number): Measure => ({ name, value, unit: 'share', of });
    const count = test.array.shape[0];
    return {
      measures: [
        { name: 'chance', value: 1 / classes, unit: 'share' },
        ...onPlane,
        share('teacher: accuracy on its training pictures', 1 - wrong.length / answers.length, real.array.shape[0]),
        share('teacher: clean accuracy', await accuracyOf(teacher.model, test), count),
        { name: 'errors to learn from', value: wrong.length, unit: 'number' },
        {
          name: 'errors that bear their true label',
          value: errors.array.labels.filter((label, k) => label === wronglyNamed.array.labels[k]).length,
          unit: 'number',
        },
        share('student of errors: clean accuracy', await accuracy(errors), count),
        share('student of random wrong labels: clean accuracy', await accuracy(random), count),
        share('student of the same pictures, true labels: clean accuracy', await accuracy(wronglyNamed), count),
      ],
      sets: [{ name: 'errors', set: errors.array }],
      figures: [
        {
          kind: 'pictures',
          name: 'errors',
          caption: `Training pictures of the student, true name → the name it learns: ${Array.from({ length: Math.min(10, wrong.length) }, (_, k) => `${real.array.classNames[wronglyNamed.array.labels[k]!]} → ${real.array.classNames[errors.array.labels[k]!]}`).join(', ')}.`,
          rows: [
            {
              title: 'errors',
              pictures: picturesOf(errors, 10),
            },
          ],
        },
      ],
      notes: [
        'The paper also lets a network of digits name pictures of clothes, which is not repeated. In the plane, points that the attack cannot move across are left out of the student’s training, and counted among those it is tested on.',
      ],
    };
  },

  judge: (results) => {
    const of = (measure: string) => results.of(measure);
    const chance = of('chance').mean;
    return [
      {
        statement: 'No label that a student learns from is true.',
        holds: of('errors that bear their true label').mean === 0,
      },
      {
        statement:
          'In the plane a network that only saw wrong labels is right on more than half of the first points, and clearly more often than the control.',
        holds:
          isAbove(of('plane: student right on the first points'), 0.5) &&
          exceeds(of('plane: student right on the first points'), of('plane: control right on the first points')),
      },
      {
        statement: `A network that learns from another’s errors alone beats chance (${(100 * chance).toFixed(0)} %) on clean pictures.`,
        holds: isAbove(of('student of errors: clean accuracy'), chance),
      },
      {
        statement:
          'From labels that are wrong at random it learns less: in no seed may it be more than five points better than chance.',
        holds:
          exceeds(of('student of errors: clean accuracy'), of('student of random wrong labels: clean accuracy')) &&
          isAtMost(of('student of random wrong labels: clean accuracy'), chance + chanceMargin),
      },
    ];
  },
};

async function planeMeasures(
  context: ExperimentContext,
  { planes, points, planeEpochs, planeEpsilon }: MistakesSettings,
): Promise<Measure[]> {
  const right = await context.step('points in the plane', async (tick) => {
    const found: number[][] = [[], [], [], []];
    for (let p = 0; p < planes; p++) {
      const first = randomPoints(points, context.seed, p);
      const options = { seed: 100 * context.seed + p, epochs: planeEpochs };
      const teacher = await learntByHeart(context, first, options);
      const rightOf = async ({ model }: { model: typeof teacher.model }) => accuracyOf(model, await pictureSet(first));
      found[0]!.push(await rightOf(teacher));
      const { moved: across, from } = await movedAcross(teacher, first, planeEpsilon);
      found[1]!.push(from.length / points);
      if (across === undefined) {
        found[2]!.push(0);
        found[3]!.push(0);
      } else {
        const other = { ...options, seed: options.seed + 50 };
        found[2]!.push(await rightOf(await learntByHeart(context, across, other)));
        const { uniform } = randomStream(context.seed, p, 0x636f6e74);
        const shaken = across.pixels.map((_, at) => {
          const own = first.pixels[2 * from[at >> 1]! + (at & 1)]!;
          return Math.min(1, Math.max(0, own + planeEpsilon * (uniform() < 0.5 ? -1 : 1)));
        });
        found[3]!.push(
          await rightOf(
            await learntByHeart(context, pointSet(shaken as Float32Array, across.labels as Int32Array), other),
          ),
        );
      }
      tick(p + 1, planes);
    }
    return found;
  });
  // The points of a plane share their networks, so that they are fewer trials than points.
  const share = (what: string, shares: readonly number[]): Measure => ({
    name: `plane: ${what}`,
    value: mean(shares),
    unit: 'share',
    of: effectiveTrials(shares, points),
  });
  return [
    share('teacher right on the first points', right[0]!),
    share('points moved across', right[1]!),
    share('student right on the first points', right[2]!),
    share('control right on the first points', right[3]!),
  ];
}
