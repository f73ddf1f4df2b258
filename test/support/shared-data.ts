/** @file The real models, pictures and data sets that some tests need; a user's checkout does not have them. */
import { existsSync, readFileSync } from 'node:fs';

/** Folder of the shared data beside the checkout, or the one that PAREIDOLIA_DATA names. */
export const sharedData: URL = process.env.PAREIDOLIA_DATA
  ? new URL(`file://${process.env.PAREIDOLIA_DATA}/`)
  : new URL('../../../shared/data/', import.meta.url);

/** Whether the shared data is here. Tests that need it skip otherwise. */
export const hasSharedData: boolean = existsSync(new URL('models', sharedData));

/** A file of the shared data. */
export function sharedFile(path: string): Uint8Array {
  return readFileSync(new URL(path, sharedData));
}

/** Path of a file of the shared data. */
export function sharedPath(path: string): string {
  return new URL(path, sharedData).pathname;
}
