/** @file ONNX's numbers of element types and ours. */
import { TensorProto_DataType as T } from 'onnx-buf';
import type { DType } from '../../tensor/dtype.ts';

const names: ReadonlyMap<number, DType> = new Map([
  [T.FLOAT, 'float32'],
  [T.DOUBLE, 'float64'],
  [T.FLOAT16, 'float16'],
  [T.BFLOAT16, 'bfloat16'],
  [T.INT8, 'int8'],
  [T.INT16, 'int16'],
  [T.INT32, 'int32'],
  [T.INT64, 'int64'],
  [T.UINT8, 'uint8'],
  [T.UINT16, 'uint16'],
  [T.UINT32, 'uint32'],
  [T.UINT64, 'uint64'],
  [T.BOOL, 'bool'],
] as const);

/** Our name of an ONNX element type; undefined for those that tensors here cannot hold (strings, complex, 4 and 8 bit floats). */
export function dtypeOf(elementType: number): DType | undefined {
  return names.get(elementType);
}

/** What ONNX calls an element type, for messages. */
export function elementTypeName(elementType: number): string {
  return dtypeOf(elementType) ?? T[elementType]?.toLowerCase() ?? `type ${elementType}`;
}
