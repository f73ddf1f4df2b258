/** @file The idx format of MNIST (LeCun, Cortes, Burges): a magic number, the sizes, then the bytes. */
import { gunzip } from '../archive/gzip.ts';
import { DataError } from '../dataset.ts';

/** What an idx file holds. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** An idx file of bytes, gzipped or not. @throws DataError if it is no such file, or its length is not what its sizes say. */
export async function readIdx(bytes: Uint8Array, name: string): Promise<IdxArray> {
  const file = await gunzip(bytes, name);
  const [zero, zeroToo, type, rank] = file;
  if (file.length < 4 || zero !== 0 || zeroToo !== 0 || rank === 0) {
    throw new DataError(`${name} is not an idx file: expected it to start with two zero bytes.`);
  }
  if (type !== 8) throw new DataError(`${name}: expected an idx file of unsigned bytes (type 8), got type ${type}.`);
  const start = 4 + 4 * rank!;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < start) throw new DataError(`${name} ends within its header.`);
  const shape = Array.from({ length: rank! }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((a, b) => a * b, 1);
  if (file.length - start !== size) {
    throw new DataError(
      `${name}: expected ${size} bytes for [${shape.join(', ')}], got ${file.length - start}. Get the file again.`,
    );
  }
  return { shape, data: file.subarray(start) };
}
