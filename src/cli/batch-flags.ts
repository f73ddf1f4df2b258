/** @file Flags of how many pictures a run takes: their number, or the memory that they may fill. */
import { parseBytes, parseCount } from './parse.ts';

/** Values of the flags. */
export interface BatchFlags {
  readonly batch?: number;
  readonly memory?: number;
}

/** `--batch`. @param usual what it is unless given, in words */
export const batchFlag = (usual: string) =>
  ({
    kind: 'parsed',
    parse: parseCount(1),
    optional: true,
    brief: `Pictures in one run (${usual})`,
    placeholder: 'N',
  }) as const;

/** `--memory`. */
export const memoryFlag = {
  kind: 'parsed',
  parse: parseBytes,
  optional: true,
  brief: 'As many pictures in one run as fit into this: 2GB, 500MB',
  placeholder: 'BYTES',
} as const;
