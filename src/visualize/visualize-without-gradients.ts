/**
 * @file Draws what raises a unit that gives no gradients, behind an opaque or remote model: an optimiser proposes parameters, the
 * parameterisation makes pictures of them, and the unit says how much it likes each (XDream: Ponce et al. 2019; Xiao and Kreiman 2020).
 */
import { openRuntime } from '#runtime';
import { quantize8 } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import type { Parameterisation } from '../prior/parameterisation.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { compile } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { type AskTell, runAskTell } from '../search/gradient-free/ask-tell.ts';
import { cmaEs } from '../search/gradient-free/cma-es.ts';
import { genetic } from '../search/gradient-free/genetic.ts';
import { evolutionGradient } from '../search/gradient-free/nes.ts';
import { sphereCma } from '../search/gradient-free/sphere-cma.ts';
import { sizeOf } from '../tensor/shape.ts';
import { VisualizeError } from './check-options.ts';
import { meanPerSample, type Objective } from './objectives/objective.ts';
import { see } from './see.ts';

/** How much a unit likes pictures [count, C, H, W] in [0, 1]: a number each. */
export type UnitFunction = (pictures: Float32Array, count: number) => Promise<ArrayLike<number>> | ArrayLike<number>;

/** Optimisers by name. */
export type GradientFreeOptimizer = 'cma-es' | 'cma-es:diagonal' | 'cma-es:cholesky' | 'sphere-cma' | 'genetic' | 'nes';

/** Numbers up to which the full covariance is kept, whose cost grows as their cube. */
const fullDimensions = 100;

/** Options of `visualizeWithoutGradients`. */
export interface GradientFreeOptions {
  readonly parameterisation: Parameterisation;
  /** `cma-es` up to 100 numbers and `cma-es:diagonal` above unless given. */
  readonly optimizer?: GradientFreeOptimizer;
  /** Pictures that are shown to the unit, and those that complete the last round; 3000 unless given, as in the papers. */
  readonly evaluations?: number;
  /** Pictures in one call; 16 unless given. */
  readonly batch?: number;
  /** Where pictures are made; the CPU unless given. */
  readonly device?: DeviceRuntime;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, best: number) => void;
}

/** The picture that a unit liked best. */
export interface GradientFreeDrawing {
  /** [C, H, W] in [0, 1], as a PNG holds it. */
  readonly picture: Float32Array;
  /** What the parameterisation draws it from, within what it allows. */
  readonly parameters: Float32Array;
  readonly value: number;
  readonly evaluations: number;
  /** The best value after every round. */
  readonly path: readonly number[];
  readonly optimizer: string;
  readonly seed: number;
}

/**
 * Draws what a unit likes, from its values alone.
 * @throws VisualizeError if options are out of range, or the unit gives another number of values or nothing but NaN
 * @example
 * const generator = await openGenerator('zoo:cifar10-generator');
 * const { picture } = await visualizeWithoutGradients(askService, { parameterisation: generator, evaluations: 2000 });
 */
