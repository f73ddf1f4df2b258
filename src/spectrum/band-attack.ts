/**
 * @file Accuracy against budget under attacks that may change one band of frequencies alone: where in the spectrum a classifier is weak.
 * PGD in the ball, the band and the range of pixels; a picture that was fooled within a budget counts as fooled within every larger one.
 */
import { type PgdOptions, pgd } from '../attack/pgd.ts';
import type { AttackResult } from '../attack/result.ts';
import { usualBatch } from '../attack/usual-batch.ts';
import { contentHash } from '../data/content-hash.ts';
import type { Model } from '../model/model.ts';
import { type Band, bandNames, bands as namedBands } from './band.ts';
import { bandSubspace } from './band-subspace.ts';
import { modelHash } from './model-hash.ts';
import { pictureHashes } from './picture-hashes.ts';
import { SpectrumError } from './spectrum-error.ts';

/** Options of `bandAttack`: those of PGD but for its budget. */
export interface BandAttackOptions extends Omit<PgdOptions, 'epsilon' | 'subspace' | 'norm' | 'mask' | 'onProgress'> {
  /** l2 unless given. */
  readonly norm?: 'linf' | 'l2';
  /** Budgets, rising. */
  readonly epsilons: readonly number[];
  /** Bands by what they are called; low, middle and high unless given. All frequencies are attacked as well. */
  readonly bands?: Readonly<Record<string, Band>>;
  /** Pictures in one run; 16, or fewer where their gradient takes more than half a gigabyte, unless given. */
  readonly batch?: number;
  /** Attacks that an earlier run of the same measurement (see `bandAttackKey`) has made. */
  readonly known?: readonly BandCell[];
  /** Called with each attack once it is made, for a state that a later run can go on from. */
  readonly onCell?: (cell: BandCell) => void;
  /** Called with how many of the attacks, a band and a budget each, are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What became of a picture up to a budget. */
export type BandOutcome = Pick<AttackResult, 'misclassifiedBefore' | 'success' | 'success8'> & {
  /** Shares of the change's energy outside the band; undefined where all frequencies were allowed. */
  readonly outside?: number;
  readonly outsideRounded?: number;
};

/** The attack of one band and budget. */
export interface BandCell {
  readonly band: string;
  readonly epsilon: number;
  /** By picture. */
  readonly outcomes: readonly BandOutcome[];
}

/** What attacks of one band and budget did. */
export interface BandPoint {
  readonly epsilon: number;
  /** Share of all pictures that are answered rightly before and under attack, from 0 to 1. */
  readonly accuracy: number;
  /** The same where changed pictures are rounded to 8 bits. */
  readonly accuracy8: number;
  /** Share of the pictures answered rightly before that are fooled. */
  readonly success: number;
  /** Mean share of the changes' energy outside the band, over fooled pictures, before and after rounding; undefined where none is. */
  readonly outside: number | undefined;
  readonly outsideRounded: number | undefined;
}

/** Accuracy against budget within a band. */
export interface BandCurve {
  /** Its name, or `all`. */
  readonly name: string;
  /** Undefined for all frequencies. */
  readonly band: Band | undefined;
  readonly points: readonly BandPoint[];
}

/** Curves of all bands. */
export interface BandAttackResult {
  readonly model: string;
  readonly pictures: number;
  readonly cleanAccuracy: number;
  readonly norm: 'linf' | 'l2';
  readonly steps: number;
  readonly seed: number;
  readonly curves: readonly BandCurve[];
}

/**
 * Attacks pictures within each band and budget.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws SpectrumError or AttackError if options or pictures are out of range; the signal's reason when aborted
 * @example
 * const { curves } = await bandAttack(model, images, labels, { epsilons: [0.5, 1], steps: 20 });
 */
export async function bandAttack(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: BandAttackOptions,
): Promise<BandAttackResult> {
  const { epsilons, bands = defaultBands(), norm = 'l2', steps = usualSteps, known = [], ...further } = options;
  const { batch = usualBatch(model), onCell, onProgress, ...rest } = further;
  if ('all' in bands) throw new SpectrumError('All frequencies are attacked as "all"; call the band otherwise.');
  if (images.length === 0) throw new SpectrumError('There is no picture to attack.');
  if (epsilons.length === 0 || epsilons.some((epsilon, i) => i > 0 && !(epsilon > epsilons[i - 1]!)))
    throw new SpectrumError(`Budgets must rise, got ${epsilons.join(', ') || 'none'}.`);
  const before = new Map(known.map((cell) => [`${cell.band} ${cell.epsilon}`, cell]));
  const named: [string, Band | undefined][] = [...Object.entries(bands), ['all', undefined]];
  const total = named.length * epsilons.length;
  const curves: BandCurve[] = [];
  let [done, right] = [0, 0];
  for (const [name, band] of named) {
    let outcomes: readonly BandOutcome[] = [];
    const points: BandPoint[] = [];
    for (const epsilon of epsilons) {
      const made = before.get(`${name} ${epsilon}`);
      outcomes = made?.outcomes ?? (await attacked(outcomes, epsilon, band));
      if (made === undefined) onCell?.({ band: name, epsilon, outcomes });
      points.push(pointOf(outcomes, epsilon));
      right = outcomes.filter((one) => !one.misclassifiedBefore).length;
      onProgress?.(++done, total);
    }
    curves.push({ name, band, points });
  }
  const { seed = 0 } = rest;
  return {
    model: model.name,
    pictures: images.length,
    cleanAccuracy: right / images.length,
    norm,
    steps,
    seed,
    curves,
  };

  /** Outcomes up to a budget from those up to the one before: pictures that were fooled are left alone. */
  async function attacked(found: readonly BandOutcome[], epsilon: number, band: Band | undefined) {
    const next = images.map((_, i) => found[i]);
    const open = [...images.keys()].filter((i) => !next[i]?.success8 && !next[i]?.misclassifiedBefore);
    const results = await pgd(
      model,
      open.map((i) => images[i]!),
      labels && open.map((i) => labels[i]!),
      { ...rest, batch, norm, steps, epsilon, ...(band === undefined ? {} : { subspace: bandSubspace(band) }) },
    );
    for (const [k, i] of open.entries()) if (results[k]!.success || !next[i]?.success) next[i] = outcomeOf(results[k]!);
    return next as BandOutcome[];
  }
}

/**
 * What tells these attacks from any others: the model by all that it computes, the pictures in their order with their labels, and the
 * settings. Whoever sets further options of PGD adds them.
 */
export async function bandAttackKey(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: Pick<BandAttackOptions, 'epsilons' | 'bands' | 'norm' | 'steps' | 'seed'>,
): Promise<string> {
  const { epsilons, bands = defaultBands(), norm = 'l2', steps = usualSteps, seed = 0 } = options;
  const pictures = await contentHash({ each: await pictureHashes(images, labels) });
  const rings = Object.entries(bands).map(([name, { low, high }]) => `${name} ${low} to ${high}`);
  return `bands, ${model.name} ${await modelHash(model)}, ${images.length} pictures ${pictures}, ${norm} ${epsilons.join(' ')}, ${rings.join(', ')}, ${steps} steps, seed ${seed}`;
}

/** Steps of PGD unless told. */
const usualSteps = 20;

function defaultBands(): Readonly<Record<string, Band>> {
  return Object.fromEntries(bandNames.map((name) => [name, namedBands[name]]));
}

function outcomeOf({ misclassifiedBefore, success, success8, subspace }: AttackResult): BandOutcome {
  const shares = subspace && { outside: subspace.outside, outsideRounded: subspace.outsideRounded };
  return { misclassifiedBefore, success, success8, ...shares };
}

function pointOf(found: readonly BandOutcome[], epsilon: number): BandPoint {
  const right = found.filter(({ misclassifiedBefore }) => !misclassifiedBefore);
  const fooled = right.filter(({ success }) => success);
  const resist = (key: 'success' | 'success8') => right.filter((one) => !one[key]).length / found.length;
  const mean = (key: 'outside' | 'outsideRounded') =>
    fooled.length === 0 || fooled[0]![key] === undefined
      ? undefined
      : fooled.reduce((sum, one) => sum + one[key]!, 0) / fooled.length;
  return {
    epsilon,
    accuracy: resist('success'),
    accuracy8: resist('success8'),
    success: right.length === 0 ? 0 : fooled.length / right.length,
    outside: mean('outside'),
    outsideRounded: mean('outsideRounded'),
  };
}
