/** @file A checkpoint kept in a file. */
import * as files from '#files';
import type { CheckpointStore } from './checkpoint.ts';

/** A store in the file at `path`, which is replaced whole or not at all. Node only. */
export function fileCheckpoint(path: string): CheckpointStore {
  return {
    name: path,
    read: () => files.readFileIfPresent(path),
    write: (bytes) => files.writeFile(path, bytes),
  };
}
