/**
 * @file What experiments say of made-up numbers: such as the papers have bear out every statement, and for each statement there are
 * numbers that do not, near to where it turns.
 */
import { describe, expect, it } from 'vitest';
import type { Experiment, Measure, Settings } from './experiment.ts';
import { bugs } from './experiments/bugs.ts';
import { cue } from './experiments/cue.ts';
import { leakage } from './experiments/leakage.ts';
import { linearFeatures } from './experiments/linear-features.ts';
import { mislabelled } from './experiments/mislabelled.ts';
import { mistakes } from './experiments/mistakes.ts';
import { noise } from './experiments/noise.ts';
import { priors } from './experiments/priors.ts';
import { representations } from './experiments/representations.ts';
import { squares } from './experiments/squares.ts';
import { style } from './experiments/style.ts';
import { transfer } from './experiments/transfer.ts';
import { summarise } from './summary.ts';

/** One value a seed, and of how many trials each is a share, or how far its own interval reaches. */
interface Found {
  readonly values: readonly number[];
  readonly of?: number;
  readonly reach?: number;
}
type Numbers = Readonly<Record<string, Found>>;

const numbers = (...values: number[]): Found => ({ values });
const within =
  (reach: number) =>
  (...values: number[]): Found => ({ values, reach });
const shares =
  (of: number) =>
  (...values: number[]): Found => ({ values, of });
const of100 = shares(100);
const of300 = shares(300);
/** 119 of 1000 are the fewest whose interval lies above 10 %. */
const of1000 = shares(1000);

interface Case {
  readonly experiment: Pick<Experiment, 'name' | 'judge'>;
  readonly settings: Settings;
  /** Numbers that agree with the paper. */
  readonly agreeing: Numbers;
  /** Changes of them, and the beginnings of the statements that then do not hold. */
  readonly otherwise: readonly (readonly [changes: Numbers, ...falls: string[]])[];
}

/** A case of the table; settings are those that the experiment judges by. */
function caseOf<S extends Settings>(
  experiment: Experiment<S>,
  settings: Partial<S>,
  agreeing: Numbers,
  otherwise: Case['otherwise'],
): Case {
  return { experiment: experiment as unknown as Experiment, settings: settings as Settings, agreeing, otherwise };
}

const underAttack = (name: string, radius: number) => `${name}: accuracy under attack of l2 ${radius}`;

const [taught, control] = ['student of the standard network’s D_det', 'student of the robust network’s D_det'];
const swayed = 'answers of the class that false cues name, more than without';
const half = 'accuracy without cues, more than half of that of the one never shown cues';
const nearest = 'classes whose mean change is nearest to their own cue';
const third = 'the same, less a third of the standard network’s';
const power = 'power of changes at the cues’ frequencies over that around';
const beyondRobust = 'standard network beyond the robust one: answers of the class that false cues name';
const beyondControl = `${taught} beyond the other: answers of the class that false cues name`;
/** As far as paired shares of 1000 scenes reach, about. */
const paired = within(0.03);
const share = 'share of the power of changes at the cues’ frequencies';

