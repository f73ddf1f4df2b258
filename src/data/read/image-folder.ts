/** @file Image folders: a folder for each class with its pictures in it, on a disk or in an archive. */
import { decodePicture } from '#image-codec';
import { ImageError, type Picture } from '../../image/image.ts';
import { DataError, type Dataset, type Split } from '../dataset.ts';
import { type Folder, subfolder } from '../folder.ts';
import { readClassList } from './class-list.ts';

/** How a folder of class folders is read. */
export interface ImageFolderOptions {
  /** Which of its parts, where it has a folder for each; `train`, the default, is all of it otherwise. */
  readonly split?: Split;
  /** The classes in order, which the folders must be; the folder's classes.json, classes.txt or the alphabet otherwise. */
  readonly classNames?: readonly string[];
  /** What the set is called; the folder's name otherwise. */
  readonly name?: string;
  /** Whether a class may have no picture: `fail`, the default, or `keep`. */
  readonly emptyClasses?: 'fail' | 'keep';
}

/** Names that parts of a set go by. */
const partNames: Readonly<Record<Split, readonly string[]>> = {
  train: ['train', 'training'],
  test: ['test', 'testing', 'val', 'valid', 'validation'],
};

/**
 * A set of class folders; pictures (PNG, JPEG, WebP) may lie deeper in them. Where train and test have folders of their own,
 * `split` chooses.
 * @throws DataError if there are no pictures, if some lie in no class, or if a class has none.
 */
export async function readImageFolder(folder: Folder, options: ImageFolderOptions = {}): Promise<Dataset> {
  const root = await partOf(folder, options.split);
  const name = options.name ?? folder.name;
  const paths = await root.list();
  const pictures = paths.filter(isPicture);
  if (pictures.length === 0) throw new DataError(`${root.name} holds no PNG, JPEG or WebP picture.`);
  const stray = pictures.filter((path) => !path.includes('/'));
  if (stray.length > 0) {
    throw new DataError(
      `${root.name}: expected a folder for each class; ${stray.length} pictures lie in none, such as ${stray[0]}.`,
    );
  }
  const folders = [...new Set(paths.filter((path) => path.includes('/')).map((path) => path.split('/')[0]!))];
  const classes =
    options.classNames?.map((each) => ({ folder: each, name: each })) ??
    (await readClassList(root)) ??
    folders.map((each) => ({ folder: each, name: each }));
  const labelOf = new Map(classes.map((each, label) => [each.folder, label]));
  const unknown = folders.filter((each) => !labelOf.has(each));
  if (unknown.length > 0) {
    throw new DataError(
      `${root.name}: ${unknown.join(', ')} ${unknown.length === 1 ? 'is' : 'are'} not among its ${classes.length} classes (${classes
        .slice(0, 12)
        .map((each) => each.folder)
        .join(', ')}${classes.length > 12 ? ' …' : ''}).`,
    );
  }
  const filled = new Set(pictures.map((path) => path.split('/')[0]!));
  const empty = classes.filter((each) => !filled.has(each.folder));
  if (empty.length > 0 && options.emptyClasses !== 'keep') {
    throw new DataError(
      `${root.name}: ${empty.map((each) => each.folder).join(', ')} ${empty.length === 1 ? 'has' : 'have'} no PNG, JPEG or WebP picture. Add some, take the class away, or let it be empty (emptyClasses: 'keep').`,
    );
  }
  // By class as listed, then by path: labels run in order whatever the folders are called.
  const images = pictures
    .map((path) => ({ path, label: labelOf.get(path.split('/')[0]!)! }))
    .sort((a, b) => a.label - b.label || (a.path < b.path ? -1 : 1));
  return {
    name,
    length: images.length,
    classNames: classes.map((each) => each.name),
    image: (i) => readPicture(root, images[i]!.path),
    label: (i) => images[i]!.label,
  };
}

/** A picture of a folder. @throws DataError that names it, if it is none. */
export async function readPicture(folder: Folder, path: string): Promise<Picture> {
  const bytes = await folder.read(path);
  try {
    return await decodePicture(bytes);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new DataError(`${folder.name}/${path}: ${error.message}`);
  }
}

/** Whether a path names a picture. */
export function isPicture(path: string): boolean {
  return /\.(png|jpe?g|webp)$/i.test(path);
}

/** The part that a split asks for, below folders that hold nothing but one other. */
async function partOf(folder: Folder, split: Split | undefined): Promise<Folder> {
  const pictures = (await folder.list()).filter(isPicture);
  const tops = [...new Set(pictures.map((path) => (path.includes('/') ? path.split('/')[0]! : '')))];
  const isPart = (top: string) => Object.values(partNames).flat().includes(top.toLowerCase());
  if (tops.length > 0 && tops.every((top) => isPart(top))) {
    const wanted = split ?? (tops.some((top) => partNames.train.includes(top.toLowerCase())) ? 'train' : 'test');
    const part = partNames[wanted].map((part) => tops.find((top) => top.toLowerCase() === part)).find((top) => top);
    if (part === undefined) throw new DataError(`${folder.name} has no part for ${wanted}, only ${tops.join(', ')}.`);
    return subfolder(folder, part);
  }
  const only = tops.length === 1 && tops[0] !== '' && pictures.every((path) => path.split('/').length > 2);
  if (only) return partOf(subfolder(folder, tops[0]!), split);
  if (split === 'test') {
    throw new DataError(
      `${folder.name} has no test part. Leave the split out, or put its class folders into train/ and test/.`,
    );
  }
  return folder;
}
