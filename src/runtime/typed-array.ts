/** @file The typed array that ONNX Runtime's JavaScript API wants for each element type. */
import type { DType } from '../tensor/dtype.ts';
import type { TypedArray } from './runtime.ts';

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const;

/** Numbers as the typed array of an element type; an array of the right kind is returned as it is, not copied. */
export function typedArray(dtype: DType, values: TypedArray | readonly number[]): TypedArray {
  if (dtype === 'int64')
    return values instanceof BigInt64Array ? values : BigInt64Array.from(values as number[], toBigInt);
  if (dtype === 'uint64')
    return values instanceof BigUint64Array ? values : BigUint64Array.from(values as number[], toBigInt);
  if (dtype === 'float16' || dtype === 'bfloat16') throw new TypeError(`${dtype} values cross the border as float32.`);
  const Type = constructors[dtype];
  return values instanceof Type ? values : Type.from(values as number[]);
}

function toBigInt(value: number | bigint): bigint {
  return BigInt(value);
}
