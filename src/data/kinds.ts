/** @file The kinds of data sets that a spec can name, in one table: to add a kind is to add a row. */
import { openParent, openPlace } from '#place';
import { DataError, type Dataset, type Split } from './dataset.ts';
import type { Folder } from './folder.ts';
import { datasetOf } from './image-array.ts';
import { readCifar10, readCifar100 } from './read/cifar.ts';
import { readCsv } from './read/csv.ts';
import { readImageFolder } from './read/image-folder.ts';
import { fashionClasses, readMnist } from './read/mnist.ts';
import { readNpyPair, readNpz } from './read/numpy.ts';
import { parseShapesOptions } from './shapes/parse-shapes-options.ts';
import { shapes } from './shapes/shapes.ts';

/** How a set is opened. */
export interface OpenOptions {
  /** Which part of a set that has two; `train`, the default, is all of a set that has no parts. */
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
  shapes: {
    argument: '[OPTIONS]',
    brief: 'our own rendered set: 32 or 64, train=N, test=N, seed=N, cue=4/255, correlation=0.9, joined by commas',
    open: async (words, { split }) => shapes(parseShapesOptions(words, split ?? 'train')),
  },
  tar: { argument: 'FILE', brief: 'an archive of class folders (tar, tar.gz or zip)', read: readImageFolder },
  csv: {
    argument: 'FILE',
    brief: 'a table of picture paths and labels',
    open: async (path, { split }) => {
      refuseTest(path, split);
      const { folder, file } = await openParent(path);
      return readCsv(folder, file);
    },
  },
  npz: {
    argument: 'FILE',
    brief: "numpy's arrays x and y, or x_train, y_train, x_test …, and classes",
    open: async (path, options) => {
      const { bytes, name } = await fileAt(path);
      return datasetOf(await readNpz(bytes, name, options));
    },
  },
  npy: {
    argument: 'IMAGES,LABELS',
    brief: 'two files of one array each',
    open: async (paths, { split }) => {
      refuseTest(paths, split);
      const [images, labels, ...more] = paths.split(',');
      if (images === undefined || labels === undefined || more.length > 0) {
        throw new DataError(`Expected two .npy files as npy:images.npy,labels.npy, got "${paths}".`);
      }
      return datasetOf(readNpyPair(await fileAt(images), await fileAt(labels)));
    },
  },
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

async function fileAt(path: string): Promise<{ readonly bytes: Uint8Array; readonly name: string }> {
  const place = await openPlace(path);
  if (place.kind === 'folder') throw new DataError(`Expected a file, got the folder ${path}.`);
  return { bytes: await place.read(), name: path };
}

function refuseTest(name: string, split: Split | undefined): void {
  if (split === 'test') throw new DataError(`${name} has no test part. Leave the split out.`);
}
