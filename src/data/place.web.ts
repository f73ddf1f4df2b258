/** @file Places in the browser: files by address. Folders are chosen by the user (`folderOfFiles`). */
import { DataError } from './dataset.ts';
import type { Place } from './place.ts';

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
