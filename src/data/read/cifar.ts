/** @file CIFAR-10 and CIFAR-100 (Krizhevsky 2009) as they are published, binary or pickled for Python, and as strips and JPEGs. */
import { cifar10Names } from '../../model/class-names.ts';
import { openArchive } from '../archive/open-archive.ts';
import { DataError, type Dataset, type ImageArray, type Split } from '../dataset.ts';
import { type Folder, findFile } from '../folder.ts';
import { datasetOf, imageArray } from '../image-array.ts';
import { type PickledBatch, readPickledBatch, readPickledNames } from './cifar-pickle.ts';
import { readImageFolder } from './image-folder.ts';
import { readStrips, stripsIn } from './strips.ts';

/** Classes of CIFAR-10 in order. */
export const cifar10Classes: readonly string[] = cifar10Names;

/** How CIFAR is read. */
export interface CifarOptions {
  readonly split?: Split;
}

/** One of the two sets as published. */
interface Variant {
  readonly name: string;
  readonly classCount: number;
  /** Bytes of labels before each image of a binary file; the last one counts. */
  readonly labelBytes: number;
  readonly files: Readonly<Record<Split, readonly string[]>>;
  readonly namesFiles: { readonly binary: string; readonly pickled: string };
  readonly keys: { readonly labels: string; readonly names: string };
}

