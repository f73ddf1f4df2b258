/** @file What the flags of `visualize` ask for: priors, changes, penalties, grids. Refuses flags that do not go together. */
import { openRuntime } from '#runtime';
import type { Model } from '../model/model.ts';
import { batchStatistics } from '../prior/batch-statistics.ts';
import { measureStatistics, type NaturalStatistics } from '../prior/natural-statistics.ts';
import type { PictureSize } from '../prior/parameterisation.ts';
import { boundary, l1From, l2From, type Penalty, roughness, variation } from '../prior/penalties.ts';
import { openPrior } from '../prior/prior-named.ts';
import { openDenoiserPrior } from '../visualize/denoiser-prior.ts';
import { robustnessNamed } from '../visualize/robustness.ts';
import type { WeightedPenalty } from '../visualize/visualize.ts';
import { CliError } from './errors.ts';
import type { ModelFlags } from './model-flags.ts';
import { parseBudget } from './parse.ts';
import { listPictures, readPicture } from './pictures.ts';
import { priorSettingsOf } from './prior-settings.ts';
import { isGradientFree, type optimizers, type UnitOptions } from './visualize-drawing.ts';
import type { Likeness } from './visualize-units.ts';

/** Flags of `visualize`. */
export interface VisualizeFlags extends ModelFlags {
  readonly unit: readonly string[];
  readonly prior?: string;
  readonly set?: readonly string[];
  readonly robustness?: string;
  readonly steps?: number;
  readonly rate?: number;
  readonly optimizer?: (typeof optimizers)[number];
  readonly evaluations?: number;
  readonly redirect?: number;
  readonly penalty?: readonly string[];
  readonly score?: 'logit' | 'margin';
  readonly tokens?: string;
  readonly match?: string;
  readonly as?: Likeness;
  readonly direction?: string;
  readonly cosinePower?: number;
  readonly grid?: string;
  readonly diversity?: string;
  readonly alignment?: string;
  readonly towards?: number;
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

/** The prior, unless one is asked for: of few numbers where there are no gradients. */
function priorOf({ prior, optimizer }: VisualizeFlags, [channels, height, width]: PictureSize): string {
  if (prior !== undefined || !isGradientFree(optimizer)) return prior ?? 'fourier';
  return channels === 3 && Math.max(height, width) <= 64 ? 'generator' : 'low-fourier';
}

/** Steps whose gradients are led past ReLUs that are off, as many as Lucid has; all for drawings that are flat for long. */
const usualRedirect = (prior: string, steps: number) => (prior === 'cppn' ? steps : Math.min(steps, 16));

/**
 * Changes that a prior wants, unless others are asked for. Turns need pictures that are large enough to bear them, and MACO's quarter crops
 * pictures that are larger than what the model sees: at its own size they draw many small things that the whole does not show it.
 */
function robustnessOf(prior: string, [, height, width]: PictureSize, model: Model): string {
  const side = Math.min(height, width);
  if (prior === 'generator') return 'none';
  if (prior === 'dae' || side < 96) return 'jitter';
  return prior.startsWith('maco') && side >= 2 * Math.min(model.height, model.width) ? 'maco' : 'lucid';
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

/** Photographs' statistics of a folder. */
export async function naturalOf(folder: string, side: number): Promise<NaturalStatistics> {
  const files = await listPictures([folder]);
  async function* pictures() {
    for (const { path } of files) yield await readPicture(path);
  }
  return measureStatistics(folder, pictures(), side, await openRuntime('cpu'));
}

/** The settings of drawings, besides the unit. */
export async function drawOptionsOf(flags: VisualizeFlags, model: Model, size: PictureSize): Promise<UnitOptions> {
  const prior = priorOf(flags, size);
  const isDenoised = prior === 'dae';
  if (flags.generator !== undefined && prior !== 'generator')
    throw new CliError('--generator FILE belongs to --prior generator.');
  if (flags.denoiser !== undefined && !isDenoised) throw new CliError('--denoiser FILE belongs to --prior dae.');
  const settings = await priorSettingsOf(prior, flags.set ?? []);
  const natural = flags.natural === undefined ? undefined : await naturalOf(flags.natural, Math.min(size[1], size[2]));
  const parameterisation = await openPrior(isDenoised ? 'raw' : prior, size, {
    ...(natural === undefined ? {} : { natural }),
    ...(flags.generator === undefined ? {} : { generator: flags.generator }),
    ...settings,
  });
  if (isGradientFree(flags.optimizer)) {
    const { optimizer, evaluations, seed } = flags;
    return { parameterisation, seed, values: { optimizer, ...(evaluations === undefined ? {} : { evaluations }) } };
  }
  const robustness = flags.robustness ?? robustnessOf(prior, size, model);
  const { transform, views } = robustnessNamed(robustness, size, [model.height, model.width]);
  const { rows, columns } = gridOf(flags.grid);
  const { optimizer, steps = 512 } = flags;
  return {
    parameterisation,
    ...(transform === undefined ? {} : { transform }),
    views,
    penalties: (flags.penalty ?? []).map((text) => penaltyOf(text, model, size)),
    group: rows * columns,
    seed: flags.seed,
    transparency: flags.transparency,
    steps,
    redirect: flags.redirect ?? usualRedirect(prior, steps),
    ...(optimizer === undefined ? {} : { optimizer }),
    ...(flags.rate === undefined ? {} : { rate: flags.rate }),
    ...(isDenoised
      ? { rate: flags.rate ?? 1, denoiser: await openDenoiserPrior(flags.denoiser, settings.denoiser) }
      : {}),
  };
}

/** Settings that say which model and units a picture is of. */
export function modelSettings(flags: VisualizeFlags, model: Model) {
  return {
    model: model.name,
    preprocessing: flags.preprocessing,
    units: flags.unit,
    score: flags.score,
    tokens: flags.tokens,
    match: flags.match,
    as: flags.match === undefined ? undefined : (flags.as ?? 'inversion'),
    direction: flags.direction,
    cosinePower: flags.cosinePower,
  };
}

/** All that a picture is drawn again from. */
export function settingsOf(flags: VisualizeFlags, model: Model, options: UnitOptions) {
  const { parameterisation, seed, values } = options;
  return {
    ...modelSettings(flags, model),
    prior: priorOf(flags, parameterisation.size),
    set: flags.set?.length === 0 ? undefined : flags.set,
    generator: flags.generator,
    denoiser: flags.denoiser,
    natural: flags.natural,
    size: parameterisation.size,
    seed,
    ...(values === undefined ? gradientSettings(flags, options) : { evaluations: 3000, ...values }),
  };
}

function gradientSettings(flags: VisualizeFlags, options: UnitOptions) {
  const { parameterisation, transform, optimizer = 'adam', rate, penalties = [], group, views } = options;
  return {
    robustness: flags.robustness,
    redirect: options.redirect,
    steps: options.steps,
    rate: rate ?? parameterisation.rate,
    optimizer: options.denoiser === undefined ? optimizer : 'langevin',
    transform: transform?.key ?? 'none',
    views,
    penalties: Object.fromEntries(penalties.map(({ penalty, weight }) => [penalty.name, weight])),
    group,
    grid: flags.grid,
    diversity: flags.diversity,
    alignment: flags.alignment,
    towards: flags.towards,
    from: flags.from,
  };
}
