/** @file Reading and writing ONNX files: round trips, every encoding of weights, damage of every kind. */

import { readdirSync, readFileSync } from 'node:fs';
import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { ModelProtoSchema, TensorProto_DataType, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { smallNetwork } from '../../../test/support/network.ts';
import { hasSharedData, sharedData } from '../../../test/support/shared-data.ts';
import { compile } from '../../runtime/compile.ts';
import { hostTensor, toBytes } from '../../tensor/host.ts';
import { mul } from '../../tensor/ops/arithmetic.ts';
import { constantFromBytes, hostValue } from '../../tensor/tensor.ts';
import { GraphBuilder } from './graph-builder.ts';
import { ModelFileError } from './model-file-error.ts';
import { encodeModel, parseModel } from './parse-model.ts';
import { readTensor } from './read-tensor.ts';

const files = {
  model: { location: 'model', bytes: new Uint8Array() },
  external: () => {
    throw new ModelFileError('no external files');
  },
};

describe('parseModel', () => {
  it('reads back what encodeModel wrote', () => {
    const model = parseModel(smallNetwork());
    expect(parseModel(encodeModel(model))).toEqual(model);
    expect(model.graph!.node.map((node) => node.opType)).toEqual([
      'Conv',
      'Relu',
      'MaxPool',
      'Conv',
      'Relu',
      'Reshape',
      'Gemm',
      'Add',
    ]);
  });

  it('keeps weights as views into the file', () => {
    const bytes = smallNetwork();
    const [weight] = parseModel(bytes).graph!.initializer;
    expect(weight!.rawData.buffer).toBe(bytes.buffer);
  });

  it('keeps fields of newer versions that it does not know', () => {
    const unknown = [0xfa, 0x7d, 0x03, 1, 2, 3]; // field 2015, three bytes
    const bytes = new Uint8Array([...smallNetwork(), ...unknown]);
    expect(Array.from(encodeModel(parseModel(bytes)).slice(-6))).toEqual(unknown);
  });

  it.skipIf(!hasSharedData)('reads and writes every shared model without a change', () => {
    for (const folder of readdirSync(new URL('models/', sharedData))) {
      for (const name of readdirSync(new URL(`models/${folder}/`, sharedData))) {
        const written = encodeModel(parseModel(readFileSync(new URL(`models/${folder}/${name}`, sharedData))));
        expect(Buffer.compare(encodeModel(parseModel(written)), written), name).toBe(0);
        expect(written.length, name).toBe(readFileSync(new URL(`models/${folder}/${name}`, sharedData)).length);
      }
    }
  });

  it.each([
    ['an empty file', []],
    ['a PNG picture', [0x89, 0x50, 0x4e, 0x47, 0x0d]],
    ['a zip archive', [0x50, 0x4b, 0x03, 0x04]],
    ['a web page', Array.from(new TextEncoder().encode('<!DOCTYPE html>'))],
    ['Git LFS', Array.from(new TextEncoder().encode('version https://git-lfs.github.com/spec/v1'))],
    ['TensorFlow Lite', [0, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33]],
    ['do not parse', [0x0a, 0xff, 0xff, 0xff]],
  ])('says that it got %s', (what, bytes) => {
    expect(() => parseModel(Uint8Array.from(bytes))).toThrow(what);
    expect(() => parseModel(Uint8Array.from(bytes))).toThrow(ModelFileError);
  });

  it('refuses a file cut anywhere', () => {
    const bytes = smallNetwork();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        expect(() => parseModel(bytes.slice(0, length))).toThrow(ModelFileError);
      }),
      { numRuns: 300 },
    );
  });
});

