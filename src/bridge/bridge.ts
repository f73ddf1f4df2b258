/**
 * @file The bridge from drawing to attack, measured: a pattern that gradient ascent draws for a unit is put, in growing doses, on pictures and
 * on plain grounds, beside attacks, waves and noise of equal strength; and each link of the conjecture gets its number.
 */
import type { Distance } from '../distance/distance.ts';
import { picturesFault } from '../model/faults.ts';
import type { Model } from '../model/model.ts';
import { releasePrograms } from '../runtime/compile.ts';
import { bandPassed } from '../spectrum/band.ts';
import type { NamedUnit } from '../visualize/unit-named.ts';
import { BridgeError } from './bridge-error.ts';
import { compareDoses, type SeenDose } from './compare-doses.ts';
import { type Linearity, linearityOf } from './linearity.ts';
import type { Link } from './link.ts';
import { type LocalLinearity, localLinearity } from './local-linearity.ts';
import { makePatterns, signName } from './make-patterns.ts';
import { measureDoses, type PatternReactions } from './measure-doses.ts';
import { isShared, type Pattern, type Strength } from './pattern.ts';
import { responderOf } from './response.ts';
import { verdictOf } from './verdict.ts';

/** Options of `bridge`. */
export interface BridgeOptions {
  /** Distances that look at the dose; none unless given. */
  readonly distances?: readonly Distance[];
  /** What strength 1 of a pattern is: root mean square 1 (unless given), or largest value 1. */
  readonly strength?: Strength;
  /** Doses besides 0, positive; 1, 2, 4, 8 and 16 / 255 unless given. Each is measured with both signs. */
  readonly doses?: readonly number[];
  /** The dose that the verdict is of, one of the doses; 8 / 255 unless given. */
  readonly dose?: number;
  /** Noise on photographs, in 8-bit levels, up to which (and 15 % more) a change counts as hidden; 8, as random signs of 8 / 255, unless given. */
  readonly notice?: number;
  /** Pictures whose distances and local linearity are measured, the first; 16 unless given. */
  readonly closely?: number;
  readonly seed?: number;
  /** Pictures in one run; 16, or fewer where their gradient takes more than half a gigabyte, unless given. No result depends on it. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

/** What was found of one pattern. */
export interface PatternFindings {
  readonly pattern: Pattern;
  readonly reactions: PatternReactions;
  readonly linearity: Linearity;
  /** Share of the pattern's power above a quarter of a cycle a pixel, its mean left out: one, or one for each picture. */
  readonly highShares: readonly number[];
  /** What distances say of the verdict's dose. */
  readonly seen: readonly SeenDose[];
  /** What they say of every positive dose, lowest first; of the ascent pattern alone, and empty without distances. */
  readonly seenByDose: readonly { readonly dose: number; readonly seen: readonly SeenDose[] }[];
  readonly links: readonly Link[];
}

/** What was found of a unit. */
export interface BridgeFindings {
  readonly model: string;
  readonly unit: string;
  readonly pictures: number;
  /** Places of these pictures among the images given. */
  readonly kept: readonly number[];
  readonly strength: Strength;
  readonly doses: readonly number[];
  readonly dose: number;
  readonly notice: number;
  readonly seed: number;
  /** The unit's responses to the pictures as they are. */
  readonly cleanResponses: readonly number[];
  /** The ascent pattern first. */
  readonly patterns: readonly PatternFindings[];
  readonly localLinearity: readonly LocalLinearity[];
  readonly notes: readonly string[];
}

/** Doses unless others are given. */
export const usualDoses: readonly number[] = [1, 2, 4, 8, 16].map((level) => level / 255);

/**
 * Measures the bridge for a unit.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size; those that the model takes for the unit's class are left out
 * @throws BridgeError if options or pictures do not fit, no picture is left, or nothing raises the unit from grey; NoGradientError if the model has ops without a gradient
 * @example
 * const { patterns } = await bridge(model, images, unitNamed(model, 'dog'), { distances: distanceRegistry });
 * for (const { words } of patterns[0].links) console.log(words);
 */
export async function bridge(
  model: Model,
  images: readonly Float32Array[],
  unit: NamedUnit,
  options: BridgeOptions = {},
): Promise<BridgeFindings> {
  const { distances = [], strength = 'rms', doses = usualDoses, dose = 8 / 255, notice = 8, closely = 16 } = options;
  const { seed = 0, onProgress, signal } = options;
  check(images, { doses, dose, notice, closely });
  const fault = picturesFault(model, images);
  if (fault !== undefined) throw new BridgeError(fault);
  const responder = responderOf(model, unit, options);
  onProgress?.('asking about the pictures');
  const all = await responder.slopes(images);
  const kept = images.flatMap((_, i) => (unit.label !== undefined && all[i]!.answer === unit.label ? [] : [i]));
  if (kept.length === 0)
    throw new BridgeError(
      `${model.name} takes every picture for ${unit.name} already; give pictures of other classes.`,
    );
  const pictures = kept.map((i) => images[i]!);
  const clean = kept.map((i) => all[i]!);
  const left = images.length - kept.length;
  const leftOut =
    left === 0 ? [] : [`${left} of ${images.length} pictures are taken for ${unit.name} already and left out.`];

  const signed = [...doses.map((one) => -one), ...doses].sort((a, b) => a - b);
  const { patterns, notes } = await makePatterns({
    responder,
    pictures,
    clean,
    strength,
    dose,
    seed,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const cleanResponses = clean.map(({ response }) => response);
  const reactionsTo = async (pattern: Pattern) => {
    onProgress?.(`${pattern.name}: ${signed.length} doses on ${pictures.length} pictures`);
    return measureDoses(responder, pattern, pictures, clean, signed);
  };
  const signs = await reactionsTo(patterns.find(({ name }) => name === signName)!);
  const signsFool = signs.doses.find((one) => one.dose === dose)!.fooled;
  const found: PatternFindings[] = [];
  for (const pattern of patterns) {
    const reactions = pattern === signs.pattern ? signs : await reactionsTo(pattern);
    const control = reactions.places.map((i) => signsFool[i]!);
    const near = reactions.places.slice(0, closely);
    const see = (one: number) => compareDoses(model, distances, pattern, pictures, near, one, signal);
    const seen = await see(dose);
    const seenByDose = [];
    if (pattern === patterns[0] && seen.length > 0)
      for (const one of signed.filter((positive) => positive > 0))
        seenByDose.push({ dose: one, seen: one === dose ? seen : await see(one) });
    const of = isShared(pattern) ? [pattern.of] : near.map((i) => (pattern.of as readonly Float32Array[])[i]!);
    const highShares = of.map((values) => highShareOf(values, model));
    found.push({
      pattern,
      reactions,
      linearity: linearityOf(reactions, dose),
      highShares,
      seen,
      seenByDose,
      links: verdictOf({
        reactions,
        highShares,
        cleanResponses,
        seen,
        control,
        unitIsClass: unit.label !== undefined,
        dose,
        notice,
      }),
    });
  }
  onProgress?.('local linearity');
  const few = pictures.slice(0, closely);
  const linearity = await localLinearity(responder, few, clean, doses, strength, seed);
  // Units have programs of their own, which hold gigabytes for large pictures.
  await releasePrograms(model.device, `${model.key} ${unit.objective.key}`);
  return {
    model: model.name,
    unit: unit.name,
    pictures: pictures.length,
    kept,
    strength,
    doses,
    dose,
    notice,
    seed,
    cleanResponses,
    patterns: found,
    localLinearity: linearity,
    notes: [...leftOut, ...notes],
  };
}

/** From a quarter of a cycle a pixel on: half of the highest frequency of rows and columns. */
const highBand = { low: 0.25, high: Math.SQRT1_2 };

/** Share of power above a quarter of a cycle a pixel; the mean of each plane is left out. */
export function highShareOf(values: Float32Array, { height, width }: Pick<Model, 'height' | 'width'>): number {
  const area = height * width;
  const centred = values.slice();
  for (let from = 0; from < values.length; from += area) {
    const plane = centred.subarray(from, from + area);
    const mean = plane.reduce((sum, value) => sum + value, 0) / area;
    plane.forEach((value, i) => {
      plane[i] = value - mean;
    });
  }
  const energy = (x: Float32Array) => x.reduce((sum, value) => sum + value * value, 0);
  const all = energy(centred);
  return all === 0 ? 0 : energy(bandPassed(centred, height, width, highBand)) / all;
}

function check(
  images: readonly Float32Array[],
  { doses, dose, notice, closely }: Required<Pick<BridgeOptions, 'doses' | 'dose' | 'notice' | 'closely'>>,
): void {
  if (images.length === 0) throw new BridgeError('The bridge needs pictures, got none; a hundred are usual.');
  const wrong = doses.find((one) => !(one > 0 && one <= 1));
  if (doses.length === 0 || wrong !== undefined)
    throw new BridgeError(`Doses lie above 0 and up to 1, such as 8 / 255; got ${wrong ?? 'none'}.`);
  if (!doses.includes(dose))
    throw new BridgeError(`The verdict's dose must be one of the doses ${doses.join(', ')}; got ${dose}.`);
  if (!(notice > 0)) throw new BridgeError(`Noise that is hardly noticed must be above 0 levels, got ${notice}.`);
  if (!(Number.isInteger(closely) && closely >= 1))
    throw new BridgeError(`Pictures to look at closely must be a whole number of at least 1, got ${closely}.`);
}
