/** @file Robust networks as priors: class images without any other prior, and what input gradients point to. */

import { mean } from '../../distance/mean.ts';
import type { Picture } from '../../image/image.ts';
import { topClass } from '../../model/top-class.ts';
import { classImages } from '../class-images.ts';
import type { KnownModel } from '../context.ts';
import { directionPicture } from '../direction-picture.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { cosine, highFrequencyShare, inputGradients } from '../input-gradients.ts';
import { effectiveTrials } from '../interval.ts';
import { energyWithin, principalDirections } from '../linear/principal-directions.ts';
import { meanMeasure } from '../mean-measure.ts';
import { type PictureSet, picturesOf } from '../picture-set.ts';
import { exceeds } from '../summary.ts';

/** How much is computed. */
export type PriorsSettings = {
  /** Classes that are drawn, at most, and images of each. */
  readonly classes: number;
  readonly images: number;
  readonly steps: number;
  /** Length of a step in l2. */
  readonly stepLength: number;
  /** Test pictures at which gradients are taken. */
  readonly testPictures: number;
  /** Deviation of the noise at which gradients are held against the denoiser's. */
  readonly sigma: number;
  /** Training pictures, and how many principal directions are taken of them. */
  readonly pictures: number;
  readonly directions: number;
};

const quick: PriorsSettings = {
  classes: 10,
  images: 2,
  steps: 60,
  stepLength: 0.3,
  testPictures: 100,
  sigma: 0.1,
  pictures: 400,
  directions: 50,
};
const full = { ...quick, images: 10, steps: 200, testPictures: 1000 };

