/**
 * @file Draws what raises an objective: the search that attacks use, with a parameterisation of natural pictures in place of a ball, random
 * changes that the result must bear, and penalties. f_i(x) rises while p(x) stays high.
 */
import { project } from '../distance/ball.ts';
import { quantize8 } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import type { Denoiser } from '../prior/denoiser.ts';
import type { Parameterisation } from '../prior/parameterisation.ts';
import type { Penalty } from '../prior/penalties.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { adam, adamData, adamSpecs } from '../search/adam.ts';
import { steepestAscent, stepSizeName } from '../search/ascent.ts';
import type { Batch, Problem, StepRule } from '../search/problem.ts';
import { pictureGradientName } from '../search/programs.ts';
import { type Sample, search } from '../search/search.ts';
import { add, mul } from '../tensor/ops/arithmetic.ts';
import { concat } from '../tensor/ops/concat.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Transform } from '../transform/transform.ts';
import { VisualizeError } from './check-options.ts';
import { langevin } from './langevin.ts';
import { meanPerSample, type Objective } from './objectives/objective.ts';
import { see } from './see.ts';
import type { Within } from './visualize-class.ts';

/** How parameters move. */
export type Optimizer = 'adam' | 'nadam' | 'steepest';

/** A penalty and its weight. */
export interface WeightedPenalty {
  readonly penalty: Penalty;
  readonly weight: number;
}

/** A denoiser as a prior: every step also moves towards likelier pictures, and may be noisy (PPGN, Nguyen et al. 2017). */
export interface DenoiserPrior {
  readonly denoiser: Denoiser;
  /** Weight of R(x) - x, epsilon 1 of the paper; 1e-5 there, for steps whose mean is 1. */
  readonly weight: number;
  /** Weight of the objective's gradient, epsilon 2. */
  readonly gradientWeight: number;
  /** Deviation of the noise of each step, epsilon 3; falls evenly to nothing where `annealed`. */
  readonly noise: number;
  readonly annealed: boolean;
}

/** Options of `visualize`. */
export interface DrawOptions {
  /** How the picture is made from what is searched. */
  readonly parameterisation: Parameterisation;
  /** What the picture goes through at each step, redrawn each time: what it shows must bear it. Nothing unless given. */
  readonly transform?: Transform;
  /** Views that the transform makes of each picture; 1 unless given. */
  readonly views?: number;
  readonly penalties?: readonly WeightedPenalty[];
  readonly denoiser?: DenoiserPrior;
  readonly optimizer?: Optimizer;
  /** Gradient steps; 512 unless given. */
  readonly steps?: number;
  /** Learning rate, or the length of a steepest step; the parameterisation's unless given. */
  readonly rate?: number;
  /** The rate falls evenly to nothing. */
  readonly decay?: boolean;
  /** Pictures that are drawn together, for objectives of several; 1 unless given. */
  readonly group?: number;
  /** Parameters to start from, for each picture of the group; drawn by the parameterisation unless given. */
  readonly start?: Float32Array;
  /** Stay near the start, in pixels. */
  readonly within?: Within & { readonly picture: Float32Array };
  /** Also keep how much each place of the picture counted over all steps. */
  readonly transparency?: boolean;
  /** Keep the picture of every so many steps. */
  readonly frameEvery?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (step: number, steps: number) => void;
}

/** A point of a drawing's path. */
export interface DrawPoint {
  /** The objective, of the picture as the network saw it: changed by the transform, but not at the last point. */
  readonly objective: number;
  /** The objective less the penalties. */
  readonly value: number;
  readonly gradientNorm: number | undefined;
}

/** What was drawn. */
export interface Drawing {
  /** [C, H, W] in [0, 1] each, as a PNG holds them. */
  readonly pictures: readonly Float32Array[];
  /** Parameters at the end. */
  readonly parameters: Float32Array;
  readonly objective: string;
  readonly path: readonly DrawPoint[];
  /** Pictures on the way, where they are kept, each of the whole group. */
  readonly frames: readonly (readonly Float32Array[])[];
  /** Sum over steps of |dJ / dx| over channels, [H, W] for each picture, 1 at the largest; undefined unless asked for. */
  readonly transparency: readonly Float32Array[] | undefined;
  readonly seed: number;
  readonly device: string;
  readonly notes: readonly string[];
}

/** Names of what is fed besides the transform's numbers. */
const [noiseName, centreName, radiusName] = ['noise', 'centre', 'radius'] as const;

/**
 * Draws an objective.
 * @throws VisualizeError if options are out of range or the model has no such layer; NoGradientError where an op has no gradient
 * @example
 * const size = [3, 224, 224] as const;
 * const { pictures } = await visualize(model, channel('fire7/concat', 17), { parameterisation: fourier(size), seed: 1 });
 */
