/** @file Files in Node: paths and file URLs from disk, http URLs fetched. */
import { readFile as read } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchBytes, readFileIfPresent as fetchIfPresent, isHttp } from './files.web.ts';
import { ModelError } from './model-error.ts';

function localPath(path: string): string {
  return path.startsWith('file:') ? fileURLToPath(path) : path;
}

/** The file's bytes. */
export async function readFile(path: string): Promise<Uint8Array> {
  if (isHttp(path)) return fetchBytes(path);
  try {
    return await read(localPath(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : code === 'EACCES'
            ? 'permission is denied'
            : String(error);
    throw new ModelError(`Cannot read ${path}: ${reason}.`);
  }
}

/** The file's bytes, or undefined where there is none. */
export async function readFileIfPresent(path: string): Promise<Uint8Array | undefined> {
  if (isHttp(path)) return fetchIfPresent(path);
  return read(localPath(path)).catch(() => undefined);
}

/** A file that lies beside another. */
export function beside(path: string, name: string): string {
  return isHttp(path) ? new URL(name, path).href : join(dirname(localPath(path)), name);
}
