/** @file Useful, non-robust features found directly among linear ones (Goh 2019). */
import { symmetricEigen } from '../../tensor/symmetric-eigen.ts';
import { directionPicture } from '../direction-picture.ts';
import type { Experiment, Figure, Findings, Measure } from '../experiment.ts';
import { containment, ensembleOf, type FeatureWorth, ledAcross, worthOf } from '../linear/linear-feature.ts';
import { dot } from '../linear/minimum-norm.ts';
import { secondMoments, sideInWords, sideWithin, twoClasses } from '../linear/two-classes.ts';
import { isAbove, isBelow } from '../summary.ts';

/** How much is computed. */
export type LinearFeaturesSettings = {
  /** Training and test pictures, of all classes together. */
  readonly pictures: number;
  readonly testPictures: number;
  /** Largest side that pictures are brought to. */
  readonly side: number;
  readonly classes: readonly number[];
  /** Length of changes in l2. */
  readonly epsilon: number;
  /** Eigenvectors of less deviation make up the ensemble. */
  readonly below: number;
  /** Usefulness from which a feature counts as useful. */
  readonly useful: number;
  /** Weight of the useful part in the containment. */
  readonly alpha: number;
};

const quick = {
  pictures: 6000,
  testPictures: 2000,
  side: 16,
  classes: [1, 9],
  epsilon: 0.25,
  below: 1,
  useful: 0.25,
  alpha: 0.1,
};
const cifar = { ...quick, pictures: 4000, testPictures: 1000, classes: [9, 6] };

/** Directions with less than this share of the largest variance do not vary. */
const faint = 1e-9;

/** The experiment. */
export const linearFeatures: Experiment<LinearFeaturesSettings> = {
  name: 'linear-features',
  title: 'Useful, non-robust linear features',
  claim:
    'Among the principal directions of two classes none is both useful and non-robust: those of small variance are of no use each. Yet such features exist: many useless ones voting together, or a useless one with a little of a useful one in it. Only the first kind still points to the given label when pictures are led across a boundary and named after the other side.',
  paper: 'Goh 2019, "Two examples of useful, non-robust features", in Distill’s discussion of Ilyas et al.',
  protocol: [
    'Take pictures of two classes around their common mean, and the eigenvectors of their second moments (the singular vectors of the data).',
    'A feature is f = aᵀx over its deviation; its usefulness is E[y f] on test pictures, its robustness the length in l2 that moves f by one deviation, and what an adversary of length eps leaves is E[y f] - eps |a| / |a|_Sigma, exactly.',
    'Ensemble: the sum of all eigenvectors whose deviation is small, each with the sign of its training usefulness.',
    'Containment: (1 - alpha) of the least robust eigenvector and alpha of the most useful one.',
    'Lead test pictures across the boundary of the shortest least-squares classifier by eps and name them after the other side: does each feature still point to the given label?',
  ],
  published: [],
  usualData: 'cifar10',
  scales: {
    quick: { shapes: quick, cifar10: cifar, other: { ...quick, classes: [0, 1] } },
    full: {
      shapes: { ...quick, pictures: 20_000 },
      cifar10: { ...cifar, pictures: 50_000, testPictures: 10_000, side: 32, epsilon: 0.5, below: 2 },
      other: { ...quick, pictures: 50_000, testPictures: 10_000, classes: [0, 1] },
    },
  },

  async run(context, settings): Promise<Findings> {
    const { pictures, testPictures, epsilon, below, useful, alpha } = settings;
    const [first = 0, second = 1] = settings.classes;
    const trainSet = await context.pictures('train', pictures);
    const testSet = await context.pictures('test', testPictures);
    const side = sideWithin(trainSet.array, settings.side);
    const train = twoClasses(trainSet.array, [first, second], side);
    const test = twoClasses(testSet.array, [first, second], side, train);
    const { values, vectors: all } = await context.step('eigenvectors of pictures', async () =>
      symmetricEigen(secondMoments(train.rows)),
    );
    // Pixels of a border that is always black make no features.
    const vectors = all.filter((_, i) => values[i]! >= faint * values[0]!);

    // Signs and the most useful one are the training pictures' word, worths that of the test pictures.
    const signed = vectors.map((a) => ensembleOf([a], train));
    const worths = signed.map((a) => worthOf(a, test, epsilon));
    const isUseful = ({ usefulness }: FeatureWorth) => usefulness >= useful;
    const isBrittle = ({ robustUsefulness }: FeatureWorth) => robustUsefulness < 0;
    const brittle = signed.filter((_, i) => Math.sqrt(values[i]!) < below);
    const known = signed.map((a) => worthOf(a, train, epsilon).usefulness);
    const best = known.indexOf(Math.max(...known));
    const built = {
      ensemble: ensembleOf(brittle, train),
      containment: containment(signed.at(-1)!, signed[best]!, alpha),
    };
    const boundary = leastSquares(vectors, values, train);
    const across = ledAcross(boundary, test, epsilon);
    const share = (which: (worth: FeatureWorth) => boolean) => worths.filter(which).length / worths.length;
    const measures: Measure[] = [
      { name: 'eigenvectors', value: vectors.length, unit: 'number' },
      { name: 'eigenvectors that are useful', value: share(isUseful), unit: 'share' },
      {
        name: 'eigenvectors that are useful and not robust',
        value: share((each) => isUseful(each) && isBrittle(each)),
        unit: 'share',
      },
      { name: 'most useful eigenvector: usefulness', value: worths[best]!.usefulness, unit: 'number' },
      {
        name: 'most useful of the eigenvectors in the ensemble: usefulness',
        value: Math.max(...brittle.map((a) => worthOf(a, test, epsilon).usefulness)),
        unit: 'number',
      },
      { name: 'eigenvectors in the ensemble', value: brittle.length, unit: 'number' },
    ];
    for (const [name, a] of Object.entries(built)) {
      const [worth, led] = [worthOf(a, test, epsilon), worthOf(a, across, 0)];
      measures.push(
        usefulnessMeasure(`${name}: usefulness`, worth.usefulness, worth),
        usefulnessMeasure(`${name}: usefulness under attack`, worth.robustUsefulness, worth),
        usefulnessMeasure(`${name}: usefulness for labels of pictures led across`, led.usefulness, led),
      );
    }
    return {
      measures,
      figures: [
        scatter(
          worths,
          Object.values(built).map((a) => worthOf(a, test, epsilon)),
          epsilon,
        ),
        {
          kind: 'pictures',
          name: 'directions',
          caption:
            'Directions as pictures: the most useful eigenvector, the least robust one, then the ensemble and the containment.',
          rows: [
            {
              title: 'directions',
              pictures: [signed[best]!, signed.at(-1)!, ...Object.values(built)].map((a) =>
                directionPicture(a, train.shape),
              ),
            },
          ],
        },
      ],
      notes: [
        `Classes ${trainSet.array.classNames[first]} and ${trainSet.array.classNames[second]}, ${train.rows.length} training and ${test.rows.length} test pictures at ${sideInWords(side, settings.side)}; the paper has trucks and frogs of CIFAR-10 at 32 x 32. Useful means E[y f] of at least ${useful} on test pictures, not robust that ${epsilon} in l2 leaves nothing of it.`,
        'The bar of usefulness and the ensemble’s bound on deviations were set after a first look at trucks and frogs; with the bound at the length of the attack, 0.25, the ensemble’s usefulness there was 0.07, since 800 pictures do not tell the signs of faint directions.',
        'Intervals are over test pictures, from the spread of y f. Nothing depends on the seed, so that one is enough.',
        'The linear D_det here is led by a linear classifier, in the paper by a network.',
      ],
    };
  },

  judge: (results, { useful }) => {
    const of = (measure: string) => results.of(measure);
    return [
      {
        statement: 'Hardly any eigenvector (below 1 %) is both useful and not robust.',
        holds: isBelow(of('eigenvectors that are useful and not robust'), 0.01),
      },
      ...['ensemble', 'containment'].map((name) => ({
        statement: `The ${name} is both, its usefulness clearly so.`,
        holds: isAbove(of(`${name}: usefulness`), useful) && isBelow(of(`${name}: usefulness under attack`), 0),
      })),
      {
        statement: 'The ensemble still points to the given label of pictures that were led across.',
        holds: isAbove(of('ensemble: usefulness for labels of pictures led across'), 0),
      },
      {
        statement: 'The containment does not.',
        holds: isBelow(of('containment: usefulness for labels of pictures led across'), 0),
      },
    ];
  },
};

