/** @file A tar or zip archive as a folder, whatever it is called: its first bytes tell. */
import { DataError } from '../dataset.ts';
import { type Folder, folderOf } from '../folder.ts';
import type { Place } from '../place.ts';
import { gunzip } from './gzip.ts';
import { isTar, untar } from './tar.ts';
import { isZip, unzip } from './zip.ts';

/** What an archive holds. @throws DataError if the bytes are none, or damaged. */
export async function openArchive(bytes: Uint8Array, name: string): Promise<Folder> {
  const plain = await gunzip(bytes, name);
  if (isTar(plain)) return folderOf(name, withoutParents(untar(plain, name)));
  if (isZip(plain)) return folderOf(name, withoutParents(unzip(plain, name)));
  throw new DataError(`Expected ${name} to be a tar archive (gzipped or not) or a zip; its bytes are of another kind.`);
}

/** A folder as it is, or what the archive at the place holds. */
export async function openFolder(place: Place): Promise<Folder> {
  return place.kind === 'folder' ? place.folder : openArchive(await place.read(), place.name);
}

/** Entries without those of folders that hold files. */
function withoutParents<T>(entries: Map<string, T>): Map<string, T> {
  const parents = new Set<string>();
  for (const path of entries.keys()) {
    for (let at = path.lastIndexOf('/', path.length - 2); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at + 1);
      if (parents.has(parent)) break;
      parents.add(parent);
    }
  }
  return new Map([...entries].filter(([path]) => !parents.has(path)));
}
