/** @file Refuses drawings that cannot mean what they say, before any work. */
import type { Model } from '../model/model.ts';
import { sizeOf } from '../tensor/shape.ts';
import { checkBall, VisualizeError } from './check-options.ts';
import type { DrawOptions } from './visualize.ts';

/** Checks options before any work. @throws VisualizeError with what was expected and what came */
export function checkDrawOptions(model: Model, options: DrawOptions): void {
  const { parameterisation, steps = 1, group = 1, views = 1, seed = 0, rate, penalties = [], start, within } = options;
  const { redirect = 0, frameEvery = 0 } = options;
  for (const [what, value, least] of [
    ['Steps', steps, 1],
    ['Pictures drawn together', group, 1],
    ['Views', views, 1],
    ['Seed', seed, 0],
    ['Redirected steps', redirect, 0],
    ['Steps between frames', frameEvery, 0],
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
  if (group * views > model.maxBatch)
    throw new VisualizeError(
      `${model.name} takes ${model.maxBatch} pictures in a run; ${group * views} views were asked for.`,
    );
  if (start !== undefined) checkStart(start, group, sizeOf(parameterisation.shape));
  const isRaw = parameterisation.name === 'raw pixels';
  if (options.denoiser !== undefined && !isRaw)
    throw new VisualizeError(`A denoiser moves pixels: it takes raw pixels, not ${parameterisation.name}.`);
  if (within === undefined) return;
  if (!isRaw) throw new VisualizeError('A ball is of pixels: only raw pixels can be kept within one.');
  checkBall(within.norm, within.epsilon);
  const size = sizeOf(parameterisation.size);
  if (within.picture.length !== size)
    throw new VisualizeError(`The ball's picture has ${within.picture.length} values; ${size} were expected.`);
}

function checkStart(start: Float32Array, group: number, length: number): void {
  if (start.length !== group * length)
    throw new VisualizeError(`The start has ${start.length} numbers; ${group} x ${length} were expected.`);
  const wrong = start.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new VisualizeError(`The start holds ${wrong}; its numbers are finite.`);
}
