/** @file Reads tar archives: ustar, with GNU's long names and pax's paths. */
import { DataError } from '../dataset.ts';

const block = 512;
const decoder = new TextDecoder();

/** Whether bytes start with a tar header. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= block && bytes[0] !== 0 && checksumFits(bytes, 0);
}

/**
 * Files of a tar archive by path, as views of its bytes; folders end with a slash and are empty. Links and devices are left out.
 * @throws DataError if a header is damaged or the archive is cut off.
 */
export function untar(bytes: Uint8Array, name = 'The archive'): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  let at = 0;
  while (true) {
    if (at + block > bytes.length) throw new DataError(`${name} is cut off after ${files.size} files. Get it again.`);
    if (bytes[at] === 0 && bytes.subarray(at, at + block).every((byte) => byte === 0)) return files;
    if (!checksumFits(bytes, at)) {
      throw new DataError(
        at === 0
          ? `${name} is not a tar archive.`
          : `${name} is damaged: there is no header at byte ${at}, after ${files.size} files. Get it again.`,
      );
    }
    const size = number(bytes, at + 124);
    const type = text(bytes, at + 156, 1);
    const prefix = text(bytes, at + 257, 5) === 'ustar' && bytes[at + 262] === 0 ? text(bytes, at + 345, 155) : '';
    const path = (longName ?? `${prefix === '' ? '' : `${prefix}/`}${text(bytes, at, 100)}`).replace(/^(\.?\/)+/, '');
    if (at + block + size > bytes.length) throw new DataError(`${name} is cut off inside ${path}. Get it again.`);
    const body = bytes.subarray(at + block, at + block + size);
    if (type === 'L') longName = text(body, 0, size);
    else if (type === 'x') longName = paxPath(body) ?? longName;
    else if (type !== 'K' && type !== 'g') {
      if (type === '0' || type === '' || type === '7') files.set(path, body);
      if (type === '5' && path !== '') files.set(path.endsWith('/') ? path : `${path}/`, new Uint8Array());
      longName = undefined;
    }
    at += block + Math.ceil(size / block) * block;
  }
}

/** Sum of the header's bytes, its checksum field read as spaces. */
function checksumFits(bytes: Uint8Array, at: number): boolean {
  let sum = 8 * 32;
  for (let i = 0; i < block; i++) if (i < 148 || i >= 156) sum += bytes[at + i]!;
  return sum === Number.parseInt(text(bytes, at + 148, 8).trim(), 8);
}

/** A size: octal digits, or base 256 where it is larger than they can say. */
function number(bytes: Uint8Array, at: number): number {
  if (bytes[at]! < 0x80) return Number.parseInt(text(bytes, at, 12).trim(), 8) || 0;
  return bytes.subarray(at + 4, at + 12).reduce((value, byte) => value * 256 + byte, 0);
}

/** The path among records of the form "length key=value". */
function paxPath(body: Uint8Array): string | undefined {
  for (let at = 0; at < body.length; ) {
    const length = Number.parseInt(text(body, at, 20), 10);
    if (!(length > 0)) return undefined;
    const record = decoder.decode(body.subarray(at, at + length - 1));
    const [key, value] = [
      record.slice(record.indexOf(' ') + 1, record.indexOf('=')),
      record.slice(record.indexOf('=') + 1),
    ];
    if (key === 'path') return value;
    at += length;
  }
  return undefined;
}

function text(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
}
