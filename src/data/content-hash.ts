/** @file What tells contents apart, whatever they are called: of bytes, of settings by name, of images. */
import type { ImageArray } from './dataset.ts';

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

/** What tells a set of images from any other: its pixels, labels, shape and names of classes, not its own name. */
export async function hashOfImages({ pixels, labels, shape, classNames }: ImageArray): Promise<string> {
  const bytes = (part: Uint8Array | Float32Array | Int32Array) =>
    new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  const parts = await Promise.all([contentHash(bytes(pixels)), contentHash(bytes(labels))]);
  return contentHash({ parts, shape, classes: classNames });
}
