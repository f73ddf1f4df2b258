/** @file Files that commands write: checked before the work starts, and put in place whole. */
import { access, constants, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
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

/** The same of all files of a run, none of which may take another's place. Undefined ones are not asked for. */
export async function prepareOutputs(
  paths: readonly (string | undefined)[],
  inputs: readonly string[] = [],
): Promise<void> {
  const files = paths.filter((path) => path !== undefined);
  const whole = files.map((path) => resolve(path));
  const twice = files.find((_, i) => whole.indexOf(whole[i]!) !== i);
  if (twice !== undefined) throw new CliError(`${twice} would be written twice; give each output a name of its own.`);
  for (const path of files) await prepareOutput(path, inputs);
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

/** A second file's name beside a first: `beside('doses.csv', 'distances')` is `doses.distances.csv`. */
export function beside(path: string, what: string): string {
  return path.replace(/(\.[^./\\]*)?$/, `.${what}$1`);
}

/** Writes a file whole or not at all. */
export async function writeOutput(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${path}.part`;
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
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
