/** @file Files that commands write: checked before the work starts, and put in place whole. */
import { access, constants, mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { CliError } from './errors.ts';

/** Makes sure that a file can be written before hours of work, and writes nothing yet. */
export async function prepareOutput(path: string, inputs: readonly string[] = []): Promise<void> {
  if (inputs.some((input) => resolve(input) === resolve(path))) {
    throw new CliError(`${path} is an input; choose another output, so that nothing is lost.`);
  }
  try {
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory()) throw new Error('it is a folder');
    if (there !== undefined) await access(path, constants.W_OK);
    const folder = await existingFolder(dirname(resolve(path)));
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new CliError(`Cannot write ${path}: ${reasonOf(error)}.`);
  }
}

/** The folder itself, or the nearest above it that exists. */
async function existingFolder(folder: string): Promise<string> {
  const info = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (info === undefined) return existingFolder(dirname(folder));
  if (!info.isDirectory()) throw new Error('part of the path is a file');
  return folder;
}

/** Writes a file whole or not at all. */
export async function writeOutput(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${path}.part`;
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** The error of a file that cannot be written. */
export function cannotWrite(path: string, error: unknown): CliError {
  return new CliError(`Cannot write ${path}: ${reasonOf(error)}.`);
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  const known: Readonly<Record<string, string>> = {
    EACCES: 'permission is denied',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'part of the path is a file',
    EEXIST: 'part of the path is a file',
    ENOENT: 'the folder does not exist',
  };
  return known[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
}

const pictureTypes = new Set(['.png', '.jpg', '.jpeg', '.webp']);

/** A picture file, and the class that the folder around it names (where it lies in one). */
export interface PictureFile {
  readonly path: string;
  readonly folderName: string | undefined;
}

/** Picture files of paths: files as they are, folders with what lies in them and in their class folders. */
export async function listPictures(paths: readonly string[]): Promise<PictureFile[]> {
  const files: PictureFile[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) throw new CliError(`Cannot read ${path}: there is no such file.`);
    if (!info.isDirectory()) {
      files.push({ path, folderName: undefined });
      continue;
    }
    const found: PictureFile[] = [];
    for (const entry of (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) {
        const inner = (await readdir(join(path, entry.name))).filter(isPicture).sort();
        found.push(...inner.map((name) => ({ path: join(path, entry.name, name), folderName: entry.name })));
      } else if (isPicture(entry.name)) {
        found.push({ path: join(path, entry.name), folderName: undefined });
      }
    }
    if (found.length === 0) throw new CliError(`${path} holds no PNG, JPEG or WebP picture.`);
    files.push(...found);
  }
  return files;
}

function isPicture(name: string): boolean {
  return pictureTypes.has(extname(name).toLowerCase());
}
