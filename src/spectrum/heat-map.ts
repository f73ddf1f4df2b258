/**
 * @file The Fourier heat map (Yin et al. 2019, section 3): a classifier's error under each plane wave of one l2 length. Every picture and
 * channel gets the wave with a random sign; sums are kept in [0, 1], which bends the spectrum of strong waves a little. Beside the error
 * stands its increase over that on clean pictures, without which a network of low accuracy looks sensitive everywhere.
 */
import { contentHash } from '../data/content-hash.ts';
import type { Model } from '../model/model.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { type BandName, bandNames, bands, isInBand } from './band.ts';
import { type AnswerOptions, changedAnswers } from './changed-answers.ts';
import { checkPictures } from './check-pictures.ts';
import { fourierBasis } from './fourier-basis.ts';
import { modelHash } from './model-hash.ts';
import { pictureHashes } from './picture-hashes.ts';
import { SpectrumError } from './spectrum-error.ts';
import { gridNotes, gridOf, nameOf, onGrid, type Wave, type WaveGrid } from './wave-grid.ts';

/** Options of `heatMap`. */
export interface HeatMapOptions extends AnswerOptions {
  /** l2 length of the wave in each channel; 4 at 32 pixels and 15.7 at 224, as in the paper, and a power of the side between unless given. */
  readonly norm?: number;
  /** Only frequencies that are multiples of this; 1 up to 64 pixels and about 33 frequencies a side above unless given. */
  readonly step?: number;
  /** Decides the signs, with each picture's own pixels; 0 unless given. */
  readonly seed?: number;
  /** Cells that an earlier run of the same map (see `heatMapKey`) has measured. */
  readonly known?: readonly HeatCell[];
  /** Called with each cell once it is measured, for a state that a later run can go on from. */
  readonly onCell?: (cell: HeatCell) => void;
  /** Called with how many waves are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What one wave does. */
export interface HeatCell extends Wave {
  /** Pictures whose answer is not their label under the wave. */
  readonly wrong: number;
}

/** Waves of one band together. */
export interface HeatSummary {
  readonly waves: number;
  /** Mean error, from 0 to 1, and the same less the error on clean pictures. */
  readonly error: number;
  readonly increase: number;
  /** The worst wave of the band. */
  readonly worst: Wave & { readonly error: number };
}

/** A classifier's error under every wave of a grid. */
export interface HeatMap {
  readonly model: string;
  readonly pictures: number;
  readonly norm: number;
  readonly seed: number;
  readonly grid: WaveGrid;
  readonly cleanError: number;
  readonly cells: readonly HeatCell[];
  /** Error at grid.down[row], grid.across[column]: from 0 to 1, the mean in the middle. */
  readonly error: readonly (readonly number[])[];
  /** By band; a coarse grid may miss one. */
  readonly bands: Readonly<Partial<Record<BandName, HeatSummary>>>;
  /** What a reader should know: a coarse grid. */
  readonly notes: readonly string[];
}

/** The l2 length of waves unless told: 4 at 32 pixels, 15.7 at 224. */
export function usualNorm(height: number, width: number): number {
  const power = Math.log(15.7 / 4) / Math.log(224 / 32);
  return 4 * (Math.sqrt(height * width) / 32) ** power;
}

/**
 * Measures a heat map.
 * @param images one [C, H, W] each, pixels in [0, 1], of the model's size
 * @param labels the true class of each; what the model answers unless given, so that errors are changed answers
 * @throws SpectrumError if options or pictures are out of range; the signal's reason when aborted
 * @example
 * const { bands } = await heatMap(model, images, labels);
 * console.log(`error under high waves ${bands.high.error}, under low ones ${bands.low.error}`);
 */
export async function heatMap(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: HeatMapOptions = {},
): Promise<HeatMap> {
  const { channels, height, width } = model;
  const { norm = usualNorm(height, width), seed = 0, known = [], onCell, onProgress } = options;
  checkPictures(model, images, labels);
  if (!(norm > 0 && norm < Number.POSITIVE_INFINITY))
    throw new SpectrumError(`The length of waves must be a positive number, got ${norm}.`);
  const grid = gridOf(model, options.step);
  const answers = await changedAnswers(model, images, options);
  const own = await answers(new Float32Array(channels * height * width));
  const truth = labels ?? own;
  const wrongOf = (found: Int32Array) => found.reduce((sum, label, i) => sum + Number(label !== truth[i]), 0);
  const hashes = images.map(hashOf);
  const found = new Map(known.map((cell) => [nameOf(cell), cell]));
  const cells: HeatCell[] = [];
  for (const wave of grid.waves) {
    const before = found.get(nameOf(wave));
    const cell = before ?? { ...wave, wrong: wrongOf(await answers(changeOf(wave), signsOf(wave))) };
    cells.push(cell);
    if (before === undefined) onCell?.(cell);
    onProgress?.(cells.length, grid.waves.length);
  }
  const cleanError = wrongOf(own) / images.length;
  const errors = new Map(cells.map((cell) => [nameOf(cell), cell.wrong / images.length]));
  return {
    model: model.name,
    pictures: images.length,
    norm,
    seed,
    grid,
    cleanError,
    cells,
    error: onGrid(grid, (wave) => errors.get(nameOf(wave))!),
    bands: summaries(cells, images.length, cleanError),
    notes: gridNotes(grid),
  };

  function changeOf({ i, j }: Wave): Float32Array {
    const plane = fourierBasis(i, j, height, width).map((value) => norm * value);
    const change = new Float32Array(channels * plane.length);
    for (let c = 0; c < channels; c++) change.set(plane, c * plane.length);
    return change;
  }

  function signsOf({ i, j }: Wave): Float32Array {
    const signs = new Float32Array(images.length * channels);
    hashes.forEach((hash, at) => {
      const random = randomStream(seed, hash, i, j);
      for (let c = 0; c < channels; c++) signs[at * channels + c] = random.uniform() < 0.5 ? -1 : 1;
    });
    return signs;
  }
}

/** What tells this map from any other: the model by all that it computes, the pictures with their labels, and the settings. */
export async function heatMapKey(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  { norm = usualNorm(model.height, model.width), step, seed = 0 }: HeatMapOptions = {},
): Promise<string> {
  // In whatever order the pictures come, the map is one.
  const pictures = await contentHash({ each: (await pictureHashes(images, labels)).sort() });
  const grid = gridOf(model, step);
  return `${model.name} ${await modelHash(model)}, ${images.length} pictures ${pictures}, norm ${norm}, step ${grid.step}, seed ${seed}`;
}

function summaries(cells: readonly HeatCell[], pictures: number, cleanError: number): HeatMap['bands'] {
  const entries = bandNames.flatMap((name) => {
    const own = cells.filter(({ radius }) => isInBand(bands[name], radius));
    if (own.length === 0) return [];
    const error = own.reduce((sum, { wrong }) => sum + wrong, 0) / own.length / pictures;
    const { wrong, ...wave } = own.reduce((most, cell) => (cell.wrong > most.wrong ? cell : most));
    const worst = { ...wave, error: wrong / pictures };
    return [[name, { waves: own.length, error, increase: error - cleanError, worst }] as const];
  });
  return Object.fromEntries(entries);
}
