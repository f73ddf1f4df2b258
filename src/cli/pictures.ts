/** @file Picture files that commands read: found in folders, labelled by them, decoded. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { decodePicture } from '#image-codec';
import { ImageError, type Picture } from '../image/image.ts';
import { CliError } from './errors.ts';

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

/** Whether a file is named as a picture. */
export function isPicture(name: string): boolean {
  return pictureTypes.has(extname(name).toLowerCase());
}

/** A file's picture. @throws CliError naming the file that cannot be read, ImageError naming the one that is no picture */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EISDIR' ? 'it is a folder' : 'there is no such file, or it may not be read';
    throw new CliError(`Cannot read ${path}: ${reason}.`);
  });
  try {
    return await decodePicture(bytes);
  } catch (error) {
    throw error instanceof ImageError ? new ImageError(`${path}: ${error.message}`) : error;
  }
}
