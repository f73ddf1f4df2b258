/** @file Named tensors in the safetensors format: eight bytes of header length, a JSON header, then the bytes. Python reads it too. */

import type { Shape } from '../../tensor/shape.ts';
import { DataError } from '../dataset.ts';

/** A float32 tensor. */
export interface NamedTensor {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** Tensors by name, and free text beside them. */
export interface TensorFile {
  readonly tensors: Readonly<Record<string, NamedTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes tensors as one file's bytes. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  let at = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(text, 8);
  let end = 8 + length;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), end);
    end += data.byteLength;
  }
  return bytes;
}

/** Reads such a file. @throws DataError if the bytes are no such file or end too early */
export function decodeTensors(bytes: Uint8Array, name: string): TensorFile {
  const broken = (what: string) => new DataError(`${name} is not a readable safetensors file: ${what}.`);
  if (bytes.length < 8) throw broken('it is shorter than its header');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length - 8) throw broken('it ends inside its header');
  let header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw broken('its header is not JSON');
  }
  const { __metadata__: metadata = {}, ...entries } = header as typeof header & { __metadata__?: never };
  const tensors: Record<string, NamedTensor> = {};
  for (const [tensor, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    if (dtype !== 'F32') throw broken(`"${tensor}" is ${dtype}, not F32`);
    const [from, to] = offsets;
    if (8 + length + to > bytes.length) throw broken(`it ends before "${tensor}"`);
    const data = new Float32Array((to - from) / 4);
    new Uint8Array(data.buffer).set(bytes.subarray(8 + length + from, 8 + length + to));
    tensors[tensor] = { shape, data };
  }
  return { tensors, metadata };
}
