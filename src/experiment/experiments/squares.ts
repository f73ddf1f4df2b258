/** @file Adversarial examples from overfitting alone: squares with label noise (Nakkiran 2019), in closed form. */
import { median } from '../../distance/mean.ts';
import type { Picture } from '../../image/image.ts';
import { randomStream } from '../../random/random-stream.ts';
import type { Interval } from '../../statistics/share-interval.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { medianInterval } from '../interval.ts';
import { dot, minimumNormInterpolator } from '../linear/minimum-norm.ts';
import { isAbove } from '../summary.ts';

/** How much is computed. */
export type SquaresSettings = {
  /** Side of the squares, which have three channels. */
  readonly side: number;
  readonly pixelNoise: number;
  readonly labelNoise: number;
  /** Numbers of training samples, fewer than the numbers of a square. */
  readonly samples: readonly number[];
  readonly testSamples: number;
};

const quick: SquaresSettings = { side: 32, pixelNoise: 0.1, labelNoise: 0.1, samples: [250, 500], testSamples: 500 };

/** The experiment. */
export const squares: Experiment<SquaresSettings> = {
  name: 'squares',
  title: 'Adversarial examples that are only overfitting',
  claim:
    'Two classes, all black and all white squares, have a classifier that nothing short of 0.9 a pixel fools. With faint pixel noise and a tenth of the training labels wrong, the shortest linear classifier that fits all labels is still right on nearly all test squares, and a change far below the noise fools it: such examples hold no feature of the data.',
  paper:
    'Nakkiran 2019, "Adversarial examples are just bugs, too", section "Adversarial squares"; in Distill’s discussion of Ilyas et al.',
  protocol: [
    'Draw squares of -1 or 1 in every pixel, each pixel with uniform noise, in equal numbers.',
    'Turn the labels of a share of the training squares round.',
    'Take the linear classifier of least l2 length that gives every training square its label exactly, w = Xᵀ (X Xᵀ)⁻¹ y: no training, no choice.',
    'On fresh squares with true labels, the change in l∞ that fools it is y wᵀx / |w|₁, exactly. Compare without and with wrong labels.',
  ],
  published: [],
  usualData: 'none',
  scales: { quick: { none: quick }, full: { none: { ...quick, samples: [250, 500, 1000, 2000], testSamples: 2000 } } },

  async run({ seed, step }, settings): Promise<Findings> {
    const { samples, labelNoise } = settings;
    const runs = await step('fitting squares', async (tick) => {
      const found: { count: number; wrong: number; clean: number; small: number; radii: number[]; w: Float64Array }[] =
        [];
      for (const count of samples) {
        for (const wrong of [0, labelNoise]) {
          found.push({ count, wrong, ...fitted(count, wrong, seed, settings) });
          tick(found.length, 2 * samples.length);
          await new Promise((resolve) => setTimeout(resolve));
        }
      }
      return found;
    });
    const nameOf = (count: number, wrong: number) =>
      `${count === Math.max(...samples) ? 'largest number of samples' : `${count} samples`}, ${wrong === 0 ? 'true labels' : 'wrong labels'}`;
    const measures = runs.flatMap(({ count, wrong, clean, small, radii }): Measure[] => [
      { name: `${nameOf(count, wrong)}: clean accuracy`, value: clean, unit: 'share', of: settings.testSamples },
      {
        name: `${nameOf(count, wrong)}: accuracy under changes of 0.01`,
        value: small,
        unit: 'share',
        of: settings.testSamples,
      },
      { name: `${nameOf(count, wrong)}: median change in l∞ that fools`, unit: 'number', ...medianOf(radii) },
    ]);
    const ratios = samples.map((count): Measure => {
      const of = (wrong: number) => runs.find((each) => each.count === count && each.wrong === wrong)!.radii;
      return {
        name: `${count} samples: change without wrong labels over that with`,
        unit: 'number',
        ...medianRatio(of(0), of(labelNoise)),
      };
    });
    const last = runs.slice(-2);
    const shown = squaresOf(3, 0, seed, settings);
    return {
      measures: [...measures, ...ratios],
      figures: [
        {
          kind: 'pictures',
          name: 'classifiers',
          caption:
            'Training squares, then the weights of both classifiers, the largest black or white, 0 grey: one looks at all pixels alike, the other at the noise of squares with wrong labels.',
          rows: [
            { title: 'squares', pictures: shown.rows.map((row) => pictureOf(row, settings.side, 2)) },
            ...last.map(({ wrong, w }) => ({
              title: wrong === 0 ? 'true labels' : 'wrong labels',
              pictures: [pictureOf(w, settings.side, 2 * largest(w))],
            })),
          ],
        },
      ],
      notes: [
        'Intervals of medians are of their ranks among the test squares; that of a ratio takes both medians at 97.5 %, so that it holds at 95 %.',
        'The paper trains a ResNet-18 on 10 000 squares until it fits the labels, and says that almost all are then fooled by changes of 0.01; here a linear classifier stands for it, so that nothing is left to training. Both kinds of noise are needed: without wrong labels the classifier is robust, and without pixel noise wrong labels cannot be fitted.',
      ],
    };
  },

  judge: (results, { samples }) => {
    const most = Math.max(...samples);
    return [
      {
        statement:
          'With true labels the median change that fools is above half of the distance to the other class (0.5 of 1).',
        holds: isAbove(results.of('largest number of samples, true labels: median change in l∞ that fools'), 0.5),
      },
      {
        statement: 'With a tenth of the labels wrong it is more than 50 times smaller.',
        holds: isAbove(results.of(`${most} samples: change without wrong labels over that with`), 50),
      },
      {
        statement: 'And clean accuracy stays above 95 %.',
        holds: isAbove(results.of('largest number of samples, wrong labels: clean accuracy'), 0.95),
      },
    ];
  },
};

