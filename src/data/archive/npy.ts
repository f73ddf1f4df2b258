/** @file Arrays in numpy's .npy format, versions 1 to 3 (numpy.lib.format): numbers of any width and byte order, and text. */
import { fromFloat16Bits } from '../../tensor/host.ts';
import { DataError } from '../dataset.ts';

/** Values of an array: bytes and float32 as they are, other numbers as float64, text as strings. */
export type NumpyValues = Uint8Array | Float32Array | Float64Array | string[];

/** An array of an .npy file. */
export interface NumpyArray {
  readonly shape: readonly number[];
  /** numpy's letter and width: `u1`, `b1`, `i8`, `f4`, `U12`. */
  readonly type: string;
  /** In C order, whatever the file's. */
  readonly values: NumpyValues;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** The array of an .npy file. @throws DataError if it is none, is cut off, or holds what is not read (objects, records). */
export function readNpy(file: Uint8Array, name: string): NumpyArray {
  // A Buffer of Node's is an Uint8Array whose slice is no copy.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  if (!magic.every((byte, i) => bytes[i] === byte)) throw new DataError(`${name} is not an .npy file.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  const [headerAt, headerLength] =
    bytes.length < 12 ? [10, 0] : version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const start = headerAt + headerLength;
  const header = new TextDecoder().decode(bytes.subarray(headerAt, start));
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d\s,L]*)\)/
    .exec(header)?.[1]
    ?.split(',')
    .map((side) => side.trim().replace('L', ''))
    .filter((side) => side !== '')
    .map(Number);
  if (/'descr':\s*\[/.test(header)) throw new DataError(`${name} holds records; expected an array of numbers.`);
  if (descr === undefined || shape === undefined || bytes.length < start) {
    throw new DataError(`${name} is damaged: its header cannot be read.`);
  }
  const [, order, type, width] = /^([<>|=]?)([a-zA-Z])(\d*)$/.exec(descr) ?? [];
  const itemSize = Number(width) * (type === 'U' ? 4 : 1);
  if (type === 'O') throw new DataError(`${name} holds Python objects. Save it again as an array of numbers.`);
  const count = shape.reduce((a, b) => a * b, 1);
  if (bytes.length - start !== count * itemSize) {
    throw new DataError(
      `${name}: expected ${count * itemSize} bytes for [${shape.join(', ')}] of ${descr}, got ${bytes.length - start}.`,
    );
  }
  const fortran = /'fortran_order':\s*True/.test(header) && shape.length > 1;
  const values = decode(bytes.subarray(start), count, { type: type!, width: Number(width), swap: order === '>' });
  if (values === undefined) throw new DataError(`${name} holds values of type ${descr}, which are not read.`);
  return { shape, type: `${type}${width}`, values: fortran ? transposed(values, shape) : values };
}

interface ItemType {
  readonly type: string;
  readonly width: number;
  readonly swap: boolean;
}

/** Values of a buffer, which is copied where numbers are wider than a byte: their offset need not be aligned. */
function decode(bytes: Uint8Array, count: number, { type, width, swap }: ItemType): NumpyValues | undefined {
  if ((type === 'u' || type === 'b') && width === 1) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'U') return Array.from({ length: count }, (_, i) => codePoints(view, i * width * 4, width, !swap));
  if (type === 'S') {
    return Array.from({ length: count }, (_, i) =>
      new TextDecoder().decode(bytes.subarray(i * width, (i + 1) * width)).replace(/\0+$/, ''),
    );
  }
  if (type === 'f' && width === 4 && !swap) return new Float32Array(bytes.slice().buffer);
  const read = readers[`${type}${width}`];
  if (read === undefined) return undefined;
  const values = type === 'f' && width < 8 ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = read(view, i * width, !swap);
  return values;
}

const readers: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  u2: (view, at, little) => view.getUint16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  f2: (view, at, little) => fromFloat16Bits(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

function codePoints(view: DataView, at: number, length: number, little: boolean): string {
  const points = Array.from({ length }, (_, i) => view.getUint32(at + 4 * i, little));
  return String.fromCodePoint(...points).replace(/\0+$/, '');
}

/** Values in C order from Fortran order. */
function transposed(values: NumpyValues, shape: readonly number[]): NumpyValues {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  const result = values.slice();
  const index = shape.map(() => 0);
  for (let to = 0; to < values.length; to++) {
    result[to] = values[index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return result;
}

/** An .npy file of bytes, float32, whole numbers (int32) or text. */
export function writeNpy(
  shape: readonly number[],
  values: Uint8Array | Float32Array | Int32Array | readonly string[],
): Uint8Array {
  const [descr, body] = encode(values);
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  // The values start at a multiple of 64.
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + padded.length + body.length);
  bytes.set([...magic, 1, 0, padded.length & 255, padded.length >> 8]);
  bytes.set(new TextEncoder().encode(padded), 10);
  bytes.set(body, 10 + padded.length);
  return bytes;
}

function encode(values: Uint8Array | Float32Array | Int32Array | readonly string[]): [descr: string, body: Uint8Array] {
  if (values instanceof Uint8Array) return ['|u1', values];
  if (values instanceof Float32Array)
    return ['<f4', new Uint8Array(values.buffer, values.byteOffset, values.byteLength)];
  if (values instanceof Int32Array) return ['<i4', new Uint8Array(values.buffer, values.byteOffset, values.byteLength)];
  const points = (values as readonly string[]).map((value) => [...value].map((char) => char.codePointAt(0)!));
  const width = Math.max(1, ...points.map((each) => each.length));
  const body = new Uint32Array(width * points.length);
  points.forEach((each, i) => {
    body.set(each, i * width);
  });
  return [`<U${width}`, new Uint8Array(body.buffer)];
}
