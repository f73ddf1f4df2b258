/** @file Pictures to measure a model on: a data set, or a folder of pictures, some of them chosen by a seed, with the model's classes for labels. */
import { readdir, stat } from 'node:fs/promises';
import { DataError, type Dataset } from '../data/dataset.ts';
import { openDataset } from '../data/open-dataset.ts';
import { fitPicture } from '../model/fit-picture.ts';
import type { Model } from '../model/model.ts';
import { randomOrder } from '../random/random-order.ts';
import { CliError } from './errors.ts';
import { isPicture, listPictures, readPicture } from './pictures.ts';

/** Pictures of a model's size. */
export interface LabelledPictures {
  /** [C, H, W] each. */
  readonly images: Float32Array[];
  /** Undefined where nothing tells the classes. */
  readonly labels: number[] | undefined;
}

/** How many pictures are read, and which. */
export interface ReadOptions {
  readonly limit: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * Reads up to `limit` pictures in an order that the seed decides, from the test part where a set has one.
 * @param spec a data set (`cifar10:DIR`, a folder of class folders …), a folder of pictures without classes, or a picture
 * @throws CliError if a class of the set is none of the model's; DataError if there is no such set
 */
export async function readLabelled(spec: string, model: Model, options: ReadOptions): Promise<LabelledPictures> {
  if (isPicture(spec) || (await isFlatFolder(spec))) return readFlat(spec, model, options);
  const set = await openTest(spec);
  const classes = classesOf(set, model);
  const images: Float32Array[] = [];
  const labels: number[] = [];
  for (const i of randomOrder(set.length, options.seed).subarray(0, options.limit)) {
    options.signal.throwIfAborted();
    images.push(fitPicture(await set.image(i), model));
    labels.push(classes[set.label(i)]!);
  }
  return { images, labels };
}

async function readFlat(path: string, model: Model, options: ReadOptions): Promise<LabelledPictures> {
  const files = await listPictures([path]);
  const images: Float32Array[] = [];
  for (const i of randomOrder(files.length, options.seed).subarray(0, options.limit)) {
    options.signal.throwIfAborted();
    images.push(fitPicture(await readPicture(files[i]!.path), model));
  }
  return { images, labels: undefined };
}

/** Whether a path is a folder with pictures right in it. */
async function isFlatFolder(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) return false;
  const names = await readdir(path);
  // The strips of CIFAR-10 and MNIST are pictures of pictures.
  return names.some(isPicture) && !names.some((name) => /^(cifar10|mnist)_batch_\d+\.png$/.test(name));
}

async function openTest(spec: string): Promise<Dataset> {
  try {
    return await openDataset(spec, { split: 'test' });
  } catch (error) {
    if (error instanceof DataError && error.message.includes('has no test part')) return openDataset(spec);
    throw error;
  }
}

/** The model's class of each class of the set: by name, or by number where the model has no names and as many classes. */
function classesOf({ name, classNames }: Dataset, model: Model): number[] {
  if (model.classNames === undefined && classNames.length === model.classCount) return classNames.map((_, k) => k);
  return classNames.map((one) => {
    try {
      return model.classOf(one);
    } catch {
      throw new CliError(
        `Class "${one}" of ${name} is none of the model's ${model.classCount}; name its classes with --classes FILE.`,
      );
    }
  });
}
