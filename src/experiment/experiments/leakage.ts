/** @file Robust feature leakage (Goh 2019): what a robust model's own features give on D_rand and D_det. */

import { pickImages, pixelsOf } from '../../data/image-array.ts';
import type { Model } from '../../model/model.ts';
import { randomStream } from '../../random/random-stream.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { robustLinear } from '../linear/robust-linear.ts';
import { softmaxRegression } from '../linear/softmax-regression.ts';
import { accuracyOf, robustAccuracyOf } from '../networks.ts';
import { otherClass } from '../other-class.ts';
import { perturbedTowards } from '../perturbed-set.ts';
import { firstOf, type PictureSet, pictureSet, picturesOf } from '../picture-set.ts';
import { chanceMargin, exceeds, isAbove, isAtMost } from '../summary.ts';

/** How much is computed. */
export type LeakageSettings = {
  readonly pictures: number;
  readonly testPictures: number;
  /** Length of the changes in D_rand and D_det, in l2. */
  readonly epsilon: number;
  readonly steps: number;
  /** Radius in l2 that the linear classifier is trained for, and attacked with. */
  readonly radius: number;
  readonly epochs: number;
  readonly attacked: number;
};

const cifar: LeakageSettings = {
  pictures: 2000,
  testPictures: 1000,
  epsilon: 1,
  steps: 20,
  radius: 0.25,
  epochs: 60,
  attacked: 200,
};

