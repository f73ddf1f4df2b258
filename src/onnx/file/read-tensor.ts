/** @file Tensors of an ONNX file as constants: raw bytes are viewed where they lie, other encodings rewritten once. */
import { type TensorProto, TensorProto_DataLocation } from 'onnx-buf';
import { bytesPerElement, type DType } from '../../tensor/dtype.ts';
import { hostTensor, toBytes } from '../../tensor/host.ts';
import { formatShape, sizeOf } from '../../tensor/shape.ts';
import { constantFromBytes, type Tensor, type WeightFile } from '../../tensor/tensor.ts';
import { dtypeOf, elementTypeName } from './element-type.ts';
import { ModelFileError, toSafeNumber } from './model-file-error.ts';

/** The model's own file and those that its external data names. */
export interface WeightFiles {
  readonly model: WeightFile;
  /** @throws ModelFileError if there is no such file. */
  readonly external: (location: string) => WeightFile;
}

/** A constant from a tensor of the file. @throws ModelFileError if its data do not fit its shape or cannot be held. */
export function readTensor(proto: TensorProto, files: WeightFiles): Tensor {
  const dtype = dtypeOf(proto.dataType);
  if (dtype === undefined) {
    throw new ModelFileError(
      `Tensor "${proto.name}" holds ${elementTypeName(proto.dataType)}, which is not supported.`,
    );
  }
  const shape = proto.dims.map((size) => toSafeNumber(size, `a size of tensor "${proto.name}"`));
  const expected = sizeOf(shape) * bytesPerElement[dtype];
  const fits = (bytes: Uint8Array) => {
    if (bytes.byteLength === expected) return bytes;
    throw new ModelFileError(
      `Tensor "${proto.name}" ${dtype}${formatShape(shape)} takes ${expected} bytes, the file holds ${bytes.byteLength}; it is truncated or damaged.`,
    );
  };
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    const { location, offset, length } = externalEntry(proto);
    const file = files.external(location);
    const bytes = fits(file.bytes.subarray(offset, length === undefined ? offset + expected : offset + length));
    return constantFromBytes({ kind: 'constant', bytes, region: { file, offset } }, shape, dtype);
  }
  if (proto.rawData.byteLength > 0) {
    const bytes = fits(proto.rawData);
    const { model } = files;
    const inFile = bytes.buffer === model.bytes.buffer;
    const offset = bytes.byteOffset - model.bytes.byteOffset;
    return constantFromBytes(
      { kind: 'constant', bytes, ...(inFile ? { region: { file: model, offset } } : {}) },
      shape,
      dtype,
    );
  }
  return constantFromBytes({ kind: 'constant', bytes: fits(typedFieldBytes(proto, dtype)) }, shape, dtype);
}

function externalEntry(proto: TensorProto): { location: string; offset: number; length: number | undefined } {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location');
  if (location === undefined) throw new ModelFileError(`Tensor "${proto.name}" is external but names no file.`);
  const length = entries.get('length');
  return {
    location,
    offset: Number(entries.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
}

/** Data that the file keeps in a field of its type (float_data, int32_data …). */
function typedFieldBytes(proto: TensorProto, dtype: DType): Uint8Array {
  switch (dtype) {
    case 'float32':
      return toBytes(hostTensor(proto.floatData, undefined, dtype));
    case 'float64':
      return toBytes(hostTensor(proto.doubleData, undefined, dtype));
    case 'int64':
      return new Uint8Array(BigInt64Array.from(proto.int64Data).buffer);
    case 'uint64':
      return new Uint8Array(BigUint64Array.from(proto.uint64Data).buffer);
    case 'uint32':
      return new Uint8Array(Uint32Array.from(proto.uint64Data, Number).buffer);
    case 'float16':
    case 'bfloat16':
      return new Uint8Array(Uint16Array.from(proto.int32Data).buffer); // the bits, not the values
    default:
      return toBytes(hostTensor(proto.int32Data, undefined, dtype));
  }
}
