/** @file Which pictures a command compares: two files, or the files of two folders by name. */
import { stat } from 'node:fs/promises';
import { extname, relative } from 'node:path';
import type { Pair } from '../distance/measure.ts';
import { resizePicture } from '../image/resize.ts';
import { CliError } from './errors.ts';
import { listPictures, readPicture } from './pictures.ts';

/** Paths of two pictures. */
export type PathPair = readonly [string, string];

/** Pairs of paths, and the files that have no partner. */
export interface PathPairs {
  readonly folders: boolean;
  readonly pairs: readonly PathPair[];
  readonly unmatched: readonly string[];
}

/** Two files as a pair, or two folders' files of the same name; files left over are matched without their endings. */
export async function pairPaths(a: string, b: string): Promise<PathPairs> {
  const [first, second] = [await isFolder(a), await isFolder(b)];
  if (!first && !second) return { folders: false, pairs: [[a, b]], unmatched: [] };
  if (first !== second) {
    const [folder, file] = first ? [a, b] : [b, a];
    throw new CliError(`${folder} is a folder and ${file} is none; compare two pictures or two folders.`);
  }
  let [left, right] = [await listed(a), await listed(b)];
  const pairs: PathPair[] = [];
  for (const key of [(name: string) => name, (name: string) => name.slice(0, name.length - extname(name).length)]) {
    const [ours, theirs] = [unique(left, key), unique(right, key)];
    for (const [name, path] of ours) if (theirs.has(name)) pairs.push([path, theirs.get(name)!]);
    const matched = new Set(pairs.flat());
    [left, right] = [left.filter(({ path }) => !matched.has(path)), right.filter(({ path }) => !matched.has(path))];
  }
  if (pairs.length === 0) throw new CliError(`No picture of ${a} has the name of one in ${b}.`);
  pairs.sort(([x], [y]) => (x < y ? -1 : 1));
  return { folders: true, pairs, unmatched: [...left, ...right].map(({ path }) => path) };
}

async function isFolder(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw new CliError(`Cannot read ${path}: there is no such file.`);
  return info.isDirectory();
}

interface Listed {
  readonly path: string;
  readonly name: string;
}

async function listed(folder: string): Promise<Listed[]> {
  return (await listPictures([folder])).map(({ path }) => ({ path, name: relative(folder, path) }));
}

/** Paths by key, without keys that several share. */
function unique(files: readonly Listed[], key: (name: string) => string): Map<string, string> {
  const groups = new Map<string, string[]>();
  for (const { path, name } of files) groups.set(key(name), [...(groups.get(key(name)) ?? []), path]);
  return new Map([...groups].flatMap(([name, [path, ...others]]) => (others.length === 0 ? [[name, path!]] : [])));
}

/** Pixels of pairs that are held together. */
const mostHeld = 2 ** 23;

/**
 * The pictures of pairs, as many at a time as memory has room for; the second ones brought to the size of the first where asked.
 * @throws CliError naming the pairs of two sizes
 */
export async function* readPairs(pairs: readonly PathPair[], resize: boolean): AsyncGenerator<Pair[]> {
  let [held, unequal, pixels]: [Pair[], string[], number] = [[], [], 0];
  for (const [i, names] of pairs.entries()) {
    const [x, y] = [await readPicture(names[0]), await readPicture(names[1])];
    if (x.width !== y.width || x.height !== y.height) {
      unequal.push(`${names[0]} has ${x.width} x ${x.height} pixels and ${names[1]} ${y.width} x ${y.height}`);
    }
    held.push({ x, y: resize ? resizePicture(y, x.width, x.height, { mode: 'bicubic' }) : y, names });
    pixels += x.width * x.height;
    if (pixels < mostHeld && i + 1 < pairs.length) continue;
    if (unequal.length > 0 && !resize) throw unequalSizes(unequal);
    yield held;
    [held, unequal, pixels] = [[], [], 0];
  }
}

function unequalSizes(unequal: readonly string[]): CliError {
  const more = unequal.length > 5 ? `; and so do ${unequal.length - 5} more pairs` : '';
  return new CliError(
    `Distances compare pictures of one size: ${unequal.slice(0, 5).join('; ')}${more}. Use --resize to bring the second to the size of the first.`,
  );
}
