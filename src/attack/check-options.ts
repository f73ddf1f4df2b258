/** @file Refuses attacks that cannot mean what they say, before any work: budgets in the wrong unit, pictures out of range. */

import { type Distances, type Norm, norms } from '../distance/ball.ts';
import { classesFault, classFault, picturesFault } from '../model/faults.ts';
import type { Model } from '../model/model.ts';
import type { GradientAttackOptions } from './gradient-attack.ts';
import { type LossName, lossNames } from './loss.ts';
import { AttackError } from './result.ts';

/** Checks options, pictures and labels. @throws AttackError with what was expected and what came */
export function checkOptions(
  model: Model,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  options: GradientAttackOptions & { readonly norm: Norm; readonly loss: LossName },
): void {
  const { norm, epsilon, loss, target, seed = 0, restarts = 1, batch = 1 } = options;
  if (!lossNames.includes(loss)) throw new AttackError(`Loss "${loss}" is not one of ${lossNames.join(', ')}.`);
  checkEpsilon(model, norm, epsilon, { norms });
  checkCount('Restarts', restarts, 1);
  checkCount('Batch', batch, 1);
  checkCount('Seed', seed, 0);
  if (options.subspace !== undefined && typeof options.subspace.project !== 'function')
    throw new AttackError('A subspace is a projection, as bandSubspace gives; on the command line say --band NAME.');
  if (options.subspace !== undefined && options.mask !== undefined)
    throw new AttackError(
      `A change cannot keep to the ${options.subspace.name} and to a mask at once: leave one of them out.`,
    );
  checkPictures(model, images, labels, target);
}

/** Checks a budget. @throws AttackError with what was expected and what came */
export function checkEpsilon(
  model: Pick<Model, 'channels' | 'height' | 'width'>,
  norm: keyof Distances,
  epsilon: number,
  { name, norms: known }: { readonly name?: string; readonly norms: readonly (keyof Distances)[] },
): void {
  if (!known.includes(norm)) {
    const own = name === undefined ? `Norm "${norm}" is not one of` : `${name} is not defined for "${norm}", but for`;
    throw new AttackError(`${own} ${known.join(', ')}.`);
  }
  if (!(epsilon > 0)) throw new AttackError(`Epsilon must be a positive number, got ${epsilon}.`);
  const size = model.channels * model.height * model.width;
  if (norm === 'l0' && epsilon < 1)
    throw new AttackError(`Epsilon counts changed values in l0, so it is at least 1; got ${epsilon}.`);
  const half = norm === 'linf' ? 0.5 : norm === 'l2' ? 0.5 * Math.sqrt(size) : norm === 'l1' ? 0.5 * size : size;
  if (epsilon > half) {
    const meant = norm === 'linf' && epsilon <= 255 ? ` Did you mean ${epsilon}/255?` : '';
    throw new AttackError(
      norm === 'l0'
        ? `Epsilon ${epsilon} counts more values than the ${size} of a picture.`
        : `Epsilon ${epsilon} is more than half of the way from black to white in ${norm}; pixels run from 0 to 1.${meant}`,
    );
  }
}

/** Checks pictures, labels and targets against a model. @throws AttackError with what was expected and what came */
export function checkPictures(
  model: Pick<Model, 'channels' | 'height' | 'width' | 'classCount'>,
  images: readonly Float32Array[],
  labels: readonly number[] | undefined,
  target: number | readonly number[] | undefined,
): void {
  if (model.classCount < 2) throw new AttackError('The model gives one score; an attack needs at least two classes.');
  const fault =
    picturesFault(model, images) ??
    (labels && classesFault(model, labels, images.length, 'labels')) ??
    (typeof target === 'object' ? classesFault(model, target, images.length, 'targets') : undefined) ??
    (typeof target === 'number' ? classFault(model, target) : undefined);
  if (fault !== undefined) throw new AttackError(fault);
}

/** Refuses what is no whole number of at least `least`. */
export function checkCount(what: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new AttackError(`${what} must be a whole number of at least ${least}, got ${value}.`);
}
