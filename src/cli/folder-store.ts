/** @file The store of experiments in a folder: a file for each key. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../experiment/store.ts';
import { writeOutput } from './output.ts';

/** Keeps bytes as files of a folder, which is made when it is needed. */
export function folderStore(folder: string): Store {
  return {
    read: async (key) => {
      try {
        const { buffer, byteOffset, byteLength } = await readFile(join(folder, key));
        return new Uint8Array(buffer, byteOffset, byteLength);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write: (key, bytes) => writeOutput(join(folder, key), bytes),
    remove: (key) => rm(join(folder, key), { force: true }),
  };
}
