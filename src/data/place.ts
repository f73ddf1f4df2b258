/** @file What a path leads to: a file or a folder. Node and the browser each have an `openPlace` behind `#place`. */
import type { Folder } from './folder.ts';

/** What lies at a path or address. */
export type Place =
  | { readonly kind: 'file'; readonly name: string; read(): Promise<Uint8Array> }
  | { readonly kind: 'folder'; readonly folder: Folder };
