/**
 * @file A patch that fools wherever it lies (Brown et al. 2017): trained under random turns, sizes and places over a set of pictures, by Adam
 * on its pixels. What is raised is the mean log probability of being fooled: of the target, or of any class but the label.
 * Departure: sides are 0.3 to 0.6 of the shorter side unless `scale` says otherwise, where the authors draw sizes from 0.1 to 1.
 */

import type { Picture } from '../image/image.ts';
import { quantize8 } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import { type Range, rangeOf } from '../transform/range.ts';
import type { Transform } from '../transform/transform.ts';
import { adam } from './adam.ts';
import { startTrials } from './attack-options.ts';
import { checkCount } from './check-options.ts';
import { type PatchRanges, type PatchShape, patchMask } from './patch-placement.ts';
import { type PatchRate, patchRates } from './patch-rates.ts';
import { patchSteps } from './patch-steps.ts';
import { type Colour, usualColours } from './printability.ts';
import { AttackError } from './result.ts';
import type { HeldOut } from './universal-perturbation.ts';

/** Options of `adversarialPatch`. */
export interface PatchOptions {
  /** Class to lead to; away from the labels unless given. */
  readonly target?: number;
  /** circle unless given. */
  readonly shape?: PatchShape;
  /** Side of the patch over the shorter side of the picture; [0.3, 0.6] unless given. */
  readonly scale?: Range;
  /** Degrees that it is turned by; [-22.5, 22.5] unless given. */
  readonly angle?: Range;
  /** Pixels along a side of the patch; as many as it covers where it is largest, at least 8, unless given. */
  readonly resolution?: number;
  /** Steps; 500 unless given. */
  readonly steps?: number;
  /** Size of Adam's first steps, with pixels from 0 to 1, falling in a straight line to a tenth; 5 / 255 unless given. */
  readonly learningRate?: number;
  /** Random changes of the pictures with the patch in them, such as `brightnessAndContrast`, `noise`, `jpeg`; none unless given. */
  readonly transform?: Transform;
  /** Weight of the mean distance of its colours from printable ones; 0 unless given. For pictures of three channels. */
  readonly printability?: number;
  /** What counts as printable; a rough stand-in for any printer unless given. */
  readonly colours?: readonly Colour[];
  /** Weight of the mean total variation of its pixels; 0 unless given. */
  readonly smoothness?: number;
  /** A patch to start from, [C, side, side], such as an earlier result's; middle grey unless given. */
  readonly start?: Float32Array;
  /** Pictures on which success is reported as well. */
  readonly heldOut?: HeldOut;
  /** Sizes at which success is reported; the ends and the middle of `scale` unless given. */
  readonly reportedScales?: readonly number[];
  /** Random places of a picture at each of them; 4 unless given. */
  readonly draws?: number;
  readonly seed?: number;
  /** Pictures in a step; 16 unless given. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  /** Called after each step, with the mean probability of being fooled in it. */
  readonly onProgress?: (steps: number, total: number, probability: number) => void;
}

/** A patch, and how often it fools. */
export interface PatchResult {
  /** Its pixels, [C, side, side] in [0, 1]; `patch8` has values of 8 bits. */
  readonly patch: Picture;
  readonly patch8: Picture;
  /** How much of the patch is seen at each pixel, 0 to 1, [side, side]. */
  readonly mask: Float32Array;
  readonly shape: PatchShape;
  readonly target: number | undefined;
  /** Success at each of the reported sizes on the pictures that it was made with, without `transform`, at places not seen before. */
  readonly crafting: readonly PatchRate[];
  /** The same on pictures that it has not seen. */
  readonly heldOut: readonly PatchRate[] | undefined;
  /** Mean probability of being fooled in each step. */
  readonly path: readonly number[];
  /** Forward and backward passes of pictures, verification included. */
  readonly forwards: number;
  readonly backwards: number;
  readonly seed: number;
  readonly device: string;
  readonly notes: readonly string[];
}

/**
 * Trains a patch that fools a model about many pictures, wherever it lies in them.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given
 * @throws AttackError if options or pictures are out of range, RangeError if angle or scale is; NoGradientError if the model has ops without a gradient
 * @example
 * const { patch8, mask, heldOut } = await adversarialPatch(model, images, labels, { target: 3, heldOut: others });
 * for (const { scale, rate8 } of heldOut) console.log(`side ${scale}: ${Math.round(100 * rate8)} %`);
 * await writeFile('patch.png', await encodePng(patch8));
 */
