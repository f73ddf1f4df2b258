/** @file What the flags of `visualize` ask for: priors, changes, penalties, grids. Refuses flags that do not go together. */
import { openRuntime } from '#runtime';
import type { Model } from '../model/model.ts';
import { batchStatistics } from '../prior/batch-statistics.ts';
import { measureStatistics, type NaturalStatistics } from '../prior/natural-statistics.ts';
import type { PictureSize } from '../prior/parameterisation.ts';
import { boundary, l1From, l2From, type Penalty, roughness, variation } from '../prior/penalties.ts';
import { openPrior } from '../prior/prior-named.ts';
import { openDenoiserPrior } from '../visualize/denoiser-prior.ts';
import { type Objective, weightedSum } from '../visualize/objectives/objective.ts';
import { diversity } from '../visualize/objectives/together.ts';
import { robustnessNamed } from '../visualize/robustness.ts';
import type { NamedUnit } from '../visualize/unit-named.ts';
import type { DrawOptions, Optimizer, WeightedPenalty } from '../visualize/visualize.ts';
import { CliError } from './errors.ts';
import type { ModelFlags } from './model-flags.ts';
import { parseBudget } from './parse.ts';
import { listPictures, readPicture } from './pictures.ts';

/** Flags of `visualize`. */
export interface VisualizeFlags extends ModelFlags {
  readonly unit: readonly string[];
  readonly prior?: string;
  readonly robustness?: string;
  readonly steps?: number;
  readonly rate?: number;
  readonly optimizer?: Optimizer;
  readonly redirect?: number;
  readonly penalty?: readonly string[];
  readonly score?: 'logit' | 'margin';
  readonly grid?: string;
  readonly diversity?: string;
  readonly from?: string;
  readonly seed: number;
  readonly generator?: string;
  readonly denoiser?: string;
  readonly natural?: string;
  readonly evidence?: string;
  readonly second?: string;
  readonly transparency: boolean;
  readonly slide: boolean;
  readonly video?: string;
  readonly report?: string;
  readonly out?: string;
}

/** Changes that each prior wants, unless others are asked for. */
const usualRobustness: Readonly<Record<string, string>> = {
  maco: 'maco',
  'maco:legacy': 'maco',
  generator: 'none',
  dae: 'jitter',
};

/** Flags that are not for `--slide`, which sets what they do itself. */
const notForSlides = [
  'size',
  'prior',
  'robustness',
  'rate',
  'optimizer',
  'redirect',
  'penalty',
  'grid',
  'diversity',
  'from',
  'natural',
  'video',
  'report',
] as const;

const given = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);

/** Refuses flags that would do nothing beside others. @throws CliError naming them */
export function checkTogether(flags: VisualizeFlags): void {
  if (flags.unit.length === 0) throw new CliError('Say what to draw: --unit dog, or --unit layer:17.');
  if (flags.slide) {
    if (flags.unit.length > 1) throw new CliError('--slide draws one unit under every prior; give one --unit.');
    const useless = [
      ...notForSlides.filter((name) => given(flags[name])),
      ...(flags.transparency ? ['transparency'] : []),
    ];
    if (useless.length > 0)
      throw new CliError(`--slide sets priors and all that goes with them; leave out --${useless.join(', --')}.`);
  }
  if (flags.unit.length === 1) return;
  if (flags.video !== undefined) throw new CliError('--video shows how one unit is drawn; give one --unit.');
  if (flags.transparency) throw new CliError('--transparency is for the picture of one unit; sheets are opaque.');
}

/** Rows and columns of a grid. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/** The grid of `3x3`; one picture unless given. */
export function gridOf(text: string | undefined): Grid {
  if (text === undefined) return { rows: 1, columns: 1 };
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [rows, columns] = [Number(match?.[1]), Number(match?.[2])];
  if (!(rows >= 1 && columns >= 1 && rows * columns <= 64))
    throw new CliError(`Expected a grid such as 3x3, of 64 pictures at most, got "${text}".`);
  return { rows, columns };
}