const cases: readonly Case[] = [
  caseOf(
    mislabelled,
    {},
    {
      chance: numbers(0.1, 0.1),
      'D_rand: clean accuracy': of1000(0.633, 0.62),
      'D_det: clean accuracy': of1000(0.437, 0.42),
      'leaks of D_rand alone: clean accuracy': of1000(0.1, 0.12),
      'leaks of D_det alone: clean accuracy': of1000(0.09, 0.02),
      'D_rand: pictures that bear their true label': numbers(0, 0),
      'D_det: pictures that bear their true label': numbers(0, 0),
    },
    [
      [{ 'D_rand: pictures that bear their true label': numbers(0, 1) }, 'No picture'],
      [{ 'D_det: pictures that bear their true label': numbers(1, 0) }, 'No picture'],
      [
        {
          'D_rand: clean accuracy': of1000(0.633, 0.118),
          'leaks of D_rand alone: clean accuracy': of1000(0.01, 0.02),
        },
        'A network trained on D_rand',
        'D_rand teaches more',
      ],
      [
        { 'D_det: clean accuracy': of1000(0.118, 0.42), 'leaks of D_det alone: clean accuracy': of1000(0.01, 0.02) },
        'A network trained on D_det',
      ],
      [{ 'leaks of D_rand alone: clean accuracy': of1000(0.1, 0.58) }, 'It learns more from D_rand'],
      [{ 'leaks of D_det alone: clean accuracy': of1000(0.37, 0.1) }, 'It learns more from D_det'],
      [{ 'D_det: clean accuracy': of1000(0.437, 0.58) }, 'D_rand teaches more'],
    ],
  ),
  caseOf(
    representations,
    { attackRadii: [0.25, 0.5] },
    {
      chance: numbers(0.1, 0.1),
      'D_R: clean accuracy': of1000(0.841, 0.83),
      'D_NR: clean accuracy': of1000(0.877, 0.86),
      [underAttack('true pictures', 0.25)]: of300(0.045, 0.05),
      [underAttack('D_R', 0.25)]: of300(0.483, 0.45),
      [underAttack('D_NR', 0.25)]: of300(0.008, 0.01),
      [underAttack('true pictures', 0.5)]: of300(0, 0),
      [underAttack('D_R', 0.5)]: of300(0.2, 0.18),
      [underAttack('D_NR', 0.5)]: of300(0, 0),
    },
    [
      [{ 'D_R: clean accuracy': of1000(0.118, 0.83) }, 'Training on D_R gives clean'],
      [{ 'D_NR: clean accuracy': of1000(0.877, 0.118) }, 'Training on D_NR gives clean'],
      [{ [underAttack('D_NR', 0.5)]: of300(0, 0.07) }, 'Training on D_NR gives no robustness'],
      [
        { [underAttack('true pictures', 0.25)]: of300(0.045, 0.4) },
        'Training on D_R gives clearly more accuracy under attack of l2 0.25 than training on true pictures',
      ],
      [
        { [underAttack('D_NR', 0.25)]: of300(0.4, 0.01) },
        'Training on D_R gives clearly more accuracy under attack of l2 0.25 than training on D_NR',
      ],
      [
        { [underAttack('true pictures', 0.5)]: of300(0, 0.15) },
        'Training on D_R gives clearly more accuracy under attack of l2 0.5 than training on true pictures',
      ],
      [
        { [underAttack('D_NR', 0.5)]: of300(0.15, 0) },
        'Training on D_NR gives no robustness',
        'Training on D_R gives clearly more accuracy under attack of l2 0.5 than training on D_NR',
      ],
      [
        { [underAttack('D_R', 0.5)]: of300(0.2, 0.01) },
        'Training on D_R gives clearly more accuracy under attack of l2 0.5 than training on true pictures',
        'Training on D_R gives clearly more accuracy under attack of l2 0.5 than training on D_NR',
      ],
    ],
  ),
  caseOf(
    transfer,
    {},
    {
      'correlation over architectures': within(0.4)(0.92, 0.95),
    },
    [
      [{ 'correlation over architectures': within(0.4)(0.41, 0.58) }, 'Over architectures'],
      // Ends are not averaged: -0.05 and 0.25 are above 0 on the average.
      [{ 'correlation over architectures': within(0.7)(0.65, 0.95) }, 'Over architectures', 'So few architectures'],
      [{ 'correlation over architectures': numbers(0.6, 0.9) }, 'Over architectures', 'So few architectures'],
      // Above 0.5 in both seeds, and in neither surely.
      [{ 'correlation over architectures': within(0.4)(0.8, 0.85) }, 'Over architectures'],
    ],
  ),
  caseOf(
    priors,
    {},
    {
      'standard: class images read by the other of both': of100(0.1, 0.2),
      'robust: class images read by the other of both': of100(0.9, 0.8),
      'standard: energy of class images in high frequencies': within(0.005)(0.6, 0.59),
      'robust: energy of class images in high frequencies': within(0.005)(0.1, 0.11),
      'standard: energy of gradients in high frequencies': within(0.005)(0.5, 0.5),
      'robust: energy of gradients in high frequencies': within(0.005)(0.2, 0.2),
      'standard: energy of gradients in principal directions': within(0.005)(0.1, 0.1),
      'robust: energy of gradients in principal directions': within(0.005)(0.5, 0.5),
      'standard: cosine of gradient and picture, size': within(0.005)(0.02, 0.02),
      'robust: cosine of gradient and picture, size': within(0.005)(0.1, 0.1),
      'standard: cosine of gradient and denoiser': within(0.005)(0.001, 0.002),
      'robust: cosine of gradient and denoiser': within(0.005)(0.02, 0.02),
    },
    [
      [{ 'standard: class images read by the other of both': of100(0.9, 0.8) }, 'The standard network reads more'],
      // 70 of 100 from 60.4 %; 65 of 100 to 73.6 %.
      [
        {
          'standard: class images read by the other of both': of100(0.65, 0.65),
          'robust: class images read by the other of both': of100(0.7, 0.7),
        },
        'The standard network reads more',
      ],
      [
        { 'robust: energy of class images in high frequencies': within(0.005)(0.6, 0.6) },
        'The standard network’s class images',
      ],
      [
        { 'robust: energy of class images in high frequencies': within(0.005)(Number.NaN, Number.NaN) },
        'The standard network’s class images',
      ],
      // Seeds agree, and their intervals do not tell.
      [
        { 'standard: energy of class images in high frequencies': within(0.3)(0.4, 0.4) },
        'The standard network’s class images',
      ],
      [{ 'robust: energy of gradients in high frequencies': within(0.005)(0.6, 0.6) }, 'So have'],
      [{ 'robust: energy of gradients in high frequencies': within(0.005)(0.5, 0.5) }, 'So have'],
      [{ 'robust: energy of gradients in high frequencies': within(0.005)(0.2, Number.NaN) }, 'So have'],
      [
        { 'robust: energy of gradients in principal directions': within(0.005)(0.1, 0.1) },
        'More of the robust network’s gradients',
      ],
      [{ 'robust: cosine of gradient and picture, size': within(0.005)(0.02, 0.02) }, 'They are more aligned'],
      [{ 'standard: cosine of gradient and denoiser': within(0.005)(0.02, 0.02) }, 'And with the denoiser'],
      [{ 'standard: cosine of gradient and denoiser': numbers(Number.NaN, 0.001) }, 'And with the denoiser'],
    ],
  ),
  caseOf(
    style,
    {},
    {
      'standard: style gained, by itself': within(0.05)(0.9, 0.95),
      'robust: style gained, by itself': within(0.05)(0.8, 0.85),
      'standard: style gained, by a second network': within(0.05)(0.1, 0.05),
      'robust: style gained, by a second network': within(0.05)(0.4, 0.45),
      'standard: style gained, by the other of both': within(0.05)(0.05, 0),
      'robust: style gained, by the other of both': within(0.05)(0.3, 0.4),
      'standard: mean fragility of layers': within(0.05)(1.2, 1.3),
      'robust: mean fragility of layers': within(0.05)(0.2, 0.3),
      'standard: energy of the change in high frequencies': within(0.05)(0.4, 0.5),
      'robust: energy of the change in high frequencies': within(0.05)(0.1, 0.1),
    },
    [
      [{ 'standard: style gained, by itself': within(0.05)(0.3, 0.3) }, 'Each network'],
      [{ 'robust: style gained, by itself': within(0.05)(0.24, 0.35) }, 'Each network'],
      [{ 'standard: style gained, by a second network': within(0.05)(0.4, 0.45) }, 'A second network'],
      // The robust one's is more, by less than both are sure of.
      [{ 'standard: style gained, by a second network': within(0.05)(0.3, 0.31) }, 'A second network'],
      [{ 'robust: style gained, by a second network': within(0.05)(Number.NaN, 0.45) }, 'A second network'],
      [{ 'robust: style gained, by itself': within(0.2)(0.45, 0.5) }, 'Each network'],
      [{ 'robust: mean fragility of layers': within(1)(0.2, 0.3) }, 'The standard network’s layers'],
      [{ 'robust: style gained, by the other of both': within(0.05)(0.05, 0) }, 'The robust network'],
      [{ 'robust: mean fragility of layers': within(0.05)(1.2, 1.3) }, 'The standard network’s layers'],
      [{ 'robust: energy of the change in high frequencies': within(0.05)(0.4, 0.5) }, 'The standard network’s change'],
    ],
  ),
  caseOf(
    bugs,
    {},
    {
      chance: numbers(0.1, 0.1),
      'PGD: success on the source': of1000(0.996, 0.99),
      'disentangled: success on the source': of1000(0.986, 0.98),
      'PGD: transfer to a network not seen': of1000(0.521, 0.5),
      'disentangled: transfer to a network not seen': of1000(0.008, 0.02),
      'PGD: student, clean accuracy': of1000(0.237, 0.25),
      'disentangled: student, clean accuracy': of1000(0.025, 0.03),
    },
    [
      // 91 % are over 90 %, and their interval is not.
      [{ 'PGD: success on the source': of1000(0.996, 0.91) }, 'Both attacks'],
      [{ 'disentangled: success on the source': of1000(0.91, 0.98) }, 'Both attacks'],
      [{ 'disentangled: transfer to a network not seen': of1000(0.008, 0.05) }, 'Disentangled changes hardly transfer'],
      [{ 'PGD: transfer to a network not seen': of1000(0.06, 0.07) }, 'Disentangled changes hardly transfer'],
      // Five times as often on the average, and not surely.
      [{ 'PGD: transfer to a network not seen': of1000(0.12, 0.13) }, 'Disentangled changes hardly transfer'],
      [
        {
          'PGD: transfer to a network not seen': of1000(0, 0),
          'disentangled: transfer to a network not seen': of1000(0, 0),
        },
        'Disentangled changes hardly transfer',
      ],
      [{ 'PGD: student, clean accuracy': of1000(0.237, 0.118) }, 'Ordinary changes teach'],
      [{ 'disentangled: student, clean accuracy': of1000(0.025, 0.14) }, 'Disentangled changes do not'],
      [
        {
          'PGD: student, clean accuracy': of1000(0.13, 0.25),
          'disentangled: student, clean accuracy': of1000(0.025, 0.11),
        },
        'The first learns',
      ],
    ],
  ),
  caseOf(
    leakage,
    {},
    {
      chance: numbers(0.1, 0.1),
      'plain linear classifier: accuracy under attack': of300(0.05, 0.04),
      'robust linear classifier: accuracy under attack': of300(0.25, 0.2),
      'robust linear features, D_rand as published: clean accuracy': of1000(0.23, 0.22),
      'robust linear features, D_rand: clean accuracy': of1000(0.12, 0.1),
      // Above 10 % in one seed, within the five points that chance is given.
      'robust linear features, D_det: clean accuracy': of1000(0.05, 0.12),
      'scores of a robust network, D_det: clean accuracy': of1000(0.12, 0.06),
    },
    [
      [{ 'plain linear classifier: accuracy under attack': of300(0.25, 0.3) }, 'The robust linear classifier'],
      [{ 'plain linear classifier: accuracy under attack': of300(0.05, 0.18) }, 'The robust linear classifier'],
      [
        { 'robust linear features, D_rand: clean accuracy': of1000(0.12, 0.21) },
        'On D_rand without true labels they give less',
      ],
      [
        {
          'robust linear features, D_rand as published: clean accuracy': of1000(0.23, 0.118),
          'robust linear features, D_rand: clean accuracy': of1000(0.02, 0.01),
        },
        'On D_rand as published',
      ],
      [
        { 'robust linear features, D_rand: clean accuracy': of1000(0.23, 0.24) },
        'On D_rand without true labels they give less',
      ],
      [{ 'robust linear features, D_det: clean accuracy': of1000(0.05, 0.14) }, 'On D_det they do not beat chance'],
      [{ 'scores of a robust network, D_det: clean accuracy': of1000(0.14, 0.06) }, 'Nor do the scores'],
    ],
  ),
  caseOf(
    mistakes,
    {},
    {
      chance: numbers(0.1, 0.1),
      'errors that bear their true label': numbers(0, 0),
      'plane: student right on the first points': of300(0.9, 0.92),
      'plane: control right on the first points': of300(0.3, 0.2),
      'student of errors: clean accuracy': of1000(0.5, 0.52),
      'student of random wrong labels: clean accuracy': of1000(0.05, 0.12),
    },
    [
      [{ 'errors that bear their true label': numbers(0, 1) }, 'No label'],
      [{ 'plane: student right on the first points': of300(0.9, 0.55) }, 'In the plane'],
      [{ 'plane: control right on the first points': of300(0.84, 0.2) }, 'In the plane'],
      [
        {
          'student of errors: clean accuracy': of1000(0.5, 0.118),
          'student of random wrong labels: clean accuracy': of1000(0.01, 0.02),
        },
        'A network that learns from another’s errors',
      ],
      [
        { 'student of random wrong labels: clean accuracy': of1000(0.05, 0.14) },
        'From labels that are wrong at random',
      ],
      [
        {
          'student of errors: clean accuracy': of1000(0.13, 0.5),
          'student of random wrong labels: clean accuracy': of1000(0.05, 0.1),
        },
        'From labels that are wrong at random',
      ],
    ],
  ),
  caseOf(
    linearFeatures,
    { useful: 0.25 },
    {
      'eigenvectors that are useful and not robust': numbers(0.004, 0.004),
      'ensemble: usefulness': within(0.1)(0.5, 0.4),
      'ensemble: usefulness under attack': within(0.1)(-1, -2),
      'ensemble: usefulness for labels of pictures led across': within(0.05)(0.2, 0.1),
      'containment: usefulness': within(0.1)(0.37, 0.4),
      'containment: usefulness under attack': within(0.1)(-3, -4),
      'containment: usefulness for labels of pictures led across': within(0.1)(-0.3, -0.2),
    },
    [
      [{ 'eigenvectors that are useful and not robust': numbers(0.012, 0.012) }, 'Hardly any eigenvector'],
      // 0.5 and 0.34 are useful on the average, and their low ends are as well; the second seed's is not.
      [{ 'ensemble: usefulness': within(0.1)(0.5, 0.34) }, 'The ensemble is both'],
      [{ 'ensemble: usefulness under attack': within(0.1)(-0.2, -0.09) }, 'The ensemble is both'],
      [{ 'containment: usefulness': within(0.1)(0.34, 0.34) }, 'The containment is both'],
      [{ 'containment: usefulness under attack': within(0.1)(0.01, 0) }, 'The containment is both'],
      [
        { 'ensemble: usefulness for labels of pictures led across': within(0.05)(0.2, 0.04) },
        'The ensemble still points',
      ],
      [
        { 'containment: usefulness for labels of pictures led across': within(0.1)(-0.09, -0.3) },
        'The containment does not',
      ],
    ],
  ),
  caseOf(
    noise,
    {},
    {
      'standard: rank correlation of found and told distances': within(0.2)(0.8, 0.8),
      'robust: rank correlation of found and told distances': within(0.15)(0.7, 0.7),
      'standard: median of found over told distance': within(0.2)(0.8, 0.9),
      'robust: median of found over told distance': within(0.15)(0.7, 1.1),
      'standard: accuracy lost, high-frequency noise': within(0.03)(0.65, 0.65),
      'robust: accuracy lost, high-frequency noise': within(0.03)(0.05, 0.05),
      'standard: accuracy lost, half of the contrast': within(0.03)(0.05, 0.05),
      'robust: accuracy lost, half of the contrast': within(0.03)(0.25, 0.25),
    },
    [
      [
        { 'standard: rank correlation of found and told distances': within(0.3)(0.75, 0.75) },
        'standard: they go together closely',
      ],
      // Above 0 on the average, and not in the second seed.
      [
        { 'standard: rank correlation of found and told distances': within(0.6)(0.8, 0.59) },
        'standard: pictures whose noisy copies',
        'standard: they go together closely',
      ],
      [
        { 'robust: rank correlation of found and told distances': numbers(Number.NaN, Number.NaN) },
        'robust: pictures whose noisy copies',
        'robust: they go together closely',
      ],
      [{ 'standard: median of found over told distance': within(0.2)(0.69, 0.9) }, 'standard: the found distance'],
      [{ 'robust: median of found over told distance': within(0.15)(1, 1.9) }, 'robust: the found distance'],
      [{ 'robust: accuracy lost, high-frequency noise': within(0.03)(0.7, 0.7) }, 'The robust network loses less'],
      [{ 'robust: accuracy lost, high-frequency noise': within(0.03)(0.6, 0.6) }, 'The robust network loses less'],
      [{ 'robust: accuracy lost, half of the contrast': within(0.03)(0.04, 0.04) }, 'It loses more'],
      [{ 'robust: accuracy lost, half of the contrast': within(0.03)(0.1, 0.1) }, 'It loses more'],
      [{ 'standard: accuracy lost, half of the contrast': within(0.03)(Number.NaN, 0.05) }, 'It loses more'],
    ],
  ),
  caseOf(
    squares,
    { samples: [250, 500] },
    {
      'largest number of samples, true labels: median change in l∞ that fools': within(0.01)(0.99, 0.98),
      '500 samples: change without wrong labels over that with': within(20)(250, 240),
      'largest number of samples, wrong labels: clean accuracy': of1000(1, 0.99),
    },
    [
      [
        { 'largest number of samples, true labels: median change in l∞ that fools': within(0.01)(0.99, 0.505) },
        'With true labels',
      ],
      [{ '500 samples: change without wrong labels over that with': within(20)(250, 69) }, 'With a tenth'],
      [{ '500 samples: change without wrong labels over that with': numbers(Number.NaN, 240) }, 'With a tenth'],
      [{ 'largest number of samples, wrong labels: clean accuracy': of1000(1, 0.96) }, 'And clean accuracy'],
    ],
  ),
  caseOf(
    cue,
    {},
    {
      chance: numbers(0.1, 0.1),
      'robust: accuracy without cues': of1000(0.6, 0.65),
      'standard: accuracy that false cues cost': paired(0.45, 0.4),
      [`standard: ${swayed}`]: paired(0.86, 0.8),
      [`robust: ${swayed}`]: paired(0, 0.01),
      [`robust: ${half}`]: paired(0.2, 0.25),
      [`${taught}: ${swayed}`]: paired(0.35, 0.3),
      [`${control}: ${swayed}`]: paired(0, 0.01),
      [beyondRobust]: paired(0.86, 0.8),
      [beyondControl]: paired(0.34, 0.28),
      [`standard: ${nearest}`]: numbers(1, 1),
      [`robust: ${third}`]: within(0.02)(-0.03, -0.04),
      [`standard: ${power}`]: within(1)(6, 7),
      [`standard: ${share}`]: within(0.05)(0.4, 0.5),
      [`robust: ${share}`]: within(0.02)(0.06, 0.3),
      [`never shown cues: ${share}`]: within(0.001)(0.002, 0.003),
    },
    [
      [{ 'standard: accuracy that false cues cost': paired(0.45, 0.02) }, 'The standard network uses the cue'],
      [{ [`standard: ${swayed}`]: paired(0.02, 0.8) }, 'The standard network uses the cue'],
      [{ [beyondRobust]: paired(0.02, 0.8) }, 'The robust network answers false cues'],
      [{ 'robust: accuracy without cues': of1000(0.118, 0.6) }, 'The robust network sees shapes'],
      [{ [`robust: ${half}`]: paired(0.2, 0.02) }, 'The robust network sees shapes'],
      [{ [`robust: ${swayed}`]: paired(0, 0.03) }, 'False cues do not sway it'],
      [{ [`standard: ${nearest}`]: numbers(1, 0.9) }, 'D_det of the standard network'],
      [{ [`robust: ${third}`]: within(0.02)(-0.03, -0.019) }, 'Changes against the robust network'],
      [{ [`${taught}: ${swayed}`]: paired(0.35, 0.02) }, 'A network that never saw a cue'],
      [{ [`${control}: ${swayed}`]: paired(0.03, 0) }, 'From the robust network’s changes'],
      [{ [beyondControl]: paired(0.02, 0.3) }, 'The student of the standard'],
      // More on the average, and one seed is not sure.
      [{ [`robust: ${share}`]: within(0.02)(0.06, 0.34) }, 'The spectrum shows it'],
      [{ [`standard: ${share}`]: within(0.05)(0.36, 0.5) }, 'The spectrum shows it'],
      [{ [`never shown cues: ${share}`]: within(0.001)(0.4, 0.003) }, 'The spectrum shows it'],
      [{ [`standard: ${power}`]: within(1)(6, 1.9) }, 'The spectrum shows it'],
    ],
  ),
];

