/** @file Transferability follows from shared features (Ilyas et al. 2019, section 3.3): who learns D_det is fooled by its changes. */
import { correlation } from '../../statistics/correlation.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { correlationInterval } from '../interval.ts';
import { accuracyOf, trainedOn } from '../networks.ts';
import { perturbedTowards } from '../perturbed-set.ts';
import { isAbove } from '../summary.ts';

/** How much is computed. */
export type TransferSettings = {
  /** Training pictures of every network. */
  readonly pictures: number;
  readonly testPictures: number;
  /** Length of the change in l2, pixels from 0 to 1. */
  readonly epsilon: number;
  readonly steps: number;
  readonly nets: readonly string[];
  readonly width: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly augment: boolean;
};

const quick: TransferSettings = {
  pictures: 1500,
  testPictures: 500,
  epsilon: 1,
  steps: 20,
  nets: ['convnet', 'convnet-max', 'convnet-average', 'resnet8', 'mlp', 'linear'],
  width: 16,
  epochs: 12,
  batchSize: 32,
  learningRate: 0.05,
  augment: true,
};
// Without augmentation, at a lower rate: students of D_det learn the faint changes rather than stay on their first plateau.
const cifarQuick = { ...quick, pictures: 4000, learningRate: 0.03, augment: false };
const larger = { pictures: 6000, testPictures: 1000, nets: [...quick.nets, 'convnet-blur', 'convnet-k4s2'] };
const full = { ...quick, ...larger };
const cifarFull = { ...cifarQuick, ...larger };

/** The experiment. */
export const transfer: Experiment<TransferSettings> = {
  name: 'transfer',
  title: 'Who learns from adversarial changes is fooled by them',
  claim:
    'Adversarial examples transfer because networks learn the same brittle features: the better an architecture classifies clean pictures after training on D_det alone, the more often the changes of its source network fool it.',
  paper: 'Ilyas et al. 2019, "Adversarial examples are not bugs, they are features", section 3.3',
  protocol: [
    'Lead training and test pictures towards the class after their own, by changes of one length against one standard network (D_det).',
    'For each architecture train a network on D_det and test it on clean pictures.',
    'Train another of the same architecture on true pictures, and count the changed test pictures that it takes for the class that they were led to, of all.',
    'Correlate both over architectures.',
  ],
  published: [],
  usualData: 'shapes',
  sources: ['standard'],
  scales: {
    quick: { shapes: quick, cifar10: cifarQuick, other: cifarQuick },
    full: { shapes: full, cifar10: cifarFull, other: cifarFull },
  },

  async run(context, settings): Promise<Findings> {
    const { pictures, testPictures, epsilon, steps, nets, augment, ...training } = settings;
    const real = await context.pictures('train', pictures);
    const test = await context.pictures('test', testPictures);
    const source = await context.source('standard');
    const classes = real.array.classNames.length;
    const next = (labels: Int32Array) => (i: number) => (labels[i]! + 1) % classes;
    const change = { epsilon, steps };
    const dDet = await perturbedTowards(context, source, real, next(real.array.labels), 'D_det', change);
    const led = await perturbedTowards(context, source, test, next(test.array.labels), 'led test pictures', change);

    const points: (readonly [number, number])[] = [];
    const measures: Measure[] = [];
    for (const net of nets) {
      const student = {
        net,
        epochs: training.epochs,
        batchSize: training.batchSize,
        learningRate: training.learningRate,
        ...(net.startsWith('convnet') || net.startsWith('resnet') ? { width: training.width } : {}),
        ...(augment ? {} : { augmentation: {} }),
      };
      const taught = await trainedOn(context, dDet, student);
      const fooled = await trainedOn(context, real, student);
      const learned = await accuracyOf(taught.model, test);
      const transferred = await accuracyOf(fooled.model, led);
      const of = test.array.shape[0];
      points.push([learned, transferred]);
      measures.push(
        { name: `${net}: clean accuracy, trained on D_det`, value: learned, unit: 'share', of },
        {
          name: `${net}: led test pictures that fool it, trained on true pictures`,
          value: transferred,
          unit: 'share',
          of,
        },
        {
          name: `${net}: the same of unchanged test pictures`,
          value: await accuracyOf(fooled.model, test, (own) => (own + 1) % classes),
          unit: 'share',
          of,
        },
        {
          name: `${net}: clean accuracy, trained on true pictures`,
          value: await accuracyOf(fooled.model, test),
          unit: 'share',
          of,
        },
      );
    }
    const r = correlation(points);
    const interval = correlationInterval(r, points.length);
    measures.push({ name: 'correlation over architectures', value: r, unit: 'number', interval });
    const fromLeft = nets.map((net, i) => ({ net, at: points[i]![0] })).sort((a, b) => a.at - b.at);
    return {
      measures,
      sets: [
        { name: 'd-det', set: dDet.array },
        { name: 'led-test-pictures', set: led.array },
      ],
      figures: [
        {
          kind: 'chart',
          name: 'transfer',
          caption: `One mark an architecture; from left to right ${fromLeft.map(({ net }) => net).join(', ')}.`,
          chart: {
            alt: 'How often led pictures fool an architecture, against how well it learns from D_det.',
            x: { title: 'clean accuracy after training on D_det', share: true, zero: true },
            y: { title: 'led pictures that fool it', share: true, zero: true },
            series: [
              {
                name: 'architectures',
                tone: 'first',
                points: [...points].sort(([a], [b]) => a - b),
                shown: 'points',
              },
            ],
          },
        },
      ],
      notes: [
        `The networks are small and most are siblings: learning from D_det ranges over ${percent(fromLeft[0]!.at)} to ${percent(fromLeft.at(-1)!.at)} only. The correlation is over ${nets.length} points, and its interval is Fisher's, for as many independent architectures. Siblings are not independent, so that the interval is too narrow if anything.`,
        `Changes have length ${epsilon} in l2 and are found in ${steps} steps, the paper’s 0.5 and 100; the embedded source network has seen the whole training set, students ${pictures} pictures.`,
        'A network may also call unchanged pictures the next class; how often it does stands beside.',
      ],
    };
  },

  judge: (results) => [
    {
      statement:
        'Over architectures, learning from D_det and being fooled go together (correlation clearly above 0.5).',
      holds: isAbove(results.of('correlation over architectures'), 0.5),
    },
    {
      statement:
        'So few architectures are enough to exclude that there is no correlation (every seed’s 95 % interval above 0).',
      holds: isAbove(results.of('correlation over architectures'), 0),
    },
  ],
};

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
