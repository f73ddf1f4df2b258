/** @file A brittle feature known by construction: who uses the cue planted into shapes, and whether D_det carries it. */
import { pixelsOf } from '../../data/image-array.ts';
import { cuePattern } from '../../data/shapes/cue.ts';
import { shapes } from '../../data/shapes/shapes.ts';
import { subset } from '../../data/subset.ts';
import { toImageArray } from '../../data/to-image-array.ts';
import { bandPassed, bands } from '../../spectrum/band.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { accuracyOf, trainedOn } from '../networks.ts';
import { withPatterns } from '../pattern-set.ts';
import { perturbedTowards } from '../perturbed-set.ts';
import { firstOf, type PictureSet, pictureAt, pictureSet } from '../picture-set.ts';
import { exceeds, isAbove } from '../summary.ts';

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
  net: 'convnet',
  width: 16,
  epochs: 12,
  batchSize: 32,
  learningRate: 0.05,
  augment: false,
};
const full = { ...quick, pictures: 5000, testPictures: 1000, led: 4000 };

/** The experiment. */
export const cue: Experiment<CueSettings> = {
  name: 'cue',
  title: 'The feature that nobody sees and a standard network uses',
  claim:
    'A standard network uses a predictive pattern that a person cannot see; a robustly trained one does not. Changes against the standard network hold that pattern, a network learns it from them, and it shows in their spectrum.',
  paper: 'after Ilyas et al. 2019, with a non-robust feature that is known by construction',
  protocol: [
    'Draw shapes with a faint pattern near the highest frequency, one for each class, which names the class of nearly every training picture.',
    'Train a standard network and one on attacks in linf.',
    'Test both on scenes without cues, with true cues, and with the cue of the next class.',
    'Make D_det against each: changes of one length towards the next class. Measure how much of a change lies along the difference of the two classes’ cues, and in the highest frequencies.',
    'Train a new network on the standard network’s D_det, from scenes without cues, and ask whether it answers the cue.',
  ],
  published: [],
  usualData: 'none',
  scales: { quick: { none: quick }, full: { none: full } },

  async run(context, settings): Promise<Findings> {
    const { pictures, testPictures, strength, correlation, epsilon, steps, led, robustRadius, augment } = settings;
    const { net, width, epochs, batchSize, learningRate } = settings;
    const cued = await drawn('train', pictures, { strength, correlation });
    const plain = await drawn('train', led);
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
    const truly = await withPatterns(bare, (i) => bare.array.labels[i]!, patterns, 'true cues');
    const falsely = await withPatterns(bare, (i) => next(bare, i), patterns, 'cues of the next class');

    const student = { net, width, epochs, batchSize, learningRate, ...(augment ? {} : { augmentation: {} }) };
    const standard = await trainedOn(context, cued, student);
    const robust = await trainedOn(context, cued, {
      ...student,
      adversary: { norm: 'linf', epsilon: robustRadius, steps: 1, warmup: 0.3 },
    });
    const of = testPictures;
    const measures: Measure[] = [{ name: 'chance', value: 1 / classes, unit: 'share' }];
    const answers = async (name: string, model: typeof standard.model) => {
      // `falsely` bears the next class as its label: the one that its cue names.
      measures.push(
        { name: `${name}: accuracy without cues`, value: await accuracyOf(model, bare), unit: 'share', of },
        { name: `${name}: accuracy with true cues`, value: await accuracyOf(model, truly), unit: 'share', of },
        { name: `${name}: false cues that it believes`, value: await accuracyOf(model, falsely), unit: 'share', of },
      );
    };
    const changed: PictureSet[] = [];
    for (const [name, known] of [
      ['standard', standard],
      ['robust', robust],
    ] as const) {
      await answers(name, known.model);
      const dDet = await perturbedTowards(
        context,
        known,
        plain,
        (i) => next(plain, i),
        `D_det of the ${name} network`,
        {
          epsilon,
          steps,
        },
      );
      changed.push(dDet);
      const { along, high } = contentOf(dDet, plain, patterns);
      measures.push(
        { name: `${name}: cosine of changes with the cues that they should hold`, value: along, unit: 'number' },
        { name: `${name}: energy of changes in high frequencies`, value: high, unit: 'share' },
      );
    }
    const taught = await trainedOn(context, changed[0]!, student);
    await answers('trained on D_det', taught.model);
    const shown = async (title: string, set: PictureSet) => ({
      title,
      pictures: await firstOf(set, 8).then(({ array }) =>
        Array.from({ length: array.shape[0] }, (_, i) => pictureAt(array, i)),
      ),
    });
    return {
      measures,
      sets: [{ name: 'd-det', set: changed[0]!.array }],
      figures: [
        {
          kind: 'pictures',
          name: 'pictures',
          caption: 'Test scenes without and with cues, and training scenes led towards the next class.',
          rows: [
            await shown('without cues', bare),
            await shown('true cues', truly),
            await shown('false cues', falsely),
            await shown('D_det, standard', changed[0]!),
            await shown('D_det, robust', changed[1]!),
          ],
        },
      ],
      notes: [
        'D_det is made from scenes without cues, so whatever its student knows of cues came from the changes.',
        'The cosine is between a change and the cue of its target less the cue of its own class, which is orthogonal to all others.',
      ],
    };
  },

  judge: (results) => {
    const believed = (name: string) => results.of(`${name}: false cues that it believes`);
    const of = (measure: string) => results.of(measure).mean;
    const high = 'energy of changes in high frequencies';
    const along = 'cosine of changes with the cues that they should hold';
    return [
      {
        statement: 'The standard network believes false cues clearly more often than the robust one.',
        holds: exceeds(believed('standard'), believed('robust')),
      },
      {
        statement: 'Without cues the robust network is at least as accurate as the standard one.',
        holds: of('robust: accuracy without cues') >= of('standard: accuracy without cues'),
      },
      {
        statement: 'Changes against the standard network hold the cue, those against the robust one hardly.',
        holds: of(`standard: ${along}`) > 0.1 && of(`standard: ${along}`) > 3 * Math.abs(of(`robust: ${along}`)),
      },
      {
        statement: 'A network that never saw a cue learns it from these changes: it believes false cues above chance.',
        holds: isAbove(believed('trained on D_det'), results.of('chance').mean),
      },
      {
        statement: 'The spectrum shows it: the standard network’s changes have the larger share in high frequencies.',
        holds: of(`standard: ${high}`) > of(`robust: ${high}`),
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

/** Mean cosine of changes with the difference of cues from own to target class, and their energy in the high band. */
function contentOf(
  made: PictureSet,
  from: PictureSet,
  patterns: readonly Float32Array[],
): { along: number; high: number } {
  const [count, , height, width] = made.array.shape;
  let [along, high] = [0, 0];
  for (let i = 0; i < count; i++) {
    const before = pixelsOf(from.array, [i]);
    const change = pixelsOf(made.array, [i]).map((value, j) => value - before[j]!);
    const [to, own] = [patterns[made.array.labels[i]!]!, patterns[from.array.labels[i]!]!];
    const difference = to.map((value, j) => value - own[j]!);
    const energy = product(change, change);
    const passed = bandPassed(change, height, width, bands.high);
    along += product(change, difference) / Math.sqrt(energy * product(difference, difference));
    high += product(passed, passed) / energy;
  }
  return { along: along / count, high: high / count };
}

function product(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
