/** @file Places in Node: files and folders of the disk, files by http address. */
import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile as write } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataError } from './dataset.ts';
import { type Folder, isShown } from './folder.ts';
import type { Place } from './place.ts';
import { fetchFile, isHttp, openParent as webParent } from './place.web.ts';

/** What lies at a path. @throws DataError if nothing does. */
export async function openPlace(path: string): Promise<Place> {
  if (isHttp(path)) return { kind: 'file', name: path, read: () => fetchFile(path) };
  const local = path.startsWith('file:') ? fileURLToPath(path) : path;
  const info = await stat(local).catch((error: unknown) => {
    throw cannot('read', path, error);
  });
  if (info.isDirectory()) return { kind: 'folder', folder: diskFolder(local) };
  return { kind: 'file', name: path, read: () => readBytes(local, path) };
}

/** The folder around a file, and the file's name in it. */
export async function openParent(path: string): Promise<{ readonly folder: Folder; readonly file: string }> {
  if (isHttp(path)) return webParent(path);
  const local = path.startsWith('file:') ? fileURLToPath(path) : path;
  return { folder: diskFolder(dirname(local)), file: basename(local) };
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
      throw cannot('read', folder, error);
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
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw cannot('read', name, error);
  }
}

/** Writes a new file whole or not at all. @throws DataError if something is there, or it cannot be written. */
export async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  await refuseExisting(path);
  const temporary = `${path}.part`;
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await write(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cannot('write', path, error);
  }
}

/**
 * Writes a new folder whole or not at all: `fill` gives its files by path (folders by one that ends with a slash).
 * @throws DataError if something is there, or it cannot be written.
 */
export async function writeFolder(
  path: string,
  fill: (write: (path: string, bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  await refuseExisting(path);
  const target = resolve(path);
  const folder = `${target}.part-${process.pid}`;
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await fill((name, bytes) =>
      name.endsWith('/')
        ? mkdir(join(folder, name), { recursive: true }).then(() => {})
        : write(join(folder, name), bytes),
    );
    await rename(folder, target);
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => {});
    throw error instanceof DataError || (error as Error).name === 'AbortError' ? error : cannot('write', path, error);
  }
}

/** An empty folder does not stand in the way. */
async function refuseExisting(path: string): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || (info.isDirectory() && (await readdir(path)).length === 0)) return;
  throw new DataError(`${path} is there already. Choose another path, or take it away.`);
}

/** A sentence for what the system said. */
function cannot(act: 'read' | 'write', name: string, error: unknown): DataError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or folder',
    ENOTDIR: 'part of the path is a file',
    EEXIST: 'part of the path is a file',
    EISDIR: 'it is a folder',
    EACCES: 'permission is denied',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
    ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
  };
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new DataError(`Cannot ${act} ${name}: ${reasons[code] ?? (error instanceof Error ? error.message : error)}.`);
}
