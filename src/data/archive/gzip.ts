/** @file Gzip and raw deflate, by the platform's own streams, which check the checksum. */
import { DataError } from '../dataset.ts';

/** Whether bytes start as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The bytes inside, or the bytes themselves where they are not gzipped. @throws DataError if they are damaged or cut off. */
export async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  return piped(bytes, new DecompressionStream('gzip'), name);
}

/** Deflated bytes of a zip entry, inflated. @throws DataError if they are damaged or cut off. */
export async function inflate(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  return piped(bytes, new DecompressionStream('deflate-raw'), name);
}

/** Bytes deflated for a zip entry. */
export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  return piped(bytes, new CompressionStream('deflate-raw'), 'bytes');
}

async function piped(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
  name: string,
): Promise<Uint8Array> {
  try {
    const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
    return new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${name} is damaged or cut off (${reason}). Get it again.`);
  }
}
