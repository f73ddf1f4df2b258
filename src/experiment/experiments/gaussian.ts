/** @file The Gaussian model of robust features (Ilyas et al. 2019, section 4): maximum likelihood with and without an adversary. */
import { bandPassed, bands } from '../../spectrum/band.ts';
import { directionPicture } from '../direction-picture.ts';
import type { Experiment, Findings, Measure } from '../experiment.ts';
import { angleChart } from '../gaussian/angle-chart.ts';
import { boundaryChart } from '../gaussian/boundary-chart.ts';
import { pictureClasses, planeClasses } from '../gaussian/gaussian-samples.ts';
import {
  accuracyUnderAttack,
  angleBetween,
  multiplierOf,
  normalOf,
  robustVariances,
} from '../gaussian/robust-covariance.ts';
import { robustOptimum } from '../gaussian/robust-optimum.ts';
import { dot } from '../linear/minimum-norm.ts';
import { sideInWords, type TwoClasses } from '../linear/two-classes.ts';
import { exceeds } from '../summary.ts';

/** How much is computed. */
export type GaussianSettings = {
  /** Samples or training pictures, of all classes together. */
  readonly samples: number;
  /** Test pictures of all classes together; none of the plane's. */
  readonly testPictures: number;
  /** Largest side that pictures are brought to; 0 for the plane. */
  readonly side: number;
  /** The two classes of pictures. */
  readonly classes: readonly number[];
  /** Budgets of the adversary, root mean square in l2; the first is 0. */
  readonly budgets: readonly number[];
  /** Radius in l2 of the attack on both solutions. */
  readonly radius: number;
};

const plane: GaussianSettings = {
  samples: 1000,
  testPictures: 0,
  side: 0,
  classes: [],
  budgets: [0, 0.2, 0.5, 1, 2, 5],
  radius: 0.6,
};
const pictures: GaussianSettings = {
  samples: 2000,
  testPictures: 1000,
  side: 16,
  classes: [0, 1],
  budgets: [0, 0.1, 0.25, 0.5, 1, 2, 5],
  radius: 0.1,
};
// Trucks and frogs, as in the discussion in Distill.
const cifar = { ...pictures, samples: 4000, classes: [9, 6] };

const [onTest, onTestAttacked] = ['accuracy on test pictures', 'accuracy on attacked test pictures'];

