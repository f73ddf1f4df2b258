/** @file Writes data sets: as class folders of PNG files, or as one .npz file; whole or not at all. */
import { encodePng } from '#image-codec';
import { writeFile, writeFolder } from '#place';
import { writeNpy } from './archive/npy.ts';
import { zipOf } from './archive/zip.ts';
import { DataError, type Dataset, type ImageArray } from './dataset.ts';
import { datasetOf } from './image-array.ts';
import { readImages } from './read-images.ts';
import { type ToImageArrayOptions, toImageArray } from './to-image-array.ts';

/** How a set is written. Images are brought to one size and one number of channels where asked; for an .npz they must have them. */
export interface WriteOptions extends ToImageArrayOptions {
  /** `folder` or `npz`; by the path's ending if left out. */
  readonly format?: 'folder' | 'npz';
}

/**
 * Writes a set to a path where nothing is yet. A folder gets `classes.json` and 8-bit PNG files, `CLASS/000000.png` by their place in
 * the set; an .npz the arrays `x` [N, C, H, W], `y` and `classes`, which numpy reads without pickles.
 * @throws DataError if something is there already, or cannot be written, or an image cannot be read.
 */
export async function writeDataset(source: Dataset, path: string, options: WriteOptions = {}): Promise<void> {
  const format = options.format ?? (path.toLowerCase().endsWith('.npz') ? 'npz' : 'folder');
  if (format === 'npz') {
    await writeFile(path, await encodeNpz(await toImageArray(source, options)));
    return;
  }
  const isChanged = options.size !== undefined || options.channels !== undefined;
  const set = isChanged ? datasetOf(await toImageArray(source, options)) : source;
  const classes = set.classNames.map((name) => ({ folder: folderName(name), name }));
  const twins = classes.filter(({ folder }, i) => classes.findIndex((each) => each.folder === folder) !== i);
  if (twins.length > 0) throw new DataError(`${set.name} has two classes called ${twins[0]!.name}.`);
  const list = classes.map((each) => (each.folder === each.name ? each.name : each));
  const width = Math.max(6, String(set.length - 1).length);
  await writeFolder(path, async (write) => {
    await write('classes.json', new TextEncoder().encode(`${JSON.stringify(list, null, 2)}\n`));
    for (const { folder } of classes) await write(`${folder}/`, new Uint8Array());
    const all = Array.from({ length: set.length }, (_, i) => i);
    await readImages(
      set,
      all,
      async (picture, i) =>
        write(`${classes[set.label(i)]!.folder}/${String(i).padStart(width, '0')}.png`, await encodePng(picture)),
      options,
    );
  });
}

/** An .npz file of a set in memory. */
export async function encodeNpz({ shape, pixels, labels, classNames }: ImageArray): Promise<Uint8Array<ArrayBuffer>> {
  return zipOf([
    ['x.npy', writeNpy(shape, pixels)],
    ['y.npy', writeNpy([labels.length], labels)],
    ['classes.npy', writeNpy([classNames.length], classNames)],
  ]);
}

/** A class's name where every system takes it for a folder's, or its letters escaped. */
function folderName(name: string): string {
  const escaped = name.replaceAll(/[\\/:*?"<>|%\p{Cc}]|^\.|[. ]$/gu, (char) => {
    return `%${char.codePointAt(0)!.toString(16).padStart(2, '0')}`;
  });
  return escaped === '' ? '%' : escaped;
}
