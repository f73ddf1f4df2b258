/** @file Archives and data files built by code, so that readers are tested on bytes whose meaning is known. */
const encoder = new TextEncoder();

/** Bytes one after another; text stands for its bytes. */
export function bytesOf(...parts: readonly (Uint8Array | string | readonly number[])[]): Uint8Array {
  const all = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : Uint8Array.from(part)));
  const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** One entry of a ustar archive. */
export function tarEntry(path: string, body: Uint8Array, type = '0'): Uint8Array {
  const header = new Uint8Array(512);
  const put = (at: number, text: string) => header.set(encoder.encode(text), at);
  put(0, path.slice(0, 100));
  put(100, '0000644\0');
  put(124, `${body.length.toString(8).padStart(11, '0')}\0`);
  put(148, '        ');
  put(156, type);
  put(257, 'ustar\x0000');
  const sum = header.reduce((a, b) => a + b, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return bytesOf(header, body, new Uint8Array((512 - (body.length % 512)) % 512));
}

/** A tar archive; paths that end with a slash are folders. */
export function tarOf(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).map(([path, body]) => tarEntry(path, body, path.endsWith('/') ? '5' : '0'));
  return bytesOf(...entries, new Uint8Array(1024));
}

/** An idx file of bytes. */
export function idxOf(shape: readonly number[], values: readonly number[]): Uint8Array {
  const sizes = shape.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  return bytesOf([0, 0, 8, shape.length], sizes, values);
}
