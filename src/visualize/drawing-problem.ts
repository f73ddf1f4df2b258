/** @file A drawing as an instance of the search that attacks use: g a prior, T what the picture must bear, J an objective less penalties. */
import { project } from '../distance/ball.ts';
import type { Model } from '../model/model.ts';
import { adam, adamSpecs } from '../search/adam.ts';
import { steepestAscent } from '../search/ascent.ts';
import type { Batch, Problem, StepRule } from '../search/problem.ts';
import { add, mul } from '../tensor/ops/arithmetic.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { repeat } from '../transform/repeat.ts';
import type { Transform } from '../transform/transform.ts';
import { langevin } from './langevin.ts';
import { meanPerSample, type Objective } from './objectives/objective.ts';
import { redirected, redirectName } from './redirect.ts';
import { see } from './see.ts';
import type { DrawOptions } from './visualize.ts';

/** Names of what is fed besides the transform's numbers and the step's. */
export const [noiseName, centreName, radiusName] = ['noise', 'centre', 'radius'] as const;

/** A drawing as a search: parameters raise an objective of the picture's views, less penalties. */
export function drawingProblem(model: Model, objective: Objective, options: DrawOptions): Problem {
  const { parameterisation, transform, views = 1, penalties = [], denoiser, group = 1, within, redirect = 0 } = options;
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
      redirect > 0,
    ].join(' | '),
    shape,
    data: {
      ...adamSpecs,
      ...transform?.data,
      ...(redirect > 0 ? { [redirectName]: float([]) } : {}),
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
        .map(({ penalty, weight }) => mul(meanPerSample(penalty.value(x, seen), seen), -weight));
      return { value: held.reduce((sum, term) => add(sum, term), value), outputs: { objective: value, pictures } };
    },
    ...(parameterisation.penalty === undefined
      ? {}
      : {
          penalty: (x: Tensor, _: Batch, z: Tensor) =>
            meanPerSample(parameterisation.penalty!(one(z)), { pictures: x, group }),
        }),
    rule: ruleOf(options, shape),
    ...(redirect > 0 ? { gradientRules: (data: Batch) => redirected(data[redirectName]!) } : {}),
    project: (z, data) => projected(z, data, options),
  };
}

/** A transform's numbers, the same for all pictures of a group. */
function groupData(transform: Transform, data: Batch, group: number): Batch {
  if (group === 1) return data;
  const names = Object.keys(transform.data);
  return Object.fromEntries(names.map((name) => [name, repeat(data[name]!, group)]));
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
  const centre = reshape(data[centreName]!, flat.shape);
  return reshape(project(within.norm, allowed, centre, repeat(data[radiusName]!, group)), z.shape);
}
