/** @file The real models, pictures and data sets that some tests need; a user's checkout does not have them. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Folder of the shared data beside the checkout, or the one that PAREIDOLIA_DATA names. */
export const sharedData: URL = process.env.PAREIDOLIA_DATA
  ? new URL(`file://${process.env.PAREIDOLIA_DATA}/`)
  : new URL('../../../shared/data/', import.meta.url);

/** Whether the shared data is here. Tests that need it skip otherwise. */
export const hasSharedData: boolean = existsSync(new URL('models', sharedData));

/** A file of the shared data. */
export function sharedFile(path: string): Uint8Array {
  return readFileSync(new URL(path, sharedData));
}

/** Path of a file of the shared data. */
export function sharedPath(path: string): string {
  return new URL(path, sharedData).pathname;
}

/** Files of a tar archive, gzipped or not, by path. */
export function untar(bytes: Uint8Array): Map<string, Uint8Array> {
  const tar = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
  const files = new Map<string, Uint8Array>();
  const text = (at: number, length: number) =>
    new TextDecoder().decode(tar.subarray(at, at + length)).replace(/\0.*$/s, '');
  let longName: string | undefined;
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const type = text(at + 156, 1);
    const prefix = text(at + 345, 155);
    const name = longName ?? (prefix === '' ? text(at, 100) : `${prefix}/${text(at, 100)}`);
    const body = tar.subarray(at + 512, at + 512 + size);
    longName = type === 'L' ? new TextDecoder().decode(body).replace(/\0.*$/s, '') : undefined;
    if (type === '0' || type === '') files.set(name, body);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
