/** @file Element types of tensors, their typed arrays and what may carry a gradient. */

/** Element type of a tensor, named as NumPy and PyTorch name them. */
export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
};

/** Whether the type holds real numbers, so that a gradient with respect to it means something. */
export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
}

/** Whether the type holds whole numbers (bool is not one of them). */
export function isInteger(dtype: DType): boolean {
  return dtype !== 'bool' && !isFloat(dtype);
}

/** Smallest and largest value of an integer type (int64 and uint64 to float64's precision). */
export function integerRange(dtype: DType): readonly [number, number] {
  const match = /^(u?)int(\d+)$/.exec(dtype);
  if (match === null) throw new TypeError(`integerRange expects an integer type, got ${dtype}.`);
  const bits = Number(match[2]);
  return match[1] === 'u' ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}
