/** @file A brittle feature known by construction: who uses the cue planted into shapes, and whether D_det carries it. */

import { cuePattern } from '../../data/shapes/cue.ts';
import { shapes } from '../../data/shapes/shapes.ts';
import { subset } from '../../data/subset.ts';
import { toImageArray } from '../../data/to-image-array.ts';
import { mean as average } from '../../distance/mean.ts';
import type { Model } from '../../model/model.ts';
import { type Hits, hitsOf } from '../cue-answers.ts';
import { around, changesOf, cueBand, cueCosines, powerAtCues } from '../cue-content.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { meanMeasure } from '../mean-measure.ts';
import { trainedOn } from '../networks.ts';
import { pairedMeasure } from '../paired-interval.ts';
import { withPatterns } from '../pattern-set.ts';
import { perturbedTowards } from '../perturbed-set.ts';
import { type PictureSet, pictureSet, picturesOf } from '../picture-set.ts';
import { chanceMargin, exceeds, isAbove, isAtMost, isBelow } from '../summary.ts';

/** How much is computed. */
export type CueSettings = {
  readonly pictures: number;
  readonly testPictures: number;
  /** Height of the cue's pattern, pixels from 0 to 1. */
  readonly strength: number;
  /** Share of training pictures whose cue names their class. */
  readonly correlation: number;
  /** Length of the changes of D_det in l2, pixels from 0 to 1. */
  readonly epsilon: number;
  readonly steps: number;
  /** Pictures of D_det. */
  readonly led: number;
  /** Radius in linf of the attacks that the robust network is trained on, pixels from 0 to 1. */
  readonly robustRadius: number;
  /** Gradient steps of these attacks: after a single one long changes still find the cue. */
  readonly robustSteps: number;
  /** Epochs of the robust network, which learns shapes more slowly. */
  readonly robustEpochs: number;
  readonly net: string;
  readonly width: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly augment: boolean;
};

const quick: CueSettings = {
  pictures: 2000,
  testPictures: 500,
  strength: 4 / 255,
  correlation: 0.95,
  epsilon: 1,
  steps: 20,
  led: 1500,
  robustRadius: 8 / 255,
  robustSteps: 5,
  robustEpochs: 30,
  net: 'convnet',
  width: 16,
  epochs: 12,
  batchSize: 32,
  learningRate: 0.05,
  augment: false,
};
const full = { ...quick, pictures: 5000, testPictures: 1000, led: 4000 };

/** What is measured of each network, in words. */
const names = {
  bare: 'accuracy without cues',
  truly: 'accuracy with true cues',
  falsely: 'accuracy with false cues',
  believed: 'answers of the class that false cues name',
  anyway: 'answers of that class without cues',
  cost: 'accuracy that false cues cost',
  swayed: 'answers of the class that false cues name, more than without',
  half: 'accuracy without cues, more than half of that of the one never shown cues',
  target: 'cosine of the mean change towards a class with its cue',
  along: 'share of the energy of changes along the cue of the class that they lead to',
  third: 'the same, less a third of the standard network’s',
  own: 'the same with the cue of the class that it leaves',
  others: 'the same with the other cues, absolute',
  nearest: 'classes whose mean change is nearest to their own cue',
  power: 'power of changes at the cues’ frequencies over that around',
  share: 'share of the power of changes at the cues’ frequencies',
} as const;

/** The students of D_det. */
const students = {
  taught: 'student of the standard network’s D_det',
  control: 'student of the robust network’s D_det',
} as const;

/** How much more often the former of two networks answers false cues, on the same pictures. */
const beyond = {
  networks: 'standard network beyond the robust one: answers of the class that false cues name',
  students: 'student of the standard network’s D_det beyond the other: answers of the class that false cues name',
} as const;