export async function adversarialPatch(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: PatchOptions = {},
): Promise<PatchResult> {
  const { target, shape = 'circle', steps = 500, learningRate = 5 / 255, draws = 4, seed = 0, batch = 16 } = options;
  const { heldOut, signal, onProgress } = options;
  const ranges: PatchRanges = {
    angle: rangeOf('adversarialPatch: angle', options.angle ?? [-22.5, 22.5], -360, 360),
    scale: rangeOf('adversarialPatch: scale', options.scale ?? [0.3, 0.6], 0.01, 1),
  };
  const { channels, height, width } = model;
  const side = options.resolution ?? Math.max(8, Math.round(ranges.scale[1] * Math.min(height, width)));
  check(options, { channels, side, shape, steps, learningRate, draws });
  const shared = {
    seed,
    batch,
    ...(target === undefined ? {} : { target }),
    ...(signal === undefined ? {} : { signal }),
  };
  const own = await startTrials(model, images, labels, shared);
  const others = heldOut && (await startTrials(model, heldOut.images, heldOut.labels, shared));
  const trials = own.trials.filter(({ misclassifiedBefore }) => !misclassifiedBefore);
  if (trials.length === 0)
    throw new AttackError('There is no picture to start from: the model is wrong about all of them already.');
  const mask = patchMask(shape, side);
  const step = await patchSteps(model, trials, {
    ranges,
    shape,
    mask,
    side,
    seed,
    size: Math.min(batch, model.maxBatch, trials.length),
    transform: options.transform,
    printability: options.printability ?? 0,
    colours: options.colours ?? usualColours,
    smoothness: options.smoothness ?? 0,
  });
  let pixels: Float32Array = (options.start ?? new Float32Array(channels * side * side).fill(0.5)).slice();
  const memory = adam(pixels.length);
  const path: number[] = [];
  try {
    for (let i = 0; i < steps; i++) {
      signal?.throwIfAborted();
      const { gradient, probability } = await step.run(pixels, i);
      const rate = learningRate * (1 - (0.9 * i) / steps);
      const direction = memory.next(gradient);
      pixels = pixels.map((value, k) => Math.min(1, Math.max(0, value + rate * direction[k]!)));
      path.push(probability);
      onProgress?.(i + 1, steps, probability);
    }
  } finally {
    await step.release();
  }
  const picture = (data: Float32Array): Picture => ({ data, channels, height: side, width: side });
  const [patch, patch8] = [picture(pixels), picture(quantize8(pixels))];
  const scales = options.reportedScales ?? usualScales(ranges.scale);
  const rates = { patch, patch8, mask, shape, angle: ranges.angle, scales, draws, seed, signal };
  const crafting = await patchRates(model, own, rates);
  const seen = others && (await patchRates(model, others, rates));
  const verified = [...crafting, ...(seen ?? [])].reduce((sum, { pictures }) => sum + 4 * pictures, 0);
  return {
    patch,
    patch8,
    mask,
    shape,
    target,
    crafting,
    heldOut: seen,
    path,
    forwards: own.trials.length + (others?.trials.length ?? 0) + steps * step.size + verified,
    backwards: steps * step.size,
    seed,
    device: model.device.description,
    notes: [
      ...model.gradientNotes,
      ...(trials.length < own.trials.length
        ? [
            `${own.trials.length - trials.length} of ${own.trials.length} pictures do not count: they fool without a patch.`,
          ]
        : []),
    ],
  };
}

function usualScales([low, high]: readonly [number, number]): number[] {
  return low === high ? [low] : [low, Math.round(500 * (low + high)) / 1000, high];
}

function check(
  { printability = 0, smoothness = 0, colours, start, reportedScales }: PatchOptions,
  {
    channels,
    side,
    shape,
    steps,
    learningRate,
    draws,
  }: Required<Pick<PatchOptions, 'shape' | 'steps' | 'learningRate' | 'draws'>> & { channels: number; side: number },
): void {
  if (shape !== 'circle' && shape !== 'square') throw new AttackError(`Shape "${shape}" is not one of circle, square.`);
  checkCount('Resolution', side, 2);
  checkCount('Steps', steps, 0);
  checkCount('Draws', draws, 1);
  if (!(learningRate > 0 && learningRate < 1))
    throw new AttackError(
      `The learning rate is a number between 0 and 1, with pixels from 0 to 1; got ${learningRate}.`,
    );
  for (const [name, weight] of [
    ['printability', printability],
    ['smoothness', smoothness],
  ] as const)
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new AttackError(`The weight of ${name} is a number of at least 0, got ${weight}.`);
  if (printability > 0 && channels !== 3)
    throw new AttackError(`Printable colours are red, green and blue; the model's pictures have ${channels} channels.`);
  if (colours?.length === 0) throw new AttackError('Printability needs at least one colour.');
  if (reportedScales?.some((scale) => !(scale > 0 && scale <= 1)))
    throw new AttackError(`Reported scales lie between 0 and 1, got ${reportedScales.join(', ')}.`);
  const length = channels * side * side;
  if (start !== undefined && !(start.length === length && start.every((value) => value >= 0 && value <= 1)))
    throw new AttackError(
      `The start has ${start.length} values; a patch has ${channels} x ${side} x ${side} = ${length} from 0 to 1.`,
    );
}
