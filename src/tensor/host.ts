/** @file Tensors on the host: plain numbers with a shape, and their little-endian bytes. */
import { bytesPerElement, type DType, integerRange, isInteger } from './dtype.ts';
import { type Shape, sizeOf } from './shape.ts';

/** Values on the host in float64, whatever their type on the device. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** A host tensor from numbers; a bare number makes a scalar. */
export function hostTensor(values: number | ArrayLike<number>, shape?: Shape, dtype: DType = 'float32'): HostTensor {
  const data = typeof values === 'number' ? Float64Array.of(values) : Float64Array.from(values);
  const dims = shape ?? (typeof values === 'number' ? [] : [data.length]);
  if (sizeOf(dims) !== data.length) {
    throw new RangeError(`A tensor of shape [${dims.join(', ')}] holds ${sizeOf(dims)} values, got ${data.length}.`);
  }
  return { dtype, shape: dims, data };
}

/** float16 bits of a number, rounded to the nearest, ties to even. */
export function toFloat16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundHalfEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  const e = magnitude < 2 ** exponent ? exponent - 1 : magnitude >= 2 ** (exponent + 1) ? exponent + 1 : exponent;
  return sign | (((e + 14) << 10) + roundHalfEven(magnitude * 2 ** (10 - e)));
}

/** The number that float16 bits stand for. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** x rounded to a whole number, halves to the even neighbour, as IEEE 754 and ONNX Round do. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

const float32 = new Float32Array(1);
const float32Bits = new Uint32Array(float32.buffer);

/** bfloat16 bits of a number: float32's upper half, rounded to the nearest, ties to even. */
export function toBfloat16Bits(value: number): number {
  float32[0] = value;
  const bits = float32Bits[0]!;
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The number that bfloat16 bits stand for. */
export function fromBfloat16Bits(bits: number): number {
  float32Bits[0] = bits << 16;
  return float32[0]!;
}

/** The nearest value that a type can hold: floats rounded, integers truncated and wrapped into range. */
export function roundTo(dtype: DType, value: number): number {
  switch (dtype) {
    case 'float64':
      return value;
    case 'float32':
      return Math.fround(value);
    case 'float16':
      return fromFloat16Bits(toFloat16Bits(value));
    case 'bfloat16':
      return fromBfloat16Bits(toBfloat16Bits(value));
    case 'bool':
      return value === 0 ? 0 : 1;
    default: {
      const [low, high] = integerRange(dtype);
      const whole = Math.trunc(value);
      if (whole >= low && whole <= high) return whole;
      if (dtype === 'int64' || dtype === 'uint64') return Math.min(high, Math.max(low, whole));
      const span = high - low + 1;
      return ((((whole - low) % span) + span) % span) + low;
    }
  }
}

type Accessor = { get: (view: DataView, at: number) => number; set: (view: DataView, at: number, v: number) => void };

const accessors: Readonly<Record<DType, Accessor>> = {
  float32: { get: (d, at) => d.getFloat32(at, true), set: (d, at, v) => d.setFloat32(at, v, true) },
  float64: { get: (d, at) => d.getFloat64(at, true), set: (d, at, v) => d.setFloat64(at, v, true) },
  float16: {
    get: (d, at) => fromFloat16Bits(d.getUint16(at, true)),
    set: (d, at, v) => d.setUint16(at, toFloat16Bits(v), true),
  },
  bfloat16: {
    get: (d, at) => fromBfloat16Bits(d.getUint16(at, true)),
    set: (d, at, v) => d.setUint16(at, toBfloat16Bits(v), true),
  },
  int8: { get: (d, at) => d.getInt8(at), set: (d, at, v) => d.setInt8(at, v) },
  int16: { get: (d, at) => d.getInt16(at, true), set: (d, at, v) => d.setInt16(at, v, true) },
  int32: { get: (d, at) => d.getInt32(at, true), set: (d, at, v) => d.setInt32(at, v, true) },
  int64: {
    get: (d, at) => Number(d.getBigInt64(at, true)),
    set: (d, at, v) => d.setBigInt64(at, v >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(Math.trunc(v)), true),
  },
  uint8: { get: (d, at) => d.getUint8(at), set: (d, at, v) => d.setUint8(at, v) },
  uint16: { get: (d, at) => d.getUint16(at, true), set: (d, at, v) => d.setUint16(at, v, true) },
  uint32: { get: (d, at) => d.getUint32(at, true), set: (d, at, v) => d.setUint32(at, v, true) },
  uint64: {
    get: (d, at) => Number(d.getBigUint64(at, true)),
    set: (d, at, v) => d.setBigUint64(at, v >= 2 ** 64 ? 2n ** 64n - 1n : BigInt(Math.trunc(v)), true),
  },
  bool: { get: (d, at) => (d.getUint8(at) ? 1 : 0), set: (d, at, v) => d.setUint8(at, v ? 1 : 0) },
};

/** Little-endian bytes of a host tensor, as ONNX's raw_data holds them. */
export function toBytes({ dtype, data }: HostTensor): Uint8Array<ArrayBuffer> {
  const width = bytesPerElement[dtype];
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  const round = isInteger(dtype);
  for (let i = 0; i < data.length; i++) {
    accessors[dtype].set(view, i * width, round ? roundTo(dtype, data[i]!) : data[i]!);
  }
  return bytes;
}

/** A host tensor from little-endian bytes. */
export function fromBytes(bytes: Uint8Array, shape: Shape, dtype: DType): HostTensor {
  const width = bytesPerElement[dtype];
  const count = sizeOf(shape);
  if (bytes.byteLength !== count * width) {
    throw new RangeError(`${dtype}[${shape.join(', ')}] takes ${count * width} bytes, got ${bytes.byteLength}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new Float64Array(count);
  for (let i = 0; i < count; i++) data[i] = accessors[dtype].get(view, i * width);
  return { dtype, shape, data };
}
