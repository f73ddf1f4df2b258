/** @file Places in Node: files and folders of the disk, files by http address. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataError } from './dataset.ts';
import { type Folder, isShown } from './folder.ts';
import type { Place } from './place.ts';
import { fetchFile } from './place.web.ts';

/** What lies at a path. @throws DataError if nothing does. */
export async function openPlace(path: string): Promise<Place> {
  if (/^https?:/.test(path)) return { kind: 'file', name: path, read: () => fetchFile(path) };
  const local = path.startsWith('file:') ? fileURLToPath(path) : path;
  const info = await stat(local).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  if (info.isDirectory()) return { kind: 'folder', folder: diskFolder(local) };
  return { kind: 'file', name: path, read: () => readBytes(local, path) };
}

function diskFolder(root: string): Folder {
  let listed: Promise<readonly string[]> | undefined;
  return {
    name: root.replace(/(.)[\\/]+$/, '$1'),
    list: () => {
      listed ??= listBelow(root, '', new Set()).then((paths) => paths.sort());
      return listed;
    },
    has: async (path) => (await stat(resolve(root, path)).catch(() => undefined))?.isFile() === true,
    read: (path) => readBytes(resolve(root, path), join(root, path)),
  };
}

/** Links are followed, but none back into a folder that is being listed. */
async function listBelow(root: string, prefix: string, above: ReadonlySet<string>): Promise<string[]> {
  const folder = join(root, prefix);
  const [real, entries] = await Promise.all([realpath(folder), readdir(folder, { withFileTypes: true })]).catch(
    (error: unknown) => {
      throw cannotRead(folder, error);
    },
  );
  if (above.has(real)) return [];
  const inside = new Set([...above, real]);
  const paths: string[] = [];
  for (const entry of entries.filter(({ name }) => isShown(name))) {
    const path = `${prefix}${entry.name}`;
    const isFolder = entry.isSymbolicLink()
      ? (await stat(join(root, path)).catch(() => undefined))?.isDirectory() === true
      : entry.isDirectory();
    if (!isFolder) {
      paths.push(path);
      continue;
    }
    const below = await listBelow(root, `${path}/`, inside);
    paths.push(...(below.length > 0 ? below : [`${path}/`]));
  }
  return paths;
}

async function readBytes(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw cannotRead(name, error);
  }
}

function cannotRead(name: string, error: unknown): DataError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or folder',
    ENOTDIR: 'part of the path is a file',
    EISDIR: 'it is a folder',
    EACCES: 'permission is denied',
    ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
  };
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new DataError(`Cannot read ${name}: ${reasons[code] ?? (error instanceof Error ? error.message : error)}.`);
}