/** The experiment. */
export const leakage: Experiment<LeakageSettings> = {
  name: 'leakage',
  title: 'Do robust features leak into mislabelled sets?',
  claim:
    'D_rand teaches partly through robust features: ten provably robust linear features, trained on D_rand alone, beat chance on the true test set. In D_det they point to the wrong class, and give nothing.',
  paper: 'Goh 2019, "Robust feature leakage", in Distill’s discussion of Ilyas et al.',
  protocol: [
    'Train linear classifiers, one class against all others, on the exact worst case in an l2 ball: log(1 + exp(-(y wᵀx - eps |w|))). Their ten scores are the robust features; no network and no attack is needed to know that they are.',
    'Make D_rand and D_det as in the experiment "mislabelled", where no picture bears its true label; and D_rand as it was published, whose targets are drawn among all classes, so that one picture in ten keeps its true label.',
    'Fit a linear classifier of only these ten features to the labels of D_rand, and of D_det; test it on clean test pictures with their true labels.',
    'The same with the ten class scores of a robust network, and with the features of true pictures as the bound.',
  ],
  published: [
    {
      measure: 'robust linear features, D_rand as published: clean accuracy',
      value: 0.235,
      source: 'Goh, CIFAR-10, D_rand of Ilyas et al.',
    },
    {
      measure: 'robust linear features, D_det: clean accuracy',
      value: 0.0681,
      source: 'Goh, CIFAR-10, D_det of Ilyas et al.',
    },
  ],
  usualData: 'cifar10',
  sources: ['standard', 'robust'],
  scales: {
    quick: { cifar10: cifar, other: cifar },
    full: {
      cifar10: { ...cifar, pictures: 8000, testPictures: 10_000 },
      other: { ...cifar, pictures: 8000, testPictures: 10_000 },
    },
  },

  async run(context, settings): Promise<Findings> {
    const { pictures, testPictures, epsilon, steps, radius, epochs, attacked } = settings;
    const real = await context.pictures('train', pictures);
    const test = await context.pictures('test', testPictures);
    const source = await context.source('standard');
    const classes = real.array.classNames.length;
    const labels = real.array.labels;
    const change = { epsilon, steps };
    const dRand = await perturbedTowards(
      context,
      source,
      real,
      (i) => otherClass(labels[i]!, classes, i),
      'D_rand',
      change,
    );
    const own = Array.from(labels.keys()).filter((i) => drawnTrue(i, classes));
    const towardsOwn = await perturbedTowards(
      context,
      source,
      await pictureSet(pickImages(real.array, own)),
      (i) => labels[own[i]!]!,
      'D_rand, true targets',
      change,
    );
    const sets = {
      'true pictures': real,
      D_rand: dRand,
      'D_rand as published': await replaced(dRand, own, towardsOwn),
      D_det: await perturbedTowards(context, source, real, (i) => (labels[i]! + 1) % classes, 'D_det', change),
    };
    const robust = await robustLinear(context, real, { epsilon: radius, epochs });
    const plain = await robustLinear(context, real, { epsilon: 0, epochs });
    const shown = await firstOf(test, attacked);
    const measures: Measure[] = [{ name: 'chance', value: 1 / classes, unit: 'share' }];
    for (const [name, model] of [
      ['plain linear classifier', plain],
      ['robust linear classifier', robust],
    ] as const) {
      measures.push(
        {
          name: `${name}: clean accuracy`,
          value: await accuracyOf(model.model, test),
          unit: 'share',
          of: test.array.shape[0],
        },
        {
          name: `${name}: accuracy under attack`,
          value: await robustAccuracyOf(context, model, shown, { norm: 'l2', epsilon: radius }),
          unit: 'share',
          of: shown.array.shape[0],
        },
      );
    }
    const network = await context.source('robust');
    for (const [name, { model }] of [
      ['robust linear features', robust],
      ['scores of a robust network', network],
    ] as const) {
      const testFeatures = await scoresOf(model, test);
      for (const [setName, set] of Object.entries(sets)) {
        const classify = softmaxRegression(await scoresOf(model, set), set.array.labels, classes);
        const right = testFeatures.filter((row, i) => classify(row) === test.array.labels[i]).length;
        measures.push({
          name: `${name}, ${setName}: clean accuracy`,
          value: right / testFeatures.length,
          unit: 'share',
          of: testFeatures.length,
        });
      }
    }
    return {
      measures,
      sets: [
        { name: 'd-rand', set: dRand.array },
        { name: 'd-rand-as-published', set: sets['D_rand as published'].array },
        { name: 'd-det', set: sets.D_det.array },
      ],
      figures: [
        {
          kind: 'pictures',
          name: 'sets',
          caption: 'The first training pictures, and what they became.',
          rows: Object.entries(sets).map(([title, set]) => ({
            title,
            pictures: picturesOf(set, 10),
          })),
        },
      ],
      notes: [
        'Goh takes the sets that Ilyas et al. published, of 50 000 pictures led by a ResNet-50. Features here see few pictures, so that the bound given by true pictures is low as well.',
        `Changes have length ${settings.epsilon} in l2 and are found in ${settings.steps} steps, the paper’s 0.5 and 100; the embedded source network has seen the whole training set.`,
        'Not offered on shapes: their colours and places are drawn anew for every picture, and linear classifiers of pixels are hardly above chance there (13 %).',
        'The linear features are provably robust in the ball that they were trained for; the scores of a robust network are so only as far as attacks tell.',
      ],
    };
  },

  judge: (results) => {
    const chance = results.of('chance').mean;
    const linear = (set: string) => results.of(`robust linear features, ${set}: clean accuracy`);
    return [
      {
        statement: 'The robust linear classifier is more accurate under attack than the plain one.',
        holds: exceeds(
          results.of('robust linear classifier: accuracy under attack'),
          results.of('plain linear classifier: accuracy under attack'),
        ),
      },
      {
        statement: `On D_rand as published the robust linear features beat chance (${(100 * chance).toFixed(0)} %): they leak.`,
        holds: isAbove(linear('D_rand as published'), chance),
      },
      {
        statement: 'On D_rand without true labels they give less than that.',
        holds: exceeds(linear('D_rand as published'), linear('D_rand')),
      },
      {
        statement: 'On D_det they do not beat chance: in no seed may they be more than five points better than chance.',
        holds: isAtMost(linear('D_det'), chance + chanceMargin),
      },
      {
        statement: 'Nor do the scores of a robust network on D_det.',
        holds: isAtMost(results.of('scores of a robust network, D_det: clean accuracy'), chance + chanceMargin),
      },
    ];
  },
};

/** Whether a target drawn among all classes is the true one. */
function drawnTrue(i: number, classes: number): boolean {
  return randomStream(0, i, 0x6f776e).uniform() < 1 / classes;
}

/** A set with other pictures, and their labels, at some places. */
function replaced({ array }: PictureSet, places: readonly number[], by: PictureSet): Promise<PictureSet> {
  const [pixels, labels] = [array.pixels.slice(), array.labels.slice()];
  const size = pixels.length / array.shape[0];
  places.forEach((place, i) => {
    pixels.set(by.array.pixels.subarray(i * size, (i + 1) * size), place * size);
    labels[place] = by.array.labels[i]!;
  });
  return pictureSet({ ...array, name: 'D_rand as published', pixels, labels });
}

/** Class scores of every picture, as rows. */
async function scoresOf(model: Model, { array }: PictureSet): Promise<Float64Array[]> {
  const rows: Float64Array[] = [];
  const count = array.shape[0];
  const size = Math.min(100, model.maxBatch);
  while (rows.length < count) {
    const indices = Array.from({ length: Math.min(size, count - rows.length) }, (_, i) => rows.length + i);
    const scores = await model.predict(pixelsOf(array, indices), indices.length);
    indices.forEach((_, i) => {
      rows.push(Float64Array.from(scores.subarray(i * model.classCount, (i + 1) * model.classCount)));
    });
  }
  return rows;
}