/** The experiment. */
export const gaussian: Experiment<GaussianSettings> = {
  name: 'gaussian',
  title: 'Robustness as geometry: two Gaussian classes',
  claim:
    'Between two Gaussian classes the shortest way in the data’s own geometry (Mahalanobis) is not the shortest in l2. Maximum likelihood follows the former, so that its gradient points along directions of small variance and tiny changes fool it; learning against an adversary mixes both, and its gradient turns towards the difference of the classes.',
  paper: 'Ilyas et al. 2019, "Adversarial examples are not bugs, they are features", section 4 and appendix E',
  protocol: [
    'Draw two classes N(±mu, Sigma) in the plane; or take pictures of two classes, and for mu half of the difference of their means, and for Sigma the covariance within all classes of the set.',
    'For an adversary that moves each sample in l2, with a budget in the root mean square, take the robust covariance of theorem 2: in each eigenvector, r = s / 2 + 1 / lambda + (s / lambda + s² / 4)^(1/2); lambda from eps² = sum of 1 / (lambda² r).',
    'Find the same optimum by search, without the formula, and compare.',
    'Compare the normal w = Sigma_r⁻¹ mu of the boundary with mu, and the accuracy of sign(wᵀx) with and without an attack of a fixed radius, which are exact.',
  ],
  published: [],
  usualData: 'none',
  scales: {
    quick: { none: plane, shapes: { ...pictures, samples: 5000 }, cifar10: cifar, other: pictures },
    full: {
      none: { ...plane, samples: 100_000 },
      shapes: { ...pictures, samples: 20_000 },
      cifar10: { ...cifar, samples: 50_000 },
      other: { ...pictures, samples: 50_000 },
    },
  },

  async run(context, settings): Promise<Findings> {
    const { budgets, radius } = settings;
    const { classes, test, side } =
      settings.side === 0
        ? { classes: planeClasses(context, settings), test: undefined, side: 0 }
        : await pictureClasses(context, settings);
    const { variances, mean } = classes;
    const solutions = budgets.map((epsilon) => {
      const lambda = multiplierOf(variances, epsilon);
      const robust = robustVariances(variances, lambda);
      return { epsilon, lambda, robust, w: normalOf(mean, robust) };
    });
    const gap = Math.max(
      ...solutions.slice(1).map(({ epsilon, robust }) => {
        const found = robustOptimum(variances, epsilon).variances;
        return Math.max(...robust.map((r, i) => Math.abs(found[i]! / r - 1)));
      }),
    );
    const measures: Measure[] = [
      { name: 'formula against search, largest relative difference', value: gap, unit: 'number' },
      { name: 'largest over smallest variance', value: variances[0]! / variances.at(-1)!, unit: 'number' },
    ];
    for (const { epsilon, lambda, w } of solutions) {
      measures.push(
        {
          name: `budget ${epsilon}: angle between normal and class difference, degrees`,
          value: angleBetween(w, mean),
          unit: 'number',
        },
        { name: `budget ${epsilon}: 1 / lambda`, value: 1 / lambda, unit: 'number' },
        { name: `budget ${epsilon}: clean accuracy`, value: accuracyUnderAttack(w, mean, variances, 0), unit: 'share' },
        {
          name: `budget ${epsilon}: accuracy under attack`,
          value: accuracyUnderAttack(w, mean, variances, radius),
          unit: 'share',
        },
        ...(test === undefined
          ? []
          : [
              ...([0, radius] as const).map(
                (length): Measure => ({
                  name: `budget ${epsilon}: ${length === 0 ? onTest : onTestAttacked}`,
                  value: accuracyOn(test, classes.inPixels(w), classes.middle, length),
                  unit: 'share',
                  of: test.rows.length,
                }),
              ),
              {
                name: `budget ${epsilon}: energy of the normal in high frequencies`,
                value: highShare(classes.inPixels(w), side),
                unit: 'share',
              } as const,
            ]),
      );
    }
    return {
      measures,
      figures: [
        angleChart(solutions.map(({ epsilon, w }) => [epsilon, angleBetween(w, mean)])),
        settings.side === 0
          ? boundaryChart(classes, solutions)
          : {
              kind: 'pictures',
              name: 'normals',
              caption:
                'Above, the means of both classes. Below, the normal of the boundary, which is the gradient of the classifier, at rising budgets: without an adversary it is noise of directions in which pictures hardly vary, then it turns into the difference of both means.',
              rows: [
                { title: 'class means', pictures: [classes.picture(1), classes.picture(-1)] },
                {
                  title: 'normals',
                  pictures: solutions.map(({ w }) =>
                    directionPicture(Float32Array.from(classes.inPixels(w)), [classes.channels, side, side]),
                  ),
                },
              ],
            },
      ],
      notes: [
        'The budget is the root mean square of changes over samples, the form in which theorem 2 has a closed solution; an adversary with the same budget for every sample differs by bounded factors (appendix E of the paper). Accuracies hold for the Gaussian model, not for a network on the pictures.',
        ...(settings.side === 0
          ? []
          : [
              `${settings.samples} pictures at ${sideInWords(side, settings.side)}. The variance of rounding to 8 bits, 1 / (12 · 255²) over the pixels in each mean, is added to Sigma.`,
              'Each two seeds take the halves of the set, cut at random, so that intervals over seeds are of the choice of pictures; from the third seed on they are somewhat too narrow, since halves overlap.',
            ]),
      ],
    };
  },

  judge: (results, { budgets, side }) => {
    const of = (epsilon: number, what: string) => results.of(`budget ${epsilon}: ${what}`).mean;
    const angles = budgets.map((epsilon) => of(epsilon, 'angle between normal and class difference, degrees'));
    const attacked = budgets.map((epsilon) => of(epsilon, 'accuracy under attack'));
    return [
      {
        statement: 'The formula is the optimum that search finds, to 1e-9.',
        holds: Math.max(...results.of('formula against search, largest relative difference').values) < 1e-9,
      },
      {
        statement: 'The normal turns towards the class difference with every step of the budget.',
        holds: angles.every((angle, i) => i === 0 || angle < angles[i - 1]!),
      },
      {
        statement: 'Maximum likelihood is the most accurate on clean samples.',
        holds: budgets.every((epsilon) => of(epsilon, 'clean accuracy') <= of(0, 'clean accuracy')),
      },
      {
        statement: 'Some robust solution is more accurate under attack, by at least two points.',
        holds: Math.max(...attacked) > attacked[0]! + 0.02,
      },
      ...(side === 0
        ? []
        : [
            {
              statement: 'On test pictures as well some robust solution is clearly more accurate under attack.',
              holds: budgets.some((epsilon) =>
                exceeds(
                  results.of(`budget ${epsilon}: ${onTestAttacked}`),
                  results.of(`budget ${budgets[0]}: ${onTestAttacked}`),
                ),
              ),
            },
          ]),
    ];
  },
};

/** Share of pictures on their own side of wᵀ(x - middle) = 0, by more than what a change of some length in l2 takes away. */
function accuracyOn({ rows, y }: TwoClasses, w: Float64Array, middle: Float64Array, length: number): number {
  const taken = length * Math.sqrt(dot(w, w));
  const right = rows.filter((row, i) => y[i]! * (dot(w, row) - dot(w, middle)) > taken);
  return right.length / rows.length;
}

/** Share of energy above 10 periods over 32 pixels. */
function highShare(w: Float64Array, side: number): number {
  const all = Float32Array.from(w);
  const high = bandPassed(all, side, side, bands.high);
  const energy = (v: Float32Array) => v.reduce((sum, x) => sum + x * x, 0);
  return energy(high) / energy(all);
}
