/** @file How `visualize` draws a unit: by its gradient, or by its values alone. */
import type { Model } from '../model/model.ts';
import type { Objective } from '../visualize/objectives/objective.ts';
import { type Drawing, type DrawOptions, type Optimizer, visualize } from '../visualize/visualize.ts';
import {
  type GradientFreeOptimizer,
  unitFunction,
  visualizeWithoutGradients,
} from '../visualize/visualize-without-gradients.ts';

/** Optimisers that need no gradients. */
export const gradientFree: readonly GradientFreeOptimizer[] = [
  'cma-es',
  'cma-es:diagonal',
  'cma-es:cholesky',
  'sphere-cma',
  'genetic',
  'nes',
];

/** Every optimiser by name. */
export const optimizers = ['adam', 'nadam', 'steepest', ...gradientFree] as const;

/** Whether an optimiser needs no gradients. */
export function isGradientFree(name: string | undefined): name is GradientFreeOptimizer {
  return gradientFree.some((one) => one === name);
}

/** What a search without gradients takes. */
export interface ValueSearch {
  readonly optimizer: GradientFreeOptimizer;
  readonly evaluations?: number;
}

/** Settings of drawings, by gradients or by values. */
export type UnitOptions = Omit<DrawOptions, 'optimizer'> & {
  readonly optimizer?: Optimizer;
  readonly values?: ValueSearch;
};

/** Draws an objective. `onProgress` is given words. */
export async function drawUnit(
  model: Model,
  objective: Objective,
  { values, ...options }: UnitOptions,
  onProgress: (words: string) => void,
): Promise<Drawing> {
  if (values === undefined) {
    const { steps = 512 } = options;
    return visualize(model, objective, { ...options, onProgress: (step) => onProgress(`step ${step} of ${steps}`) });
  }
  const { parameterisation, seed = 0, signal } = options;
  const { evaluations = 3000 } = values;
  const drawn = await visualizeWithoutGradients(unitFunction(model, objective), {
    ...values,
    parameterisation,
    seed,
    device: model.device,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done) => onProgress(`picture ${done} of ${evaluations}`),
  });
  const path = drawn.path.map((value) => ({ objective: value, value, gradientNorm: undefined }));
  return {
    pictures: [drawn.picture],
    parameters: drawn.parameters,
    objective: objective.name,
    path,
    frames: [],
    transparency: undefined,
    seed,
    device: model.device.description,
    notes: path.at(-1)!.objective > path[0]!.objective ? [] : ['The activation did not rise after the first round.'],
  };
}