/** Penalties by name. Lucid's frame is 20 of some 128 pixels wide; smaller pictures have one in proportion. */
const penalties: Readonly<Record<string, (model: Model, size: PictureSize) => Penalty>> = {
  tv: () => variation,
  l1: () => l1From(),
  l2: () => l2From(),
  blur: () => roughness,
  boundary: (_, [, height, width]) =>
    boundary(Math.max(1, Math.min(20, Math.round((20 * Math.min(height, width)) / 128)))),
  'batch-statistics': batchStatistics,
};

/** `tv=0.01` */
function penaltyOf(text: string, model: Model, size: PictureSize): WeightedPenalty {
  const match = /^([a-z0-9-]+)=(.+)$/.exec(text);
  const open = match === null ? undefined : penalties[match[1]!];
  if (open === undefined)
    throw new CliError(`Expected a penalty such as tv=0.01 (${Object.keys(penalties).join(', ')}), got "${text}".`);
  return { penalty: open(model, size), weight: parseBudget(match![2]!) };
}

/** A unit's objective with what else is asked for: pictures that differ. */
export function objectiveOf({ objective, ...unit }: NamedUnit, flags: VisualizeFlags): Objective {
  if (flags.diversity === undefined) return objective;
  if (flags.grid === undefined)
    throw new CliError('--diversity is for several pictures of a unit: give --grid 3x3 as well.');
  const match = /^(?:(.+)=)?([\d./e-]+)$/.exec(flags.diversity);
  if (match === null)
    throw new CliError(`Expected a weight such as 1 or LAYER=1 for --diversity, got "${flags.diversity}".`);
  const layer = match[1] ?? unit.layer;
  if (layer === undefined)
    throw new CliError('Pictures of a class differ at a layer that has to be said: --diversity LAYER=1.');
  return weightedSum([
    [objective, 1],
    [diversity(layer), parseBudget(match[2]!)],
  ]);
}

/** Photographs' statistics of a folder. */
export async function naturalOf(folder: string, side: number): Promise<NaturalStatistics> {
  const files = await listPictures([folder]);
  async function* pictures() {
    for (const { path } of files) yield await readPicture(path);
  }
  return measureStatistics(folder, pictures(), side, await openRuntime('cpu'));
}

/** The settings of drawings, besides the unit. */
export async function drawOptionsOf(flags: VisualizeFlags, model: Model, size: PictureSize): Promise<DrawOptions> {
  const prior = flags.prior ?? 'fourier';
  const isDenoised = prior === 'dae';
  if (flags.generator !== undefined && prior !== 'generator')
    throw new CliError('--generator FILE belongs to --prior generator.');
  if (flags.denoiser !== undefined && !isDenoised) throw new CliError('--denoiser FILE belongs to --prior dae.');
  const natural = flags.natural === undefined ? undefined : await naturalOf(flags.natural, Math.min(size[1], size[2]));
  const parameterisation = await openPrior(isDenoised ? 'raw' : prior, size, {
    ...(natural === undefined ? {} : { natural }),
    ...(flags.generator === undefined ? {} : { generator: flags.generator }),
  });
  const robustness =
    flags.robustness ?? usualRobustness[prior] ?? (Math.min(size[1], size[2]) >= 96 ? 'lucid' : 'jitter');
  const { transform, views } = robustnessNamed(robustness, size, [model.height, model.width]);
  const { rows, columns } = gridOf(flags.grid);
  return {
    parameterisation,
    ...(transform === undefined ? {} : { transform }),
    views,
    penalties: (flags.penalty ?? []).map((text) => penaltyOf(text, model, size)),
    group: rows * columns,
    seed: flags.seed,
    transparency: flags.transparency,
    ...(flags.optimizer === undefined ? {} : { optimizer: flags.optimizer }),
    ...(flags.redirect === undefined ? {} : { redirect: flags.redirect }),
    ...(flags.steps === undefined ? {} : { steps: flags.steps }),
    ...(flags.rate === undefined ? {} : { rate: flags.rate }),
    ...(isDenoised ? { rate: flags.rate ?? 1, denoiser: await openDenoiserPrior(flags.denoiser) } : {}),
  };
}
