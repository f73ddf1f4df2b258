/** @file Distances of nearest errors, found by an attack and told from errors under noise, picture by picture. */
import { ddn } from '../attack/ddn.ts';
import { pickImages, pixelsOf } from '../data/image-array.ts';
import { median } from '../distance/mean.ts';
import type { ExperimentContext, KnownModel } from './context.ts';
import type { Measure } from './experiment.ts';
import { medianInterval, rankCorrelationInterval } from './interval.ts';
import { answersOf } from './networks.ts';
import { flatDistance, noiseErrors, rankCorrelation } from './noise-distance.ts';
import { type PictureSet, pictureSet } from './picture-set.ts';

/** Shares of noisy copies misread between which a distance is told. */
const [rarest, commonest] = [0.03, 0.4];

/** Pairs of told and found distances from which a correlation is taken: that of fewer may be anything. */
export const leastPairs = 10;

/** How errors are looked for. */
export interface NearestErrorOptions {
  /** Pictures whose nearest error is looked for. */
  readonly attacked: number;
  readonly attackSteps: number;
  /** Deviations of the noise, in pixels from 0 to 1, rising. */
  readonly sigmas: readonly number[];
  /** Noisy copies of each picture at each deviation. */
  readonly draws: number;
}

/** What was found of each picture. */
export interface NearestErrors {
  /** Length in l2 of the smallest change found that is misread. */
  readonly distances: readonly number[];
  /** Shares of noisy copies misread: of each deviation, of each picture. */
  readonly errors: readonly (readonly number[])[];
}

/** Looks for the nearest errors of the first pictures that a model reads rightly. */
export async function nearestErrors(
  { signal, step }: ExperimentContext,
  { model }: KnownModel,
  test: PictureSet,
  { attacked, attackSteps, sigmas, draws }: NearestErrorOptions,
): Promise<NearestErrors> {
  const answers = await answersOf(model, test);
  const right = Array.from(answers.keys()).filter((i) => answers[i] === test.array.labels[i]);
  const chosen = await pictureSet(pickImages(test.array, right.slice(0, attacked)));
  const count = chosen.array.shape[0];
  const errors: number[][] = [];
  for (const sigma of sigmas)
    errors.push(
      await step(`noise of ${sigma} on ${model.name}`, (tick) =>
        noiseErrors(model, chosen, sigma, draws, (done) => tick(done, count)),
      ),
    );
  const results = await step(`nearest errors of ${model.name}`, (tick) =>
    ddn(
      model,
      Array.from({ length: count }, (_, i) => pixelsOf(chosen.array, [i])),
      [...chosen.array.labels],
      { steps: attackSteps, batch: 32, onProgress: tick, ...(signal === undefined ? {} : { signal }) },
    ),
  );
  // Without success the attack bounds nothing: the pictures are left out together with their errors.
  const kept = Array.from(results.keys()).filter((i) => results[i]!.success);
  return {
    distances: kept.map((i) => results[i]!.distances.l2),
    errors: errors.map((each) => kept.map((i) => each[i]!)),
  };
}

/** Told and found distances of the pictures whose noise tells one. */
export function toldAndFound(
  near: NearestErrors,
  { sigmas, draws }: Pick<NearestErrorOptions, 'sigmas' | 'draws'>,
): (readonly [told: number, found: number])[] {
  return near.distances.flatMap((distance, i) => {
    // The faintest noise that is misread now and then: louder noise tells of places far away.
    const s = near.errors.findIndex((each) => each[i]! >= rarest);
    const error = near.errors[s]?.[i];
    return error === undefined || error > commonest
      ? []
      : [[flatDistance(error, sigmas[s]!, draws), distance] as const];
  });
}

/**
 * How told distances go with found ones: unknown (NaN) where there are too few of them for an interval, or all are the same. A number
 * without an interval would be judged as if it were sure.
 */
export function comparedDistances(role: string, pairs: readonly (readonly [told: number, found: number])[]): Measure[] {
  const ratios = pairs.map(([told, found]) => found / told);
  const middle = medianInterval(ratios);
  const ranks =
    pairs.length < leastPairs
      ? Number.NaN
      : rankCorrelation(
          pairs.map(([told]) => told),
          pairs.map(([, found]) => found),
        );
  return [
    {
      name: `${role}: median of found over told distance`,
      value: middle === undefined ? Number.NaN : median(ratios),
      unit: 'number',
      interval: middle,
    },
    {
      name: `${role}: rank correlation of found and told distances`,
      value: ranks,
      unit: 'number',
      ...(Number.isNaN(ranks) ? {} : { interval: rankCorrelationInterval(ranks, pairs.length) }),
    },
  ];
}
