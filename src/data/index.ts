/**
 * @file Labelled image sets: readers of the usual forms, operations on sets, sets in memory for training.
 * @example
 * import { batches, openDataset, pixelsOf, toImageArray } from 'pareidolia/data';
 * const train = await toImageArray(await openDataset('cifar10:data/cifar10', { split: 'train' }));
 * for (const indices of batches(train.shape[0], { size: 128, seed: 0, epoch: 0, last: 'drop' })) {
 *   const x = pixelsOf(train, indices); // [128, 3, 32, 32] in [0, 1]
 * }
 */

export { openArchive } from './archive/open-archive.ts';
export { type BatchOptions, batches } from './batches.ts';
export { DataError, type Dataset, type ImageArray, type Split } from './dataset.ts';
export { type Folder, folderOf, folderOfFiles } from './folder.ts';
export { datasetOf, imageArray, pickImages, pixelsOf } from './image-array.ts';
export { type DatasetKind, datasetKinds, type OpenOptions } from './kinds.ts';
export { openDataset } from './open-dataset.ts';
export { cifar10Classes, readCifar10, readCifar100 } from './read/cifar.ts';
export { type CsvOptions, readCsv } from './read/csv.ts';
export { type ImageFolderOptions, readImageFolder } from './read/image-folder.ts';
export { fashionClasses, type MnistOptions, readMnist } from './read/mnist.ts';
export { type NumpyOptions, readNpyPair, readNpz } from './read/numpy.ts';
export { readStrips, type StripOptions } from './read/strips.ts';
export type { ReadOptions } from './read-images.ts';
export type { CueOptions } from './shapes/cue.ts';
export { type ShapesDataset, type ShapesOptions, shapes } from './shapes/shapes.ts';
export { type SplitOptions, shuffle, split, subset, take } from './subset.ts';
export { type ToImageArrayOptions, toImageArray } from './to-image-array.ts';
export { encodeNpz, type WriteOptions, writeDataset } from './write-dataset.ts';
