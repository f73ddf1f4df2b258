/**
 * @file Patterns that a network's strides draw into its input gradient: predicted from the file alone (Odena, Dumoulin and Olah 2016),
 * and measured beside it.
 */
import type { Model } from '../model/model.ts';
import { randomStream } from '../random/random-stream.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { isFloat } from '../tensor/dtype.ts';
import { input } from '../tensor/tensor.ts';
import { gradientPower } from './gradient-power.ts';
import { type InputGradientOptions, inputGradients } from './input-gradients.ts';
import { lineIndex } from './lines.ts';
import { type OverlapMaps, overlapMaps, type PixelMap, type TracedPath } from './overlap-map.ts';
import { chanceRatio, correlation, energyMaps, meanMap, type PhaseEnergies, phaseEnergies } from './phase-energy.ts';
import { highShare } from './radial.ts';
import { type ResolutionLayer, resolutionLayers } from './resolution-layers.ts';

/** What a file says of the patterns that its network draws. */
export interface ArtefactPrediction {
  /** Layers that change the resolution, in the graph's order. */
  readonly layers: readonly ResolutionLayer[];
  readonly maps: OverlapMaps;
  /** Predicted energies by phase of the input, for each period that layers have and four of which fit into the picture. */
  readonly input: readonly PhaseEnergies[];
  /** The same of the output's pixels, where the output is a picture. */
  readonly output: readonly PhaseEnergies[];
}

/** Predicted and measured energies of one period. */
export interface ArtefactPeriod {
  readonly period: readonly [number, number];
  readonly predicted: PhaseEnergies;
  readonly measured: PhaseEnergies;
  /** What the measured ratio stays below in 95 of 100 draws where pictures have no phase in common. */
  readonly chance: number;
  /** Of predicted and measured energies over phases; undefined where the prediction is flat. */
  readonly correlation: number | undefined;
  /** Power at the period's frequencies over that around them; undefined where they do not fit the picture. */
  readonly lineIndex: number | undefined;
  readonly holds: boolean;
  readonly words: string;
}

/** A prediction held against a model's gradients. */
export interface ArtefactMeasurement {
  readonly pictures: number;
  readonly on: 'pictures' | 'noise';
  readonly seed: number;
  readonly periods: readonly ArtefactPeriod[];
  /** Share of the gradients' energy above a quarter of a cycle a pixel. */
  readonly highShare: number;
  /** Mean energy at each pixel. */
  readonly map: PixelMap;
}

/** Options of `measureArtefacts`. */
export interface MeasureArtefactsOptions extends InputGradientOptions {
  /** Pictures [C, H, W] of the model's size, pixels in [0, 1]; uniform noise unless given. */
  readonly images?: readonly Float32Array[];
  /** Pictures of noise; 32 unless given. */
  readonly noise?: number;
  readonly seed?: number;
}

/** Largest ratio that counts as flat. */
const flat = 1.1;

/** Predicts from a network's geometry alone; nothing of its weights is read. */
export async function predictArtefacts(path: TracedPath, device: DeviceRuntime): Promise<ArtefactPrediction> {
  const layers = resolutionLayers(path.output, path.source, path.describe);
  const maps = await overlapMaps(path, device);
  const phasesOf = (map: PixelMap | undefined, all: readonly (readonly [number, number] | undefined)[]) =>
    map === undefined ? [] : distinct(all, map).map((period) => phaseEnergies(map, period));
  const enlarging = layers.filter(({ shrinks }) => !shrinks);
  return {
    layers,
    maps,
    input: phasesOf(
      maps.input,
      layers.filter(({ shrinks }) => shrinks).map(({ inputPeriod }) => inputPeriod),
    ),
    output: phasesOf(
      enlarging.length > 0 ? maps.output : undefined,
      enlarging.map(({ outputPeriod }) => outputPeriod),
    ),
  };
}

