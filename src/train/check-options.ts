/** @file Refuses trainings that cannot mean what they say, before any work: too few pictures, wrong labels, sets that do not fit. */
import { DataError } from '../data/dataset.ts';
import { imageArray } from '../data/image-array.ts';
import type { Task } from './task.ts';
import type { TrainOptions } from './train.ts';
import { TrainingError } from './training-error.ts';

/** What `declare` says of a network; a shape that does not fit becomes a sentence about the pictures. */
export function fitting<T>({ name }: Task, { data }: TrainOptions, declare: () => T): T {
  try {
    return declare();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    const [, channels, height, width] = data.shape;
    throw new TrainingError(
      `The network cannot take pictures of [${channels}, ${height}, ${width}] for ${name}: ${error.message}`,
      { cause: error },
    );
  }
}

/** Checks options and data. @throws TrainingError or DataError with what was expected and what came */
export function checkOptions(
  { goal }: Task,
  { data, validation, epochs, patience, augmentation }: TrainOptions,
  batchSize: number,
): void {
  if (!Number.isInteger(epochs) || epochs < 1)
    throw new TrainingError(`epochs expects a whole number from 1, got ${epochs}.`);
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new TrainingError(`batchSize expects a whole number from 1, got ${batchSize}.`);
  if (patience !== undefined && validation === undefined)
    throw new TrainingError('patience needs validation pictures, to know what is better.');
  imageArray(data);
  if (data.shape[0] < batchSize)
    throw new DataError(`${data.name} has ${data.shape[0]} pictures, fewer than a batch of ${batchSize}.`);
  const crop = augmentation?.crop ?? 0;
  const largest = Math.min(data.shape[2], data.shape[3]) - 1;
  if (!Number.isInteger(crop) || crop < 0 || crop > largest)
    throw new TrainingError(
      `A crop of ${crop} pixels expects a whole number from 0 to ${largest}: ${data.name} has pictures of ${data.shape[3]}x${data.shape[2]}, which are mirrored at their edges.`,
    );
  if (validation === undefined) return;
  imageArray(validation);
  if (validation.shape.slice(1).join() !== data.shape.slice(1).join()) {
    throw new DataError(
      `${validation.name} has pictures of [${validation.shape.slice(1)}], ${data.name} of [${data.shape.slice(1)}].`,
    );
  }
  if (goal.metric !== 'accuracy') return;
  const [ours, theirs] = [data.classNames, validation.classNames];
  const count = Math.max(ours.length, theirs.length);
  for (let k = 0; k < count; k++) {
    if (ours[k] === theirs[k]) continue;
    const named = (name: string | undefined) => (name === undefined ? 'missing' : `"${name}"`);
    throw new DataError(
      `Class ${k} of ${validation.name} is ${named(theirs[k])}, of ${data.name} ${named(ours[k])}: held-out pictures need the same classes in the same order.`,
    );
  }
}
