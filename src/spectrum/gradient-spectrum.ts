/**
 * @file Spectra of input gradients: of a classifier's answer, and of what each of its layers gives, so that the layer is named that brings
 * lines into them. Each picture's gradient counts the same, less its mean.
 */
import { layerNames } from '../model/layer-names.ts';
import type { Model } from '../model/model.ts';
import { randomStream } from '../random/random-stream.ts';
import { compile } from '../runtime/compile.ts';
import { grad } from '../tensor/grad.ts';
import { mul } from '../tensor/ops/arithmetic.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { square } from '../tensor/ops/unary.ts';
import { sizeOf } from '../tensor/shape.ts';
import { input, type Tensor } from '../tensor/tensor.ts';
import { gradientPower } from './gradient-power.ts';
import { inputGradients } from './input-gradients.ts';
import { lineIndex, usualPeriods } from './lines.ts';
import type { PowerSpectrum } from './power-spectrum.ts';
import { SpectrumError } from './spectrum-error.ts';

/** Options of spectra of gradients. */
export interface GradientSpectrumOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Mean spectrum of the gradients of pictures' highest scores (less the mean of all scores).
 * @param images one [C, H, W] each, of the model's size
 * @throws SpectrumError if no picture has a gradient other than 0; NoGradientError if the model has ops without one
 * @example
 * console.log(highShare(await gradientSpectrum(model, images))); // most of it, for a network trained as usual
 */
export async function gradientSpectrum(
  model: Model,
  images: readonly Float32Array[],
  options: GradientSpectrumOptions = {},
): Promise<PowerSpectrum> {
  return spectrumOfGradients(model, await inputGradients(model, images, options));
}

/** A layer's gradient. */
export interface LayerSpectrum {
  /** Its name in the file, or its op and number (Conv#3). */
  readonly layer: string;
  /** Which of the model's layers it is, from 0. */
  readonly place: number;
  readonly op: string;
  /** What it gives, without the batch. */
  readonly shape: readonly number[];
  /** Of the sum of squares of all that it gives: what its places have in common adds up to lines, which single units have none of. */
  readonly spectrum: PowerSpectrum;
  /**
   * Of single units, their power summed up: what one channel at one place answers to, loud ones counting for more. From sums of all units
   * under random signs, whose power is the sum of the units' on average over signs (Hutchinson 1990).
   */
  readonly units: PowerSpectrum;
}

/** Ops whose outputs are layers here: what has weights, or changes the resolution. */
const layerOps = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'ReduceMean',
  'Gemm',
  'MatMul',
]);

/**
 * Spectra of the gradients of each layer, from the first layer on: what the layers up to it make of a gradient.
 * @param most layers at most, evenly from first to last; 16 unless given, and then also those that find by bisection where lines come
 */
export async function layerSpectra(
  model: Model,
  images: readonly Float32Array[],
  { most, signal, onProgress }: GradientSpectrumOptions & { readonly most?: number } = {},
): Promise<LayerSpectrum[]> {
  const all = layersOf(model);
  const places = chosen([...all.keys()], most ?? 16);
  let found: LayerSpectrum[] = [];
  for (let next = places.shift(); next !== undefined; next = places.shift()) {
    signal?.throwIfAborted();
    found = [...found, await spectrumAt(model, images, { ...all[next]!, place: next })].sort(
      (a, b) => a.place - b.place,
    );
    onProgress?.(found.length, found.length + places.length);
    const gap = most === undefined && places.length === 0 ? firstGap(found) : undefined;
    if (gap !== undefined) places.push(gap);
  }
  return found;
}

/** A layer that no spectrum was taken of, in the middle of those between which lines come. */
function firstGap(layers: readonly LayerSpectrum[]): number | undefined {
  const origin = lineOrigins(layers).find(({ after }) => after !== undefined);
  if (origin === undefined) return undefined;
  const at = layers.findIndex(({ layer }) => layer === origin.layer);
  return Math.floor((layers[at - 1]!.place + layers[at]!.place) / 2);
}

async function spectrumAt(
  model: Model,
  images: readonly Float32Array[],
  { layer, op, value, shape, place }: Layer & { readonly place: number },
): Promise<LayerSpectrum> {
  const { channels, height, width, device } = model;
  const program = await compile(
    ({ x, signs }) => {
      const y = model.trace(x!).values.get(value)!;
      const slopeOf = (sum: Tensor) => grad(sum, [x!], { describe: model.describe })[0]!;
      return { all: slopeOf(reduceSum(square(y))), units: slopeOf(reduceSum(mul(y, signs!))) };
    },
    {
      x: { shape: [1, channels, height, width], dtype: 'float32' },
      signs: { shape, dtype: 'float32' },
    },
    { device },
  );
  try {
    const [all, units]: [Float32Array[], Float32Array[]] = [[], []];
    for (const [i, x] of images.entries()) {
      const random = randomStream(place, i);
      const signs = Float32Array.from({ length: sizeOf(shape) }, () => (random.uniform() < 0.5 ? -1 : 1));
      const slopes = await program.run({ x, signs });
      all.push(slopes.all!.data as Float32Array);
      units.push(slopes.units!.data as Float32Array);
    }
    return {
      layer,
      place,
      op,
      shape: shape.slice(1),
      spectrum: await spectrumOfGradients(model, all),
      units: await spectrumOfGradients(model, units),
    };
  } finally {
    await program.release();
  }
}

/** Lines that come with a layer. */
export interface LineOrigin {
  readonly period: number;
  readonly layer: string;
  /** The last layer before it that was measured, where others lie between: lines come after it, with `layer` or earlier. */
  readonly after: string | undefined;
  /** Index there, and the highest of the layers before it (1 before the first). */
  readonly index: number;
  readonly before: number;
}

/** Lines are told from chance above this index. */
const visible = 2;

/** For each period, the first measured layer whose gradient has lines of it: an index of 2 or more, and twice that of all before. */
export function lineOrigins(layers: readonly LayerSpectrum[], periods: readonly number[] = usualPeriods): LineOrigin[] {
  return periods.flatMap((period) => {
    let before = 1;
    for (const [i, { layer, place, spectrum }] of layers.entries()) {
      const index = lineIndex(spectrum, period);
      if (index === undefined) return [];
      const previous = layers[i - 1];
      const after = previous !== undefined && place - previous.place > 1 ? previous.layer : undefined;
      if (index >= visible && index >= 2 * before) return [{ period, layer, after, index, before }];
      before = Math.max(before, index);
    }
    return [];
  });
}

interface Layer {
  readonly layer: string;
  readonly op: string;
  readonly value: string;
  /** With a batch of 1. */
  readonly shape: readonly number[];
}

function layersOf(model: Model): Layer[] {
  const values = model.trace(input('x', [1, model.channels, model.height, model.width])).values;
  const names = new Map<string, string>();
  for (const [name, value] of layerNames(model.file)) names.set(value, name);
  return model.file.graph!.node.flatMap(({ opType, name, output }) => {
    const value = output[0] ?? '';
    if (!layerOps.has(opType) || !values.has(value)) return [];
    return [{ layer: name || (names.get(value) ?? value), op: opType, value, shape: values.get(value)!.shape }];
  });
}

function chosen<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!);
}

async function spectrumOfGradients(model: Model, gradients: readonly Float32Array[]): Promise<PowerSpectrum> {
  const spectrum = await gradientPower(model, gradients);
  if (spectrum.pictures > 0) return spectrum;
  throw new SpectrumError(`The gradients of ${model.name} are 0 for every picture, so they have no spectrum.`);
}