/** A value of a feature that is uncertain by as much as its usefulness. */
function usefulnessMeasure(name: string, value: number, { reach }: FeatureWorth): Measure {
  return { name, value, unit: 'number', interval: { low: value - reach, high: value + reach } };
}

/** Sigma⁻¹ E[y x] on the span of some eigenvectors. */
function leastSquares(
  vectors: readonly Float64Array[],
  values: Float64Array,
  { rows, y }: { readonly rows: readonly Float64Array[]; readonly y: Float64Array },
): Float64Array {
  const difference = new Float64Array(rows[0]!.length);
  rows.forEach((row, i) => {
    for (let j = 0; j < row.length; j++) difference[j]! += (y[i]! * row[j]!) / rows.length;
  });
  const w = new Float64Array(difference.length);
  vectors.forEach((a, i) => {
    const weight = dot(a, difference) / values[i]!;
    for (let j = 0; j < w.length; j++) w[j]! += weight * a[j]!;
  });
  return w;
}

function scatter(worths: readonly FeatureWorth[], built: readonly FeatureWorth[], epsilon: number): Figure {
  const at = ({ robustness, usefulness }: FeatureWorth) => [Math.log10(robustness), usefulness] as const;
  const tens = [-4, -3, -2, -1, 0, 1];
  const inside = (points: readonly FeatureWorth[]) => points.map(at).filter(([x]) => x >= -4 && x <= 1);
  return {
    kind: 'chart',
    name: 'features',
    caption: `Usefulness of features against their robustness. Left of the curve a change of ${epsilon} takes all of it away.`,
    chart: {
      alt: 'Eigenvectors are useless or robust; both constructed features are useful, and left of the curve.',
      x: {
        title: 'robustness: change in l2 that moves the feature by a deviation',
        ticks: tens.map((at) => ({ at, label: at < 0 ? `1e${at}` : String(10 ** at) })),
      },
      y: { title: 'usefulness E[y f]', ticks: [-0.25, 0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: String(at) })) },
      series: [
        { name: 'eigenvectors', tone: 'reference', points: inside(worths), shown: 'points' },
        { name: 'ensemble', tone: 'first', points: inside(built.slice(0, 1)), shown: 'points' },
        { name: 'containment', tone: 'second', points: inside(built.slice(1)), shown: 'points' },
        {
          name: `nothing left by a change of ${epsilon}`,
          tone: 'third',
          points: Array.from({ length: 40 }, (_, i) => [Math.log10(epsilon) + i / 20, 10 ** (-i / 20)] as const).filter(
            ([x]) => x <= 1,
          ),
          shown: 'line',
        },
      ],
    },
  };
}
