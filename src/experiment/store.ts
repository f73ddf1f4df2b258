/**
 * @file What experiments keep: data sets and networks under the hash of all that made them, so that a run goes on where it was stopped and
 * experiments share what they construct.
 */
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

/** What decides a kept thing: settings by name, and hashes of what it is made of. */
export type Recipe = { readonly [name: string]: RecipeValue };

/** A part of a recipe. */
export type RecipeValue = string | number | boolean | undefined | readonly RecipeValue[] | Recipe;

/** SHA-256 of bytes, or of a recipe whatever the order of its names, as 32 hexadecimal digits. */
export async function contentHash(content: Uint8Array | Recipe): Promise<string> {
  const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(sorted(content)));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function sorted(value: RecipeValue): RecipeValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value as Recipe).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]));
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