export async function visualizeWithoutGradients(
  unit: UnitFunction,
  options: GradientFreeOptions,
): Promise<GradientFreeDrawing> {
  const { parameterisation, evaluations = 3000, batch = 16, seed = 0, signal, onProgress } = options;
  for (const [what, value] of [
    ['Evaluations', evaluations],
    ['Batch', batch],
  ] as const)
    if (!(Number.isSafeInteger(value) && value >= 1))
      throw new VisualizeError(`${what} must be a whole number of at least 1, got ${value}.`);
  const device = options.device ?? (await openRuntime('cpu'));
  const draw = (count: number) =>
    compile(
      ({ z }) => {
        const allowed = parameterisation.project?.(z!) ?? z!;
        return { x: parameterisation.picture(allowed), allowed };
      },
      { z: { shape: [count, ...parameterisation.shape], dtype: 'float32' } },
      { device, key: `draw ${parameterisation.key}` },
    );
  const drawn = async (points: readonly Float64Array[]) => {
    const program = await draw(points.length);
    const { x, allowed } = await program.run({ z: Float32Array.from(points.flatMap((point) => Array.from(point))) });
    return { pictures: quantize8(x!.data as Float32Array), parameters: allowed!.data as Float32Array };
  };
  const valuesOf = async (points: readonly Float64Array[]) => {
    const values: number[] = [];
    for (let at = 0; at < points.length; at += batch) {
      signal?.throwIfAborted();
      const some = points.slice(at, at + batch);
      const found = Array.from(await unit((await drawn(some)).pictures, some.length));
      if (found.length !== some.length)
        throw new VisualizeError(`The unit gave ${found.length} values for ${some.length} pictures.`);
      values.push(...found);
    }
    return values;
  };
  const optimizer = optimizerFor(parameterisation, options, seed);
  const best = await runAskTell(optimizer, valuesOf, evaluations, {
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (best.z === undefined) throw new VisualizeError(`The unit gave NaN for all ${best.evaluations} pictures.`);
  const { pictures, parameters } = await drawn([best.z]);
  return {
    picture: pictures,
    parameters,
    value: best.value,
    evaluations: best.evaluations,
    path: best.path,
    optimizer: optimizer.name,
    seed,
  };
}

function optimizerFor(parameterisation: Parameterisation, options: GradientFreeOptions, seed: number): AskTell {
  const n = sizeOf(parameterisation.shape);
  const name = options.optimizer ?? (n <= fullDimensions ? 'cma-es' : 'cma-es:diagonal');
  const key = hashOf(Float32Array.from(parameterisation.key, (letter) => letter.charCodeAt(0)));
  const random = randomStream(seed, key);
  const start = Float64Array.from(parameterisation.start(randomStream(seed, key, 1)));
  const { spread } = parameterisation;
  switch (name) {
    case 'cma-es':
      return cmaEs({ start, random, sigma: 0.5 * spread, form: 'full' });
    case 'cma-es:diagonal':
      return cmaEs({ start, random, sigma: 0.5 * spread, form: 'diagonal' });
    case 'cma-es:cholesky':
      return cmaEs({ start, random, sigma: 0.5 * spread, form: 'cholesky', population: 40 });
    case 'sphere-cma':
      return sphereCma({ dimensions: n, random, radius: Math.sqrt(n) * spread, start });
    case 'genetic':
      return genetic({
        dimensions: n,
        random,
        mutationSize: 0.5 * spread,
        start: Array.from({ length: 20 }, (_, i) =>
          Float64Array.from(parameterisation.start(randomStream(seed, key, 2, i))),
        ),
      });
    case 'nes':
      return evolutionGradient({ start, random, sigma: 0.1 * spread, rate: 0.1 * spread });
    default:
      throw new VisualizeError(
        `There is no optimiser "${name}"; there are cma-es, cma-es:diagonal, cma-es:cholesky, sphere-cma, genetic, nes.`,
      );
  }
}

/** A unit of a model as a function, for comparing with gradients and for models whose gradients are not to be used. */
export function unitFunction(model: Model, objective: Objective): UnitFunction {
  return async (pictures, count) => {
    const values: number[] = [];
    const size = pictures.length / count;
    const largest = Math.min(count, model.maxBatch);
    for (let at = 0; at < count; at += largest) {
      const some = Math.min(largest, count - at);
      const shape = [some, model.channels, model.height, model.width];
      const program = await compile(
        ({ x }) => {
          const seen = see(model, x!, x!, { group: 1, viewCount: 1 });
          return { value: meanPerSample(objective.value(seen), seen) };
        },
        { x: { shape, dtype: 'float32' } },
        { device: model.device, key: `${model.key} unit ${objective.key}` },
      );
      const { value } = await program.run({ x: pictures.subarray(at * size, (at + some) * size) });
      values.push(...Array.from(value!.data as Float32Array));
    }
    return values;
  };
}