function verdictsOf({ experiment, settings }: Case, found: Numbers) {
  const [first] = Object.values(found);
  const findings = first!.values.map((_, seed) => ({
    measures: Object.entries(found).map(([name, { values, of, reach }]): Measure => {
      const value = values[seed]!;
      return {
        ...{ name, value, unit: 'share' },
        ...(of === undefined ? {} : { of }),
        ...(reach === undefined ? {} : { interval: { low: value - reach, high: value + reach } }),
      };
    }),
  }));
  return experiment.judge(summarise(findings), settings);
}

const fallenIn = (each: Case, found: Numbers) =>
  verdictsOf(each, found)
    .filter(({ holds }) => !holds)
    .map(({ statement }) => statement);

describe.each(cases.map((each) => [each.experiment.name, each] as const))('the verdicts of %s', (_name, each) => {
  it('all hold where numbers agree with the paper', () => {
    expect(fallenIn(each, each.agreeing)).toEqual([]);
  });

  it.each(each.otherwise.map(([changes, ...falls]) => [falls.join('”, “'), changes, falls] as const))(
    '“%s” falls by other numbers, and nothing else does',
    (_words, changes, falls) => {
      expect(Object.keys(each.agreeing)).toEqual(expect.arrayContaining(Object.keys(changes)));
      expect(fallenIn(each, { ...each.agreeing, ...changes })).toEqual(
        falls.map((beginning) => expect.stringMatching(new RegExp(`^${beginning}`))),
      );
    },
  );

  it('are each turned by some numbers', () => {
    const turned = new Set(each.otherwise.flatMap(([changes]) => fallenIn(each, { ...each.agreeing, ...changes })));
    expect([...turned].sort()).toEqual(
      verdictsOf(each, each.agreeing)
        .map(({ statement }) => statement)
        .sort(),
    );
  });
});
