/** @file Files in Node: paths and file URLs from disk, http URLs fetched. */
import { mkdir, open, readFile as read, rename, rm } from 'node:fs/promises';
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
    throw new ModelError(`Cannot read ${path}: ${reasonOf(error)}.`);
  }
}

/** The file's bytes, or undefined where there is none. */
export async function readFileIfPresent(path: string): Promise<Uint8Array | undefined> {
  if (isHttp(path)) return fetchIfPresent(path);
  return read(localPath(path)).catch(() => undefined);
}

/** Writes a file under another name first, so that what was there stays until all of the new one is on the disk. */
export async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  const target = localPath(path);
  const temporary = `${target}.part`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await using file = await open(temporary, 'w');
    await file.writeFile(bytes);
    await file.sync();
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new ModelError(`Cannot write ${path}: ${reasonOf(error)}.`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission is denied',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
};

function reasonOf(error: unknown): string {
  return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error);
}

/** A file that lies beside another. */
export function beside(path: string, name: string): string {
  return isHttp(path) ? new URL(name, path).href : join(dirname(localPath(path)), name);
}
