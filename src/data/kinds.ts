/** @file The kinds of data sets that a spec can name, in one table: to add a kind is to add a row. */

import type { Dataset, Split } from './dataset.ts';
import type { Folder } from './folder.ts';
import { datasetOf } from './image-array.ts';
import { readCifar10, readCifar100 } from './read/cifar.ts';
import { readImageFolder } from './read/image-folder.ts';
import { fashionClasses, readMnist } from './read/mnist.ts';

/** How a set is opened. */
export interface OpenOptions {
  /** Which part of a set that has two; `train` if left out. */
  readonly split?: Split;
  /** Whether a class of an image folder may have no picture: `fail`, the default, or `keep`. */
  readonly emptyClasses?: 'fail' | 'keep';
}

/** A kind of data set: read from a folder or archive, or opened from words of its own. */
export type DatasetKind = {
  /** What stands after the colon, as a usage line shows it; in brackets where it may be left out. */
  readonly argument: string;
  readonly brief: string;
} & (
  | { read(folder: Folder, options: OpenOptions): Promise<Dataset> }
  | { open(argument: string, options: OpenOptions): Promise<Dataset> }
);

/** Every kind by the word before the colon. */
export const datasetKinds: Readonly<Record<string, DatasetKind>> = {
  folder: {
    argument: 'DIR',
    brief: 'a folder for each class with its pictures in it, perhaps below train/ and test/',
    read: readImageFolder,
  },
  tar: { argument: 'FILE', brief: 'an archive of class folders', read: readImageFolder },
  cifar10: { argument: 'DIR or FILE', brief: 'CIFAR-10, binary or for Python, archive or not', read: readCifar10 },
  cifar100: { argument: 'DIR or FILE', brief: 'CIFAR-100 likewise, with fine labels', read: readCifar100 },
  mnist: {
    argument: 'DIR',
    brief: 'MNIST or a set of its form: idx files, gzipped or not',
    read: async (folder, options) => datasetOf(await readMnist(folder, options)),
  },
  'fashion-mnist': {
    argument: 'DIR',
    brief: 'Fashion-MNIST, with the names of its classes',
    read: async (folder, options) =>
      datasetOf(await readMnist(folder, { ...options, name: 'fashion-mnist', classNames: fashionClasses })),
  },
};