const cifar10: Variant = {
  name: 'cifar10',
  classCount: 10,
  labelBytes: 1,
  files: { train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}`), test: ['test_batch'] },
  namesFiles: { binary: 'batches.meta.txt', pickled: 'batches.meta' },
  keys: { labels: 'labels', names: 'label_names' },
};

const cifar100: Variant = {
  name: 'cifar100',
  classCount: 100,
  labelBytes: 2,
  files: { train: ['train'], test: ['test'] },
  namesFiles: { binary: 'fine_label_names.txt', pickled: 'meta' },
  keys: { labels: 'fine_labels', names: 'fine_label_names' },
};

const area = 32 * 32;

/** CIFAR-10 from a folder or archive: the published files, or strips and a tar of JPEGs. @throws DataError if they do not fit. */
export async function readCifar10(folder: Folder, { split = 'train' }: CifarOptions = {}): Promise<Dataset> {
  const published = await readPublished(folder, cifar10, split);
  if (published !== undefined) return datasetOf(published);
  const name = `cifar10-${split}`;
  const paths = await folder.list();
  const tar = findFile(paths, `${split}_jpeg.tar`);
  if (tar !== undefined) {
    const archive = await openArchive(await folder.read(tar), `${folder.name}/${tar}`);
    return readImageFolder(archive, { classNames: cifar10Classes, name });
  }
  const batches = (await stripsIn(folder, 'cifar10')).filter((batch) => batch >= 50 === (split === 'test'));
  if (batches.length === 0) throw notFound(folder, cifar10, split);
  const imageShape = [3, 32, 32] as const;
  const strips = { name, prefix: 'cifar10', batches, imageShape, imagesPerStrip: 1000, classNames: cifar10Classes };
  return datasetOf(await readStrips(folder, strips));
}

/** CIFAR-100 with its fine labels from a folder or archive. @throws DataError if its files do not fit. */
export async function readCifar100(folder: Folder, { split = 'train' }: CifarOptions = {}): Promise<Dataset> {
  const published = await readPublished(folder, cifar100, split);
  if (published === undefined) throw notFound(folder, cifar100, split);
  return datasetOf(published);
}

function notFound(folder: Folder, { name, files }: Variant, split: Split): DataError {
  const some = files[split].length > 1 ? `${files[split][0]} to ${files[split].at(-1)}` : files[split][0];
  return new DataError(
    `${folder.name}: expected ${some} of ${name} (or with .bin, or an archive of them) for ${split}. Get the set with "pareidolia data get ${name}".`,
  );
}

/** The published files in a folder, or in one of the published archives that lies in it; undefined where there are none. */
async function readPublished(folder: Folder, variant: Variant, split: Split): Promise<ImageArray | undefined> {
  const paths = await folder.list();
  for (const suffix of ['', '.bin']) {
    const names = variant.files[split].map((file) => `${file}${suffix}`);
    const found = names.map((file) => findFile(paths, file));
    if (found.every((path) => path === undefined)) continue;
    const missing = names.filter((_, i) => found[i] === undefined);
    if (missing.length > 0) throw new DataError(`${folder.name} has no ${missing.join(', ')}, only part of the set.`);
    return suffix === ''
      ? readPickled(folder, paths, found as string[], variant, split)
      : readBinary(folder, paths, found as string[], variant, split);
  }
  const dash = variant.name.replace('cifar', 'cifar-');
  const archives = [`${dash}-python.tar.gz`, `${dash}-binary.tar.gz`].flatMap((name) => findFile(paths, name) ?? []);
  if (archives[0] === undefined) return undefined;
  const archive = await openArchive(await folder.read(archives[0]), `${folder.name}/${archives[0]}`);
  return readPublished(archive, variant, split);
}

async function readBinary(
  folder: Folder,
  paths: readonly string[],
  files: readonly string[],
  variant: Variant,
  split: Split,
): Promise<ImageArray> {
  const { labelBytes, namesFiles } = variant;
  const record = labelBytes + 3 * area;
  const batches: PickledBatch[] = [];
  for (const file of files) {
    const bytes = await folder.read(file);
    if (bytes.length === 0 || bytes.length % record !== 0) {
      throw new DataError(
        `${folder.name}/${file}: expected a whole number of images of ${record} bytes, got ${bytes.length} bytes. Get it again.`,
      );
    }
    const n = bytes.length / record;
    const pixels = new Uint8Array(n * 3 * area);
    for (let i = 0; i < n; i++) pixels.set(bytes.subarray(i * record + labelBytes, (i + 1) * record), i * 3 * area);
    batches.push({ pixels, labels: Array.from({ length: n }, (_, i) => bytes[i * record + labelBytes - 1]!) });
  }
  const namesPath = findFile(paths, namesFiles.binary);
  const names =
    namesPath === undefined
      ? undefined
      : new TextDecoder()
          .decode(await folder.read(namesPath))
          .split(/\r?\n/)
          .filter((line) => line !== '');
  return joined(folder, batches, names, variant, split);
}

async function readPickled(
  folder: Folder,
  paths: readonly string[],
  files: readonly string[],
  variant: Variant,
  split: Split,
): Promise<ImageArray> {
  const { keys, namesFiles } = variant;
  const batches: PickledBatch[] = [];
  for (const file of files) {
    batches.push(readPickledBatch(await folder.read(file), `${folder.name}/${file}`, keys.labels, 3 * area));
  }
  const path = findFile(paths, namesFiles.pickled);
  const names =
    path === undefined ? undefined : readPickledNames(await folder.read(path), `${folder.name}/${path}`, keys.names);
  return joined(folder, batches, names, variant, split);
}

function joined(
  folder: Folder,
  batches: readonly PickledBatch[],
  names: readonly string[] | undefined,
  { name, classCount }: Variant,
  split: Split,
): ImageArray {
  if (names !== undefined && names.length !== classCount) {
    throw new DataError(`${folder.name}: expected ${classCount} class names, got ${names.length}.`);
  }
  const fallback = classCount === 10 ? cifar10Classes : Array.from({ length: classCount }, (_, i) => String(i));
  const labels = Int32Array.from(batches.flatMap((batch) => [...batch.labels]));
  const pixels = new Uint8Array(labels.length * 3 * area);
  let at = 0;
  for (const batch of batches) {
    pixels.set(batch.pixels, at);
    at += batch.pixels.length;
  }
  const shape = [labels.length, 3, 32, 32] as const;
  return imageArray({ name: `${name}-${split}`, shape, pixels, labels, classNames: names ?? fallback });
}