describe('readTensor', () => {
  const values = [1, 0, 2, 3];
  it.each([
    ['float_data', { dataType: TensorProto_DataType.FLOAT, floatData: values }, 'float32'],
    ['double_data', { dataType: TensorProto_DataType.DOUBLE, doubleData: values }, 'float64'],
    ['int64_data', { dataType: TensorProto_DataType.INT64, int64Data: values.map(BigInt) }, 'int64'],
    ['uint64_data', { dataType: TensorProto_DataType.UINT64, uint64Data: values.map(BigInt) }, 'uint64'],
    ['uint64_data of uint32', { dataType: TensorProto_DataType.UINT32, uint64Data: values.map(BigInt) }, 'uint32'],
    ['int32_data', { dataType: TensorProto_DataType.INT32, int32Data: values }, 'int32'],
    ['int32_data of int8', { dataType: TensorProto_DataType.INT8, int32Data: values }, 'int8'],
    [
      'int32_data of float16 bits',
      { dataType: TensorProto_DataType.FLOAT16, int32Data: [0x3c00, 0, 0x4000, 0x4200] },
      'float16',
    ],
    [
      'int32_data of bfloat16 bits',
      { dataType: TensorProto_DataType.BFLOAT16, int32Data: [0x3f80, 0, 0x4000, 0x4040] },
      'bfloat16',
    ],
    ['raw_data', { dataType: TensorProto_DataType.FLOAT, rawData: toBytes(hostTensor(values)) }, 'float32'],
  ] as const)('decodes %s', (_name, fields, dtype) => {
    const x = readTensor(create(TensorProtoSchema, { dims: [2n, 2n], name: 'w', ...(fields as object) }), files);
    expect(x.dtype).toBe(dtype);
    expect(Array.from(hostValue(x)!.data)).toEqual(values);
  });

  it('refuses data that do not fit the shape', () => {
    const short = create(TensorProtoSchema, {
      dims: [3n],
      name: 'w',
      dataType: TensorProto_DataType.FLOAT,
      rawData: new Uint8Array(8),
    });
    expect(() => readTensor(short, files)).toThrow('Tensor "w" float32[3] takes 12 bytes, the file holds 8');
  });

  it('names types that it cannot hold', () => {
    const text = create(TensorProtoSchema, { dims: [1n], name: 'names', dataType: TensorProto_DataType.STRING });
    expect(() => readTensor(text, files)).toThrow('Tensor "names" holds string');
  });
});

describe('a graph that points into another file', () => {
  it('runs with the weights that lie there', async () => {
    const file = { location: 'weights.bin', bytes: new Uint8Array(4099) };
    const weight = toBytes(hostTensor(Array.from({ length: 1000 }, (_, i) => i)));
    file.bytes.set(weight, 99); // anywhere: no alignment is asked for
    const data = { kind: 'constant' as const, bytes: file.bytes.subarray(99), region: { file, offset: 99 } };
    const w = constantFromBytes(data, [1000], 'float32');
    const device = await openRuntime('cpu');
    const program = await compile(
      ({ x }) => ({ y: mul(x!, w) }),
      { x: { shape: [1000], dtype: 'float32' } },
      { device },
    );
    expect(program.graphBytes).toBeLessThan(400);
    const { y } = await program.run({ x: new Float32Array(1000).fill(2) });
    expect(y!.data[999]).toBe(1998);
    await program.release();
  });
});

it('a graph of the builder is a file that the runtime loads', async () => {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', ['N', 2]);
  graph.node('Relu', ['x'], {}, ['y']);
  graph.output('y', 'float32', ['N', 2]);
  const session = await (await openRuntime('cpu')).createSession(graph.encode(21));
  const { y } = await session.run({ x: { data: Float32Array.of(-1, 2), shape: [1, 2], dtype: 'float32' } });
  expect(Array.from(y!.data as Float32Array)).toEqual([0, 2]);
  expect(session.inputs[0]).toEqual({ name: 'x', dtype: 'float32', shape: [undefined, 2] });
  await session.release();
});

it('a model without a graph is refused', () => {
  expect(() => parseModel(toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n })))).toThrow(
    'without a graph',
  );
});