export async function visualize(model: Model, objective: Objective, options: DrawOptions): Promise<Drawing> {
  const { parameterisation, steps = 512, seed = 0, group = 1, transform, denoiser, within } = options;
  const { rate = parameterisation.rate, decay = false, frameEvery = 0, transparency = false } = options;
  check(model, options);
  const problem = drawingProblem(model, objective, options);
  const length = sizeOf(parameterisation.shape);
  const name = hashOf(Float32Array.from(objective.key, (letter) => letter.charCodeAt(0)));
  const z = options.start ?? startOf(parameterisation, group, seed, name);
  if (z.length !== group * length)
    throw new VisualizeError(`The start has ${z.length} numbers; ${group} x ${length} were expected.`);
  const still = transform?.draw() ?? {};
  const sample: Sample = {
    z,
    steps,
    data: (step) => {
      const share = step / steps;
      const random = randomStream(seed, name, step + 1);
      return {
        ...(step < steps ? (transform?.draw(random) ?? {}) : still),
        [stepSizeName]: rate * (decay ? 1 - share : 1),
        ...adamData(step),
        ...(denoiser === undefined
          ? {}
          : { [noiseName]: noiseOf(group * length, denoiser, share, randomStream(seed, name, step + 1, 1)) }),
        ...(within === undefined
          ? {}
          : { [centreName]: repeated(within.picture, group), [radiusName]: within.epsilon }),
      };
    },
  };
  const path: DrawPoint[] = [];
  const frames: Float32Array[][] = [];
  const notes = new Set<string>();
  const counted = transparency
    ? new Float64Array(group * parameterisation.size[1] * parameterisation.size[2])
    : undefined;
  let last: Float32Array | undefined;
  await search(
    problem,
    [sample],
    ([seen]) => {
      const { step, value, gradientNorm, outputs } = seen!;
      path.push({ objective: outputs.objective![0]!, value, gradientNorm });
      if (gradientNorm === 0) notes.add('The gradient was exactly zero on the way: nothing leads on there.');
      if (Number.isNaN(value)) notes.add('The objective became NaN.');
      const drawn = outputs.pictures!;
      if (step === steps) last = seen!.z;
      if (step === steps || (frameEvery > 0 && step % frameEvery === 0)) frames.push(apart(drawn, group));
      if (counted !== undefined && outputs[pictureGradientName] !== undefined)
        for (const [i, v] of outputs[pictureGradientName].entries()) counted[i]! += Number.isNaN(v) ? 0 : v;
      options.onProgress?.(step, steps);
      return [false];
    },
    {
      device: model.device,
      batch: 1,
      describe: model.describe,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
  const final = frames.at(-1)!;
  if (!(path.at(-1)!.objective > path[0]!.objective)) notes.add('The activation did not rise.');
  return {
    pictures: final.map(quantize8),
    parameters: last!,
    objective: objective.name,
    path,
    frames: frameEvery > 0 ? frames : [],
    transparency: counted && apart(Float32Array.from(counted), group).map(normalised),
    seed,
    device: model.device.description,
    notes: [...notes],
  };
}

function check(
  model: Model,
  { parameterisation, steps = 1, group = 1, views = 1, seed = 0, rate, penalties = [] }: DrawOptions,
) {
  for (const [what, value, least] of [
    ['Steps', steps, 1],
    ['Pictures drawn together', group, 1],
    ['Views', views, 1],
    ['Seed', seed, 0],
  ] as const) {
    if (!(Number.isSafeInteger(value) && value >= least))
      throw new VisualizeError(`${what} must be a whole number of at least ${least}, got ${value}.`);
  }
  if (rate !== undefined && !(rate > 0 && rate < Number.POSITIVE_INFINITY))
    throw new VisualizeError(`The rate must be a positive number, got ${rate}.`);
  for (const { penalty, weight } of penalties) {
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new VisualizeError(`The weight of ${penalty.name} must be a number of at least 0, got ${weight}.`);
  }
  const [channels] = parameterisation.size;
  if (channels !== model.channels)
    throw new VisualizeError(
      `${model.name} takes ${model.channels} channels; ${parameterisation.name} draws ${channels}.`,
    );
  const views1 = group * views;
  if (views1 > model.maxBatch)
    throw new VisualizeError(
      `${model.name} takes ${model.maxBatch} pictures in a run; ${views1} views were asked for.`,
    );
}

function drawingProblem(model: Model, objective: Objective, options: DrawOptions): Problem {
  const { parameterisation, transform, views = 1, penalties = [], denoiser, group = 1, within } = options;
  const [c, h, w] = parameterisation.size;
  const float = (shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
  const shape = [group, ...parameterisation.shape];
  const optimizer = options.optimizer ?? 'adam';
  const one = (z: Tensor) => reshape(z, [z.shape[0]! * group, ...parameterisation.shape]);
  const drawn = (z: Tensor) => parameterisation.picture(one(z));
  const transformed = [transform?.key, views, penalties.map(({ penalty, weight }) => `${weight} ${penalty.key}`)];
  return {
    key: [
      model.key,
      'visualize',
      objective.key,
      parameterisation.key,
      group,
      optimizer,
      ...transformed,
      denoiser === undefined ? '' : `${denoiser.denoiser.key} ${denoiser.weight} ${denoiser.gradientWeight}`,
      within?.norm ?? '',
      options.transparency ?? false,
    ].join(' | '),
    shape,
    data: {
      ...adamSpecs,
      ...transform?.data,
      ...(denoiser === undefined ? {} : { [noiseName]: float(shape) }),
      ...(within === undefined ? {} : { [centreName]: float([group, c, h, w]), [radiusName]: float([]) }),
    },
    seesPictureGradient: options.transparency ?? false,
    parameterise: (z) => drawn(z),
    objective: (x, data) => {
      const changed = transform?.apply(x, groupData(transform, data, group)) ?? x;
      const seen = see(model, x, changed, { group, viewCount: views });
      const value = meanPerSample(objective.value(seen), seen);
      const pictures = reshape(x, [x.shape[0]! / group, group, c, h, w]);
      const held = penalties
        .filter(({ weight }) => weight > 0)
        .map(({ penalty, weight }) => mul(meanPerSample(penalty.value(x), { pictures: x, group }), -weight));
      return { value: held.reduce((sum, term) => add(sum, term), value), outputs: { objective: value, pictures } };
    },
    rule: ruleOf(options, shape),
    project: (z, data) => projected(z, data, options),
  };
}

/** A transform's numbers, the same for all pictures of a group. */
function groupData(transform: Transform, data: Batch, group: number): Batch {
  if (group === 1) return data;
  const names = Object.keys(transform.data);
  return Object.fromEntries(names.map((name) => [name, spread(data[name]!, group)]));
}

function spread(x: Tensor, group: number): Tensor {
  const [n, ...rest] = x.shape as [number, ...number[]];
  const copies = Array.from({ length: group }, () => reshape(x, [n, 1, ...rest]));
  return reshape(concat(copies, 1), [n * group, ...rest]);
}

function ruleOf({ optimizer = 'adam', denoiser, parameterisation }: DrawOptions, shape: readonly number[]): StepRule {
  if (denoiser !== undefined) return langevin(denoiser, noiseName, parameterisation);
  if (optimizer === 'steepest') return steepestAscent({ norm: 'l2', momentum: 0, shape });
  return adam({ shape, nesterov: optimizer === 'nadam' });
}

function projected(z: Tensor, data: Batch, { parameterisation, within, group = 1 }: DrawOptions): Tensor {
  const flat = reshape(z, [z.shape[0]! * group, ...parameterisation.shape]);
  const allowed = parameterisation.project?.(flat) ?? flat;
  if (within === undefined) return reshape(allowed, z.shape);
  if (parameterisation.name !== 'raw pixels')
    throw new VisualizeError('A ball is of pixels: only raw pixels can be kept within one.');
  const centre = reshape(data[centreName]!, flat.shape);
  return reshape(project(within.norm, allowed, centre, spread(data[radiusName]!, group)), z.shape);
}

function startOf(parameterisation: Parameterisation, group: number, seed: number, name: number): Float32Array {
  const length = sizeOf(parameterisation.shape);
  const z = new Float32Array(group * length);
  for (let i = 0; i < group; i++) z.set(parameterisation.start(randomStream(seed, name, 0, i)), i * length);
  return z;
}

function noiseOf(
  length: number,
  { noise, annealed }: DenoiserPrior,
  share: number,
  random: { normal(): number },
): Float32Array {
  const deviation = noise * (annealed ? 1 - share : 1);
  return deviation === 0 ? new Float32Array(length) : Float32Array.from({ length }, () => deviation * random.normal());
}

function repeated(picture: Float32Array, group: number): Float32Array {
  const all = new Float32Array(picture.length * group);
  for (let i = 0; i < group; i++) all.set(picture, i * picture.length);
  return all;
}

function apart(all: Float32Array, group: number): Float32Array[] {
  const length = all.length / group;
  return Array.from({ length: group }, (_, i) => all.slice(i * length, (i + 1) * length));
}

function normalised(v: Float32Array): Float32Array {
  const largest = v.reduce((top, value) => Math.max(top, value), 0);
  return largest === 0 ? v : v.map((value) => value / largest);
}
