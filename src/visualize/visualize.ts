/**
 * @file Draws what raises an objective: the search that attacks use, with a parameterisation of natural pictures in place of a ball, random
 * changes that the result must bear, and penalties. f_i(x) rises while p(x) stays high.
 */
import { quantize8 } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import type { Parameterisation } from '../prior/parameterisation.ts';
import type { Penalty } from '../prior/penalties.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { adamData } from '../search/adam.ts';
import { stepSizeName } from '../search/ascent.ts';
import { pictureGradientName } from '../search/programs.ts';
import { type Sample, search } from '../search/search.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Transform } from '../transform/transform.ts';
import { checkDrawOptions } from './check-draw-options.ts';
import type { DenoiserPrior } from './denoiser-prior.ts';
import { centreName, drawingProblem, noiseName, radiusName } from './drawing-problem.ts';
import type { Objective } from './objectives/objective.ts';
import { redirectName } from './redirect.ts';
import type { Within } from './visualize-class.ts';

/** How parameters move. */
export type Optimizer = 'adam' | 'nadam' | 'steepest';

/** A penalty and its weight. */
export interface WeightedPenalty {
  readonly penalty: Penalty;
  readonly weight: number;
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
  /**
   * Steps at the start in which a ReLU that is off everywhere passes the gradients on that would turn it on; Lucid takes 16. 0 unless given.
   */
  readonly redirect?: number;
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

/**
 * Draws an objective.
 * @throws VisualizeError if options are out of range or the model has no such layer; NoGradientError where an op has no gradient
 * @example
 * const size = [3, 224, 224] as const;
 * const { pictures } = await visualize(model, channel('fire7/concat', 17), { parameterisation: fourier(size), seed: 1 });
 */
export async function visualize(model: Model, objective: Objective, options: DrawOptions): Promise<Drawing> {
  const { parameterisation, steps = 512, seed = 0, group = 1, transform, denoiser, within } = options;
  const { rate = parameterisation.rate, decay = false, frameEvery = 0, transparency = false, redirect = 0 } = options;
  checkDrawOptions(model, options);
  const problem = drawingProblem(model, objective, options);
  const length = sizeOf(parameterisation.shape);
  const name = hashOf(Float32Array.from(objective.key, (letter) => letter.charCodeAt(0)));
  const z = options.start ?? startOf(parameterisation, group, seed, name);
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
        ...(redirect > 0 ? { [redirectName]: Number(step < redirect) } : {}),
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
      if (gradientNorm === 0) notes.add(stuck(redirect));
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

function stuck(redirect: number): string {
  const stopped = 'The gradient was exactly zero on the way: nothing leads on there.';
  return redirect > 0 ? stopped : `${stopped} Where ReLUs are off, redirect leads past them.`;
}
