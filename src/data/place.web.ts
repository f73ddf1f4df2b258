/** @file Places in the browser: files by address. Folders are chosen by the user (`folderOfFiles`). */
import { DataError } from './dataset.ts';
import type { Folder } from './folder.ts';
import type { Place } from './place.ts';

/** Whether a path is an http address. */
export function isHttp(path: string): boolean {
  return /^https?:/.test(path);
}

/** The bytes at an address. @throws DataError if it does not answer with them. */
export async function fetchFile(url: string): Promise<Uint8Array> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new DataError(`Cannot fetch ${url}: ${error instanceof Error ? error.message : String(error)}.`);
  });
  if (!response.ok) throw new DataError(`Cannot fetch ${url}: the server answers ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The file at an address. */
export async function openPlace(path: string): Promise<Place> {
  return { kind: 'file', name: path, read: () => fetchFile(path) };
}

/** What lies around a file's address, and the file's name there. A web server does not say what it has: `list` is refused. */
export async function openParent(path: string): Promise<{ readonly folder: Folder; readonly file: string }> {
  const url = new URL(path, globalThis.location?.href);
  const at = (name: string) => new URL(name, url).href;
  const folder: Folder = {
    name: at('.').replace(/\/$/, ''),
    list: async () => {
      throw new DataError(`${at('.')} cannot be listed over the web. Give an archive, or files.`);
    },
    has: async (name) => (await fetch(at(name), { method: 'HEAD' }).catch(() => undefined))?.ok === true,
    read: (name) => fetchFile(at(name)),
  };
  return { folder, file: url.pathname.split('/').at(-1)! };
}

/** Refused: a page writes no files. */
export async function writeFile(path: string, _bytes: Uint8Array): Promise<void> {
  throw new DataError(`A page cannot write ${path}. Offer the bytes of encodeNpz for download.`);
}

/** Refused: a page writes no files. */
export async function writeFolder(
  path: string,
  _fill: (write: (path: string, bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  throw new DataError(`A page cannot write ${path}. Offer the bytes of encodeNpz for download.`);
}
