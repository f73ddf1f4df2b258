/** @file Zip archives, read and written: stored and deflated entries with their checksums; no encryption, nothing over 4 GiB. */
import { crc32 } from '../../image/crc32.ts';
import { DataError } from '../dataset.ts';
import { deflate, inflate } from './gzip.ts';

const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const;
const localSize = 30;
const centralSize = 46;
const endSize = 22;
const limit = 0xffffffff;

/** Whether bytes start as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/**
 * Entries of a zip archive by path, each inflated and checked when it is read; folders end with a slash.
 * @throws DataError if the archive is damaged, cut off or of a kind that is not read.
 */
export function unzip(bytes: Uint8Array, name: string): Map<string, () => Promise<Uint8Array>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOfCentralDirectory(view, name);
  const count = view.getUint16(end + 10, true);
  const entries = new Map<string, () => Promise<Uint8Array>>();
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (at + centralSize > bytes.length || view.getUint32(at, true) !== signatures.central) {
      throw new DataError(`${name} is damaged: entry ${i} of its list is missing. Get it again.`);
    }
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [crc, packed, size] = [16, 20, 24].map((field) => view.getUint32(at + field, true)) as [
      number,
      number,
      number,
    ];
    const [pathLength, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const offset = view.getUint32(at + 42, true);
    const path = new TextDecoder().decode(bytes.subarray(at + centralSize, at + centralSize + pathLength));
    if (packed === limit || size === limit || offset === limit) {
      throw new DataError(`${name}: ${path} is larger than 4 GiB, which is not read. Part the set.`);
    }
    entries.set(path, async () => {
      if ((flags & 1) !== 0) throw new DataError(`${name}: ${path} is encrypted.`);
      if (offset + localSize > bytes.length || view.getUint32(offset, true) !== signatures.local) {
        throw new DataError(`${name} is damaged: ${path} is not where its list says. Get it again.`);
      }
      const start = offset + localSize + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
      const body = bytes.subarray(start, start + packed);
      if (method !== 0 && method !== 8)
        throw new DataError(`${name}: ${path} is packed by method ${method}, not deflate.`);
      const plain = method === 8 ? await inflate(body, `${path} in ${name}`) : body;
      if (plain.length !== size || crc32(plain) !== crc) {
        throw new DataError(`${name} is damaged: ${path} does not have its checksum. Get it again.`);
      }
      return plain;
    });
    at += centralSize + pathLength + extra + comment;
  }
  return entries;
}

/** The end record stands last, before a comment. */
function endOfCentralDirectory(view: DataView, name: string): number {
  const first = Math.max(0, view.byteLength - endSize - 0xffff);
  for (let at = view.byteLength - endSize; at >= first; at--) {
    // A comment may hold the signature too; the true record is followed by a comment of its length.
    if (view.getUint32(at, true) !== signatures.end) continue;
    if (at + endSize + view.getUint16(at + 20, true) !== view.byteLength) continue;
    if (view.getUint16(at + 10, true) !== 0xffff && view.getUint32(at + 16, true) !== limit) return at;
    throw new DataError(`${name} has 65 535 entries or more, or more than 4 GiB, which is not read. Part the set.`);
  }
  throw new DataError(`${name} is no zip archive, or cut off: its list of entries is missing. Get it again.`);
}

/** A zip archive of files, deflated where asked. @throws DataError if it would be larger than 4 GiB. */
export async function zipOf(
  files: Iterable<readonly [path: string, bytes: Uint8Array]>,
  { compress = false } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const list: Uint8Array[] = [];
  let offset = 0;
  for (const [path, bytes] of files) {
    const name = new TextEncoder().encode(path);
    const body = compress ? await deflate(bytes) : bytes;
    // Fields that the local header and the list share, from "version needed" on; dated 1980-01-01, so that bytes repeat.
    const shared = new DataView(new ArrayBuffer(26));
    shared.setUint16(0, 20, true);
    shared.setUint16(2, 0x0800, true); // names are UTF-8
    shared.setUint16(4, compress ? 8 : 0, true);
    shared.setUint16(8, 0x21, true);
    shared.setUint32(10, crc32(bytes), true);
    shared.setUint32(14, body.length, true);
    shared.setUint32(18, bytes.length, true);
    shared.setUint16(22, name.length, true);
    const fields = new Uint8Array(shared.buffer);
    const local = new Uint8Array(localSize);
    new DataView(local.buffer).setUint32(0, signatures.local, true);
    local.set(fields, 4);
    const central = new Uint8Array(centralSize);
    const view = new DataView(central.buffer);
    view.setUint32(0, signatures.central, true);
    view.setUint16(4, 20, true);
    central.set(fields, 6);
    view.setUint32(42, offset, true);
    parts.push(local, name, body);
    list.push(central, name);
    offset += localSize + name.length + body.length;
    if (offset >= limit)
      throw new DataError('A zip archive holds at most 4 GiB. Write the set as a folder, or part it.');
  }
  const end = new DataView(new ArrayBuffer(endSize));
  end.setUint32(0, signatures.end, true);
  end.setUint16(8, list.length / 2, true);
  end.setUint16(10, list.length / 2, true);
  end.setUint32(
    12,
    list.reduce((sum, part) => sum + part.length, 0),
    true,
  );
  end.setUint32(16, offset, true);
  return joined([...parts, ...list, new Uint8Array(end.buffer)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
