/** @file The one error for bytes that are not a usable ONNX file. */

/** The bytes are not an ONNX model, or a broken one. The message says what they look like. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}

const signatures: readonly (readonly [string, readonly number[]])[] = [
  ['a PNG picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG picture', [0xff, 0xd8, 0xff]],
  ['a zip archive (a PyTorch checkpoint is one)', [0x50, 0x4b, 0x03, 0x04]],
  ['a gzip archive', [0x1f, 0x8b]],
  ['an HDF5 file (Keras)', [0x89, 0x48, 0x44, 0x46]],
  ['a Python pickle', [0x80, 0x02]],
  ['a web page', [0x3c, 0x21, 0x44, 0x4f]],
  ['a web page', [0x3c, 0x68, 0x74, 0x6d, 0x6c]],
  [
    'a Git LFS pointer, whose file was not downloaded (git lfs pull)',
    [0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x20, 0x68],
  ],
  ['JSON', [0x7b]],
];

/** What bytes look like by their first few, in words; undefined where nothing is known. */
export function describeBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'an empty file';
  if (startsWith(bytes, [0x54, 0x46, 0x4c, 0x33], 4)) return 'a TensorFlow Lite model';
  return signatures.find(([, start]) => startsWith(bytes, start, 0))?.[0];
}

function startsWith(bytes: Uint8Array, start: readonly number[], at: number): boolean {
  return start.every((byte, i) => bytes[at + i] === byte);
}

/** A whole number of the file as a JavaScript number. @throws ModelFileError beyond 2^53. */
export function toSafeNumber(value: bigint, what: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  // Slice ends and the like use the largest integers for "to the end".
  if (value === 2n ** 63n - 1n || value === -(2n ** 63n)) return number;
  throw new ModelFileError(`${value} as ${what} is too large.`);
}
