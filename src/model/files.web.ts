/** @file Files in the browser: everything is fetched. */
import { ModelError } from './model-error.ts';

/** Whether a path is an http address. */
export function isHttp(path: string): boolean {
  return /^https?:/.test(path);
}

/** The bytes at an address. @throws ModelError if it does not answer with them. */
export async function fetchBytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new ModelError(`Cannot fetch ${url}: ${error instanceof Error ? error.message : String(error)}.`);
  });
  if (!response.ok) throw new ModelError(`Cannot fetch ${url}: the server answers ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The file's bytes. */
export const readFile = fetchBytes;

/** The file's bytes, or undefined where there is none; servers of pages often answer with their page instead. */
export async function readFileIfPresent(path: string): Promise<Uint8Array | undefined> {
  const response = await fetch(path).catch(() => undefined);
  const isPage = response?.headers.get('content-type')?.startsWith('text/html');
  return response?.ok && !isPage ? new Uint8Array(await response.arrayBuffer()) : undefined;
}

/** @throws ModelError always: a page writes no files */
export async function writeFile(path: string): Promise<void> {
  throw new ModelError(`Cannot write ${path}: a browser writes no files; keep the bytes elsewhere.`);
}

/** A file that lies beside another. */
export function beside(path: string, name: string): string {
  return new URL(name, new URL(path, globalThis.location?.href)).href;
}
