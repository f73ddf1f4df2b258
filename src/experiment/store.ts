/**
 * @file What experiments keep: data sets and networks under the hash of all that made them, so that a run goes on where it was stopped and
 * experiments share what they construct.
 */
import { contentHash, type Recipe } from '../data/content-hash.ts';
import type { CheckpointStore } from '../train/checkpoint.ts';

/** Bytes by key. The command line keeps them in a folder. */
export interface Store {
  /** What was last kept under the key; undefined where nothing was. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Keeps bytes whole or not at all. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
}

/** A store that forgets everything with the process. */
export function memoryStore(): Store {
  const kept = new Map<string, Uint8Array>();
  return {
    read: async (key) => kept.get(key),
    write: async (key, bytes) => {
      kept.set(key, bytes);
    },
    remove: async (key) => {
      kept.delete(key);
    },
  };
}

/** The kept bytes of a recipe, made and kept where there are none. `kind` is the file's ending. */
export async function kept(
  store: Store,
  kind: string,
  recipe: Recipe,
  make: (key: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const key = `${await contentHash({ ...recipe, kind })}.${kind}`;
  const known = await store.read(key);
  if (known !== undefined) return known;
  const bytes = await make(key);
  await store.write(key, bytes);
  return bytes;
}

/** The checkpoint of a training whose result will be kept under a key. */
export function checkpointIn(store: Store, key: string): CheckpointStore {
  const name = `${key}.checkpoint`;
  return { name, read: () => store.read(name), write: (bytes) => store.write(name, bytes) };
}