/** The experiment. */
export const cue: Experiment<CueSettings> = {
  name: 'cue',
  title: 'The feature that nobody sees and a standard network uses',
  claim:
    'A standard network uses a predictive pattern that a person cannot see; a robustly trained one does not. Changes against the standard network hold that pattern, a network learns it from them, and it shows in their spectrum.',
  paper: 'Ilyas et al. 2019, with a non-robust feature that is known by construction',
  protocol: [
    'Draw shapes with a faint pattern near the highest frequency, one for each class, which names the class of nearly every training picture.',
    'Train a standard network and one on attacks in linf, and a standard one on the same scenes without cues.',
    'Test both on scenes without cues, with true cues, and with the cue of the class five places on; count the answers of that class with the cue and without.',
    'Make D_det against each of the three, from scenes without cues: changes of one length towards the next class. Compare changes and their mean with the cue of the class that they lead to, the mean with all other cues, and the power of changes where cues have theirs with the power around and with all of it.',
    'Train new networks on D_det of the first two, and ask whether they answer the cue: that of the class five places on, which no label of D_det favours.',
  ],
  published: [],
  usualData: 'none',
  scales: { quick: { none: quick }, full: { none: full } },

  async run(context, settings): Promise<Findings> {
    const { pictures, testPictures, strength, correlation, epsilon, steps, led, augment } = settings;
    const { robustRadius, robustSteps, robustEpochs } = settings;
    const { net, width, epochs, batchSize, learningRate } = settings;
    const cued = await drawn('train', pictures, { strength, correlation });
    const plain = await drawn('train', led);
    const uncued = await drawn('train', pictures);
    const bare = await drawn('test', testPictures);
    const classes = bare.array.classNames.length;
    const [, channels, height] = bare.array.shape;
    const patterns = bare.array.classNames.map((_, label) => {
      const pattern = cuePattern(label, height);
      return Float32Array.from(
        { length: channels * pattern.length },
        (_value, i) => strength * pattern[i % pattern.length]!,
      );
    });
    const next = ({ array }: PictureSet, i: number) => (array.labels[i]! + 1) % classes;
    // Not the next class: students of D_det give that name to scenes without any cue.
    const far = (label: number) => (label + Math.floor(classes / 2)) % classes;
    const truly = await withPatterns(bare, (i) => bare.array.labels[i]!, patterns, 'true cues');
    const falsely = await withPatterns(bare, (i) => far(bare.array.labels[i]!), patterns, 'false cues');

    const student = { net, width, epochs, batchSize, learningRate, ...(augment ? {} : { augmentation: {} }) };
    const standard = await trainedOn(context, cued, student);
    const robust = await trainedOn(context, cued, {
      ...student,
      epochs: robustEpochs,
      adversary: { norm: 'linf', epsilon: robustRadius, steps: robustSteps, warmup: 0.3 },
    });
    const naive = await trainedOn(context, uncued, student);
    const of = testPictures;
    const measures: Measure[] = [{ name: 'chance', value: 1 / classes, unit: 'share' }];
    const answers = async (name: string, model: Model) => {
      const hits = await hitsOf(model, { bare, truly, falsely }, far);
      for (const what of ['bare', 'truly', 'falsely', 'believed', 'anyway'] as const)
        measures.push({ name: `${name}: ${names[what]}`, value: average(hits[what]), unit: 'share', of });
      measures.push(
        pairedMeasure(`${name}: ${names.cost}`, hits.bare, hits.falsely),
        pairedMeasure(`${name}: ${names.swayed}`, hits.believed, hits.anyway),
      );
      return hits;
    };
    const found: { readonly hits: Hits; readonly dDet: PictureSet; readonly along: readonly number[] }[] = [];
    for (const [name, known] of [
      ['standard', standard],
      ['robust', robust],
      ['never shown cues', naive],
    ] as const) {
      const hits = await answers(name, known.model);
      const title = `D_det of the ${name} network`;
      const dDet = await perturbedTowards(context, known, plain, (i) => next(plain, i), title, { epsilon, steps });
      const changes = changesOf(dDet, plain);
      const cosines = cueCosines(changes, dDet.array.labels, patterns);
      measures.push(meanMeasure(`${name}: ${names.along}`, 'change', cosines.along));
      if (name === 'robust') {
        const less = cosines.along.map((share, label) => share - found[0]!.along[label]! / 3);
        measures.push(meanMeasure(`${name}: ${names.third}`, 'change', less));
      }
      for (const what of ['target', 'own', 'others'] as const)
        measures.push(meanMeasure(`${name}: ${names[what]}`, 'number', cosines[what]));
      measures.push({ name: `${name}: ${names.nearest}`, value: average(cosines.nearest), unit: 'share' });
      const { shape, labels } = dDet.array;
      const power = await powerAtCues(context.device, changes, shape, labels, classes);
      measures.push(meanMeasure(`${name}: ${names.power}`, 'number', power.ratio));
      measures.push(meanMeasure(`${name}: ${names.share}`, 'change', power.share));
      found.push({ hits, dDet, along: cosines.along });
    }
    const [ofStandard, ofRobust, ofNaive] = [found[0]!, found[1]!, found[2]!];
    const taught = await trainedOn(context, ofStandard.dDet, student);
    const ofTaught = await answers(students.taught, taught.model);
    const control = await trainedOn(context, ofRobust.dDet, student);
    const ofControl = await answers(students.control, control.model);
    measures.push(
      meanMeasure(
        `robust: ${names.half}`,
        'change',
        ofRobust.hits.bare.map((right, i) => right - ofNaive.hits.bare[i]! / 2),
      ),
      pairedMeasure(beyond.networks, ofStandard.hits.believed, ofRobust.hits.believed),
      pairedMeasure(beyond.students, ofTaught.believed, ofControl.believed),
    );
    const shown = (title: string, set: PictureSet) => ({ title, pictures: picturesOf(set, 8) });
    return {
      measures,
      sets: [{ name: 'd-det', set: ofStandard.dDet.array }],
      figures: [
        {
          kind: 'pictures',
          name: 'pictures',
          caption: 'Test scenes without and with cues, and training scenes led towards the next class.',
          rows: [
            shown('without cues', bare),
            shown('true cues', truly),
            shown('false cues', falsely),
            shown('D_det, standard', ofStandard.dDet),
            shown('D_det, robust', ofRobust.dDet),
          ],
        },
      ],
      notes: [
        'Intervals of cosines and of power are over classes.',
        'A mean over changes keeps what they share, however little of each it is: its cosine says whether the cue is in them, the energy along the cue and the share of power how much of them it is.',
        'D_det is made from scenes without cues, so whatever its student knows of cues came from the changes.',
        'In D_det every change towards a class starts from the class before it, so a mean change may hold the cue of the one and the cue of the other with its sign turned; the classes’ cues are orthogonal.',
        `Cues have 81 to 100 % of their power above ${cueBand.low} cycles a pixel, near the chequerboard of single pixels; the power around is the mean from ${around.low} to ${around.high}. White noise gives 1.`,
        'What cues do to a network, and by how much one exceeds another, is counted on the same scenes: the intervals of differences are Newcombe’s of paired shares.',
      ],
    };
  },

  judge: (results) => {
    const of = (name: string, what: string) => results.of(`${name}: ${what}`);
    const { taught, control } = students;
    return [
      {
        statement:
          'The standard network uses the cue: false cues cost it accuracy, and it answers them more often than without.',
        holds: isAbove(of('standard', names.cost), 0) && isAbove(of('standard', names.swayed), 0),
      },
      {
        statement: 'The robust network answers false cues clearly less often than the standard one.',
        holds: isAbove(results.of(beyond.networks), 0),
      },
      {
        statement:
          'The robust network sees shapes: without cues it is clearly better than chance, and more than half as good as the one never shown cues.',
        holds: isAbove(of('robust', names.bare), results.of('chance').mean) && isAbove(of('robust', names.half), 0),
      },
      {
        statement: 'False cues do not sway it: it answers their class at most five points more often than without.',
        holds: isAtMost(of('robust', names.swayed), chanceMargin),
      },
      {
        statement:
          'D_det of the standard network carries the cue: of ten cues, the mean change towards every class is nearest to that class’s.',
        holds: of('standard', names.nearest).mean === 1,
      },
      {
        statement: 'Changes against the robust network hold less than a third as much of it.',
        holds: isBelow(of('robust', names.third), 0),
      },
      {
        statement:
          'A network that never saw a cue learns it from the standard network’s changes: it answers false cues more often than without.',
        holds: isAbove(of(taught, names.swayed), 0),
      },
      {
        statement:
          'From the robust network’s changes it is not learnt: their student answers false cues at most five points more often than without.',
        holds: isAtMost(of(control, names.swayed), chanceMargin),
      },
      {
        statement:
          'The student of the standard network’s changes answers them more often than that of the robust network’s.',
        holds: isAbove(results.of(beyond.students), 0),
      },
      {
        statement:
          'The spectrum shows it: where cues have their power, changes against the standard network have more than around, and a larger share of theirs than those against the robust one and the one never shown cues.',
        holds:
          isAbove(of('standard', names.power), 1) &&
          ['robust', 'never shown cues'].every((name) => exceeds(of('standard', names.share), of(name, names.share))),
      },
    ];
  },
};

async function drawn(
  split: 'train' | 'test',
  length: number,
  cueOptions?: { strength: number; correlation: number },
): Promise<PictureSet> {
  const set = shapes({ split, length, ...(cueOptions === undefined ? {} : { cue: cueOptions }) });
  return pictureSet(
    await toImageArray(
      subset(
        set,
        Array.from({ length }, (_, i) => i),
      ),
    ),
  );
}