/** A model's path from a picture to its class scores, or to what it gives where that is a picture itself. */
export function pathOf(model: Model): TracedPath & { readonly gives: 'scores' | 'pictures' } {
  const { channels, height, width } = model;
  const source = input('picture', [1, channels, height, width]);
  const traced = model.trace(source);
  const picture = traced.outputs.find(
    ({ shape, dtype }) => shape.length === 4 && shape[2]! * shape[3]! > 1 && isFloat(dtype),
  );
  const path = { source, describe: model.describe };
  return picture === undefined
    ? { ...path, output: traced.logits, gives: 'scores' }
    : { ...path, output: picture, gives: 'pictures' };
}

/** Whole periods of two pixels and more, each once, four of which fit. */
function distinct(all: readonly (readonly [number, number] | undefined)[], { height, width }: PixelMap) {
  const usable = all.filter((period): period is readonly [number, number] => {
    if (period === undefined) return false;
    const [py, px] = period;
    return Number.isInteger(py) && Number.isInteger(px) && py * px > 1 && 4 * py <= height && 4 * px <= width;
  });
  const byName = new Map(usable.map((period) => [period.join(), period]));
  return [...byName.values()].sort((a, b) => a[0] * a[1] - b[0] * b[1]);
}

/**
 * Measures the energy of input gradients by phase and holds the prediction against it.
 * @throws NoGradientError if the model has ops without a gradient; the signal's reason when aborted
 * @example
 * const prediction = await predictArtefacts(pathOf(model), model.device);
 * const { periods } = await measureArtefacts(model, prediction, { images });
 * console.log(periods.map(({ words }) => words).join('\n'));
 */
export async function measureArtefacts(
  model: Model,
  prediction: ArtefactPrediction,
  { images, noise = 32, seed = 0, ...options }: MeasureArtefactsOptions = {},
): Promise<ArtefactMeasurement> {
  const { channels, height, width } = model;
  const pictures = images ?? noisePictures(noise, channels * height * width, seed);
  const gradients = await inputGradients(model, pictures, options);
  const all = energyMaps(gradients, height, width);
  const map = meanMap(all, height, width);
  const power = await gradientPower(model, gradients);
  const periods = prediction.input.map((predicted): ArtefactPeriod => {
    const { period } = predicted;
    const measured = phaseEnergies(map, period);
    const chance = all.length === 0 ? 1 : chanceRatio(all, period, seed);
    const agreement = predicted.ratio > flat ? correlation(predicted.energies, measured.energies) : undefined;
    const found = {
      period,
      predicted,
      measured,
      chance,
      correlation: agreement,
      lineIndex: period[0] === period[1] ? lineIndex(power, period[0]) : undefined,
    };
    return { ...found, ...judged(found) };
  });
  return {
    pictures: pictures.length,
    on: images === undefined ? 'noise' : 'pictures',
    seed,
    periods,
    highShare: highShare(power),
    map,
  };
}

function noisePictures(count: number, size: number, seed: number): Float32Array[] {
  return Array.from({ length: count }, (_, i) => {
    const random = randomStream(seed, i);
    return new Float32Array(size).map(() => random.uniform());
  });
}

/** Whether a prediction holds, in a sentence. */
function judged({
  period: [py, px],
  predicted,
  measured,
  chance,
  correlation: r,
}: Omit<ArtefactPeriod, 'holds' | 'words'>): Pick<ArtefactPeriod, 'holds' | 'words'> {
  const every = `Every ${py === px ? py : `${py} x ${px}`} pixels`;
  const ratio = (value: number) => (value === Number.POSITIVE_INFINITY ? 'infinite' : value.toFixed(2));
  const seen = `measured ${ratio(measured.ratio)} (by chance up to ${ratio(chance)})`;
  if (r === undefined) {
    const holds = measured.ratio <= Math.max(chance, flat);
    return {
      holds,
      words: `${every}: no phase is predicted to stand out (ratio ${ratio(predicted.ratio)}), ${seen}: ${holds ? 'holds' : 'fails'}.`,
    };
  }
  const holds = r >= 0.7 && measured.ratio > chance;
  const why =
    measured.ratio <= chance ? 'fails: no phase stands out' : holds ? 'holds' : 'fails: other phases stand out';
  return {
    holds,
    words: `${every}: predicted ratio ${ratio(predicted.ratio)}, ${seen}, correlation ${r.toFixed(2)} over ${py * px} phases: ${why}.`,
  };
}