/** The experiment. */
export const priors: Experiment<PriorsSettings> = {
  name: 'priors',
  title: 'A robust network is a prior of pictures',
  claim:
    'Raising a class score by nothing but gradient steps on the pixels fills the picture with noise where the network is standard, and draws something of the class where it is robust, since its gradients point along what pictures are made of: with the picture itself, and with the direction to likelier pictures that a denoiser gives.',
  paper:
    'Engstrom et al. 2019, "Adversarial robustness as a prior for learned representations"; Santurkar et al. 2019; Etmann et al. 2019 and Srinivas et al. 2023 on the alignment of gradients',
  protocol: [
    'From faint noise around grey, raise the score of a class by steps of one length in l2 on the pixels: no other prior, no transforms, for a standard and a robust network alike.',
    'Ask networks that had no part in it, a second standard one and the other one of the two, for the class of each image.',
    'At test pictures, the gradient of the own class’s score less the mean of all: its share of energy in high frequencies, its share in the first principal directions of training pictures, and its cosine with the picture (less the mean of all).',
    'At noisy test pictures, its cosine with (R(x) - x) / sigma², the gradient of log p by a denoiser R that was trained on the data.',
  ],
  published: [],
  usualData: 'cifar10',
  sources: ['standard', 'robust', 'second', 'denoiser'],
  scales: {
    quick: { shapes: quick, cifar10: quick, other: quick },
    full: { shapes: full, cifar10: full, other: full },
  },

  async run(context, settings): Promise<Findings> {
    const { testPictures, sigma, pictures, directions } = settings;
    const test = await context.pictures('test', testPictures);
    const [, channels, height, width] = test.array.shape;
    const classes = Math.min(settings.classes, test.array.classNames.length);
    const denoiser = await context.denoiser();
    const sources = { standard: await context.source('standard'), robust: await context.source('robust') };
    const second = await context.source('second');
    const centred = lessMean(test);
    const basis = await context.step('principal directions', async () =>
      principalDirections(
        lessMean(await context.pictures('train', pictures)).map((x) => Float64Array.from(x)),
        directions,
      ),
    );
    const measures: Measure[] = [
      meanMeasure(
        'natural pictures: energy in high frequencies',
        'share',
        centred.map((x) => highFrequencyShare(x, height, width)),
      ),
    ];
    const rows: { title: string; pictures: Picture[] }[] = [];
    const maps: { title: string; pictures: Picture[] }[] = [{ title: 'pictures', pictures: picturesOf(test, 10) }];
    for (const role of ['standard', 'robust'] as const) {
      const source = sources[role];
      const drawn = await classImages(context, source, classes, test, settings);
      // Images of one class are alike, and count as fewer trials than there are; classes are independent.
      const readBy = async (reader: string, { model }: KnownModel): Promise<Measure> => {
        const right: number[] = [];
        for (const { data, label } of drawn) right.push(Number(topClass(await model.predict(data, 1)) === label));
        const of = effectiveTrials(perClass(right, classes), settings.images);
        return { name: `${role}: class images read by ${reader}`, value: mean(right), unit: 'share', of };
      };
      const energies = drawn.map(({ data }) => highFrequencyShare(withoutMean(data, height * width), height, width));
      const other = role === 'standard' ? 'robust' : 'standard';
      measures.push(
        await readBy('itself', source),
        await readBy('a second standard network', second),
        await readBy('the other of both', sources[other]),
        meanMeasure(`${role}: energy of class images in high frequencies`, 'share', perClass(energies, classes)),
      );
      rows.push({
        title: role,
        pictures: drawn.slice(0, classes).map(({ data }) => ({ data, channels, height, width })),
      });

      const clean = await context.step(`gradients of ${role}`, () => inputGradients(source.model, test));
      const noisy = await context.step(`noisy gradients of ${role}`, () =>
        inputGradients(source.model, test, { sigma, denoiser }),
      );
      measures.push(
        meanMeasure(
          `${role}: energy of gradients in high frequencies`,
          'share',
          clean.map(({ gradient }) => highFrequencyShare(gradient, height, width)),
        ),
        meanMeasure(
          `${role}: energy of gradients in principal directions`,
          'share',
          clean.map(({ gradient }) => energyWithin(gradient, basis)),
        ),
        meanMeasure(
          `${role}: cosine of gradient and picture, size`,
          'number',
          clean.map(({ gradient }, i) => Math.abs(cosine(gradient, centred[i]!))),
        ),
        meanMeasure(
          `${role}: cosine of gradient and denoiser`,
          'number',
          noisy.map(({ gradient, score }) => cosine(gradient, score!)),
        ),
      );
      maps.push({
        title: `gradient, ${role}`,
        pictures: clean.slice(0, 10).map(({ gradient }) => directionPicture(gradient, [channels, height, width])),
      });
      if (role === 'robust')
        maps.push({
          title: 'denoiser',
          pictures: noisy.slice(0, 10).map(({ score }) => directionPicture(score!, [channels, height, width])),
        });
    }
    return {
      measures,
      figures: [
        {
          kind: 'pictures',
          name: 'class-images',
          caption: `Images of every class in turn (${test.array.classNames.slice(0, classes).join(', ')}), by gradient steps on pixels alone.`,
          rows,
        },
        {
          kind: 'pictures',
          name: 'gradients',
          caption: `Test pictures, input gradients there, and the denoiser’s direction to likelier pictures at noise of ${sigma}; grey is 0, each on its own scale.`,
          rows: maps,
        },
      ],
      notes: [
        'Intervals of class images are over classes, those of gradients over test pictures. Seeds decide the class images alone.',
        'The networks are small; published class images come from a ResNet-50 at 224 pixels. A network reads its own images by construction; what the others make of them counts.',
        'A denoiser’s direction at a noisy picture is first of all the noise taken away, in which a class score has no part, so that cosines with it are small for every network.',
      ],
    };
  },

  judge: (results) => {
    const of = (role: string, what: string) => results.of(`${role}: ${what}`);
    const more = (what: string) => exceeds(of('robust', what), of('standard', what));
    const less = (what: string) => exceeds(of('standard', what), of('robust', what));
    return [
      {
        statement:
          'The standard network reads more of the robust one’s class images than the robust one of the standard one’s.',
        holds: more('class images read by the other of both'),
      },
      {
        statement: 'The standard network’s class images have more of their energy in high frequencies.',
        holds: less('energy of class images in high frequencies'),
      },
      { statement: 'So have its input gradients.', holds: less('energy of gradients in high frequencies') },
      {
        statement: 'More of the robust network’s gradients lies where pictures vary most.',
        holds: more('energy of gradients in principal directions'),
      },
      {
        statement: 'They are more aligned with the picture itself.',
        holds: more('cosine of gradient and picture, size'),
      },
      {
        statement: 'And with the denoiser’s direction to likelier pictures.',
        holds: more('cosine of gradient and denoiser'),
      },
    ];
  },
};

/** Means over the images of each class, which are drawn class after class in turn. */
function perClass(values: readonly number[], classes: number): number[] {
  return Array.from({ length: classes }, (_, label) => mean(values.filter((_value, i) => i % classes === label)));
}

/** Pictures less the mean of all, pixel by pixel. */
function lessMean(set: PictureSet): Float32Array[] {
  const all = picturesOf(set).map(({ data }) => data);
  const mean = new Float32Array(all[0]!.length);
  for (const x of all) for (let j = 0; j < mean.length; j++) mean[j]! += x[j]! / all.length;
  return all.map((x) => x.map((value, j) => value - mean[j]!));
}

/** Each channel less its mean. */
function withoutMean(x: Float32Array, area: number): Float32Array {
  const result = x.slice();
  for (let from = 0; from < x.length; from += area) {
    const plane = result.subarray(from, from + area);
    const mean = plane.reduce((sum, value) => sum + value, 0) / area;
    for (let p = 0; p < area; p++) plane[p]! -= mean;
  }
  return result;
}
