/** @file Opens a data set by a line of text: its kind and where it lies, or only where it lies. */

import { openPlace } from '#place';
import { openFolder } from './archive/open-archive.ts';
import { DataError, type Dataset } from './dataset.ts';
import type { Folder } from './folder.ts';
import { type DatasetKind, datasetKinds, type OpenOptions } from './kinds.ts';
import { isPicture } from './read/image-folder.ts';

/**
 * The data set that a spec names: `KIND:WHERE` (`cifar10:data/cifar10`, `folder:photos`; the kinds are in `datasetKinds`), or a
 * bare path, whose kind its files tell.
 * @throws DataError if the kind is unknown, nothing lies there, or what lies there does not fit.
 * @example
 * const test = await openDataset('mnist:data/mnist', { split: 'test' });
 */
export async function openDataset(spec: string, options: OpenOptions = {}): Promise<Dataset> {
  const [, word, colon, argument = ''] = /^([a-z][a-z0-9-]+)(?:(:)(?!\/\/)(.*))?$/.exec(spec) ?? [];
  const kind = word !== undefined && Object.hasOwn(datasetKinds, word) ? datasetKinds[word] : undefined;
  if (kind !== undefined && (colon !== undefined || kind.argument.startsWith('['))) {
    if (argument === '' && !kind.argument.startsWith('[')) {
      throw new DataError(`Expected ${word}:${kind.argument}, got "${spec}".`);
    }
    return opened(kind, argument, options);
  }
  if (colon !== undefined) throw unknownKind(`There is no kind of data set "${word}"`);
  const byName = Object.keys(datasetKinds).find((each) => spec.toLowerCase().endsWith(`.${each}`) && each !== 'tar');
  if (byName === 'npy') throw new DataError(`${spec} is one array. Give images and labels: npy:${spec},labels.npy.`);
  if (byName !== undefined) return opened(datasetKinds[byName]!, spec, options);
  const place = await openPlace(spec).catch((error: unknown) => {
    throw error instanceof DataError ? unknownKind(error.message.replace(/\.$/, '')) : error;
  });
  const folder = await openFolder(place);
  const found = datasetKinds[(await kindOf(folder)) ?? ''];
  if (found === undefined || !('read' in found)) {
    throw unknownKind(`${spec} holds nothing that tells the kind of data set`);
  }
  return found.read(folder, options);
}

async function opened(kind: DatasetKind, argument: string, options: OpenOptions): Promise<Dataset> {
  return 'open' in kind
    ? kind.open(argument, options)
    : kind.read(await openFolder(await openPlace(argument)), options);
}

function unknownKind(problem: string): DataError {
  const kinds = Object.entries(datasetKinds).map(([word, { argument }]) => `${word}:${argument}`);
  return new DataError(`${problem}. Known are ${kinds.join(', ')}, or a path to one of these.`);
}

/** Files that tell a kind, in the order in which they are looked for. */
const signs: readonly (readonly [kind: string, sign: RegExp])[] = [
  ['cifar10', /(^|\/)((data_batch_1|test_batch)(\.bin)?|cifar-10-(python|binary)\.tar\.gz|cifar10_batch_\d+\.png)$/],
  ['cifar100', /(^|\/)(fine_label_names\.txt|cifar-100-(python|binary)\.tar\.gz|cifar-100-python\/train)$/],
  ['mnist', /(^|\/)((train|t10k)-images[-.]idx3-ubyte(\.gz)?|mnist_batch_\d+\.png)$/],
];

async function kindOf(folder: Folder): Promise<string | undefined> {
  const paths = await folder.list();
  const sign = signs.find(([, pattern]) => paths.some((path) => pattern.test(path)));
  if (sign !== undefined) return sign[0];
  return paths.some((path) => isPicture(path) && path.includes('/')) ? 'folder' : undefined;
}