/** Squares as rows of numbers, true labels -1 and 1 in turn. */
function squaresOf(count: number, stream: number, seed: number, { side, pixelNoise }: SquaresSettings) {
  const { uniform } = randomStream(seed, stream, 0x7371);
  const y = Float64Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const rows = Array.from(y, (own) =>
    Float64Array.from({ length: 3 * side * side }, () => own + pixelNoise * (2 * uniform() - 1)),
  );
  return { rows, y };
}

function fitted(count: number, wrong: number, seed: number, settings: SquaresSettings) {
  const train = squaresOf(count, 1, seed, settings);
  const turned = Math.round(wrong * count);
  // Squares are drawn independently, so that the first ones are as good as any.
  const w = minimumNormInterpolator(
    train.rows,
    train.y.map((y, i) => (i < turned ? -y : y)),
  );
  const test = squaresOf(settings.testSamples, 2, seed, settings);
  const l1 = w.reduce((sum, x) => sum + Math.abs(x), 0);
  const radii = test.rows.map((row, i) => (test.y[i]! * dot(row, w)) / l1);
  return {
    w,
    clean: radii.filter((radius) => radius > 0).length / radii.length,
    small: radii.filter((radius) => radius > 0.01).length / radii.length,
    radii,
  };
}

/** A value with its interval; NaN where it has none. */
type Sure = Readonly<{ value: number; interval: Interval | undefined }>;

/** The median of independent values. */
function medianOf(values: readonly number[]): Sure {
  const interval = medianInterval(values);
  return { value: interval === undefined ? Number.NaN : median(values), interval };
}

/**
 * The ratio of two medians, which both lie in their intervals of 97.5 % with a chance of 95 % at least; unknown unless both are above 0, the
 * first one surely.
 */
export function medianRatio(above: readonly number[], below: readonly number[]): Sure {
  const [a, b] = [medianInterval(above, 0.025), medianInterval(below, 0.025)];
  if (a === undefined || b === undefined || a.low <= 0 || median(below) <= 0)
    return { value: Number.NaN, interval: undefined };
  const high = b.low > 0 ? a.high / b.low : Number.POSITIVE_INFINITY;
  return { value: median(above) / median(below), interval: { low: a.low / b.high, high } };
}

const largest = (w: Float64Array) => w.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** Numbers from -range / 2 to range / 2 as pixels. */
function pictureOf(row: Float64Array, side: number, range: number): Picture {
  const data = Float32Array.from(row, (x) => Math.min(1, Math.max(0, 0.5 + x / range)));
  return { data, channels: 3, height: side, width: side };
}
