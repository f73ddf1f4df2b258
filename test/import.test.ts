/** @file Importing what the standard's node tests do not show: functions, external data, shape plumbing, old opsets, several missing ops. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as A,
  type FunctionProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
  TensorProto_DataType as T,
  TensorProto_DataLocation,
} from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { inspectModel } from '../src/model/inspect.ts';
import { loadModel } from '../src/model/load-model.ts';
import { parseModel } from '../src/onnx/file/parse-model.ts';
import { openGraph } from '../src/onnx/open-graph.ts';
import { compile } from '../src/runtime/compile.ts';
import { grad } from '../src/tensor/grad.ts';
import { hostTensor, toBytes } from '../src/tensor/host.ts';
import { add, mul } from '../src/tensor/ops/arithmetic.ts';
import { conv } from '../src/tensor/ops/conv.ts';
import { batchNorm } from '../src/tensor/ops/norm.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { exp } from '../src/tensor/ops/unary.ts';
import { foldAffine, specialize } from '../src/tensor/rewrite.ts';
import { constant, input, type Tensor, topologicalOrder } from '../src/tensor/tensor.ts';
import { pseudoRandom } from './random.ts';
import { interpret } from './reference/interpret.ts';

type Graph = MessageInitShape<typeof GraphProtoSchema>;

/** A float32 value's declaration. */
function value(name: string, shape: readonly (number | string)[]) {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'string'
        ? { case: 'dimParam' as const, value: size }
        : { case: 'dimValue' as const, value: BigInt(size) },
  }));
  return { name, type: { value: { case: 'tensorType' as const, value: { elemType: T.FLOAT, shape: { dim } } } } };
}

function modelBytes(
  graph: Graph,
  opset: number,
  functions: MessageInitShape<typeof FunctionProtoSchema>[] = [],
): Uint8Array {
  const imports = [
    { domain: '', version: BigInt(opset) },
    ...(functions.length > 0 ? [{ domain: 'local', version: 1n }] : []),
  ];
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: 8n, opsetImport: imports, graph, functions }),
  );
}

const int = (name: string, i: number) => ({ name, type: A.INT, i: BigInt(i) });
const ints = (name: string, list: readonly number[]) => ({ name, type: A.INTS, ints: list.map(BigInt) });
const float = (name: string, f: number) => ({ name, type: A.FLOAT, f });

/** Runs a graph of one input on the CPU. */
async function run(bytes: Uint8Array, x: readonly number[], shape: readonly number[]): Promise<number[]> {
  const graph = openGraph(bytes);
  const name = graph.inputs[0]!;
  const program = await compile(
    (inputs) => ({ y: Object.values(graph.apply({ [name]: inputs.x! }))[0]! }),
    { x: { shape, dtype: 'float32' } },
    { device: await openRuntime('cpu') },
  );
  const { y } = await program.run({ x });
  await program.release();
  return Array.from(y!.data as Float32Array);
}

describe('model-local functions', () => {
  const leaky = {
    domain: 'local',
    name: 'Twice',
    input: ['a', 'omitted'],
    output: ['b'],
    attribute: ['slope'],
    opsetImport: [{ domain: '', version: 17n }],
    node: [
      {
        opType: 'LeakyRelu',
        input: ['a'],
        output: ['once'],
        attribute: [{ name: 'alpha', refAttrName: 'slope', type: A.FLOAT }],
      },
      {
        opType: 'LeakyRelu',
        input: ['once'],
        output: ['b'],
        attribute: [{ name: 'alpha', refAttrName: 'slope', type: A.FLOAT }],
      },
    ],
  };
  const graph: Graph = {
    name: 'g',
    input: [value('x', [2])],
    output: [value('y', [2])],
    node: [{ opType: 'Twice', domain: 'local', input: ['x'], output: ['y'], attribute: [float('slope', 0.5)] }],
  };

  it('are inlined, with the attributes that the call gives', async () => {
    expect(await run(modelBytes(graph, 17, [leaky]), [-4, 3], [2])).toEqual([-1, 3]);
  });
});

describe('shape plumbing', () => {
  const graph: Graph = {
    name: 'g',
    input: [value('x', ['N', 2, 3])],
    output: [value('y', ['N', 'M'])],
    initializer: [
      { name: 'zero', dims: [], dataType: T.INT64, int64Data: [0n] },
      { name: 'rest', dims: [1n], dataType: T.INT64, int64Data: [-1n] },
    ],
    node: [
      { opType: 'Shape', input: ['x'], output: ['shape'] },
      { opType: 'Gather', input: ['shape', 'zero'], output: ['n'], attribute: [int('axis', 0)] },
      { opType: 'Unsqueeze', input: ['n'], output: ['n1'], attribute: [ints('axes', [0])] },
      { opType: 'Concat', input: ['n1', 'rest'], output: ['to'], attribute: [int('axis', 0)] },
      { opType: 'Reshape', input: ['x', 'to'], output: ['y'] },
    ],
  };

  it('folds away once the input has a shape', () => {
    const x = input('x', [5, 2, 3]);
    const { y } = openGraph(modelBytes(graph, 11)).apply({ x });
    expect(y!.shape).toEqual([5, 6]);
    expect(topologicalOrder([y!]).map((node) => node.op.name)).toEqual(['input', 'reshape']);
  });
});

describe('old opsets', () => {
  const node = (opType: string, attribute: object[]): Graph => ({
    name: 'g',
    input: [value('x', [1, 2, 2])],
    output: [value('y', [1, 2, 2])],
    node: [{ opType, input: ['x'], output: ['y'], attribute }],
  });

  it('softmax before 13 runs over all axes from its own on', async () => {
    const y = await run(modelBytes(node('Softmax', [int('axis', 1)]), 11), [0, 0, 0, 0], [1, 2, 2]);
    expect(y).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(await run(modelBytes(node('Softmax', [int('axis', 1)]), 13), [0, 0, 0, 0], [1, 2, 2])).toEqual([
      0.5, 0.5, 0.5, 0.5,
    ]);
  });

  it('clip and upsample took attributes', async () => {
    expect(
      await run(modelBytes(node('Clip', [float('min', -1), float('max', 2)]), 6 + 1), [-3, 0, 1, 5], [1, 2, 2]),
    ).toEqual([-1, 0, 1, 2]);
    const upsample: Graph = {
      name: 'g',
      input: [value('x', [1, 1, 1, 2])],
      output: [value('y', [1, 1, 2, 4])],
      node: [
        {
          opType: 'Upsample',
          input: ['x'],
          output: ['y'],
          attribute: [
            { name: 'scales', type: A.FLOATS, floats: [1, 1, 2, 2] },
            { name: 'mode', type: A.STRING, s: new TextEncoder().encode('nearest') },
          ],
        },
      ],
    };
    expect(await run(modelBytes(upsample, 7), [1, 2], [1, 1, 1, 2])).toEqual([1, 1, 2, 2, 1, 1, 2, 2]);
  });
});

describe('half and double precision are computed in float32', () => {
  const halfTwo = new Uint8Array(Uint16Array.of(0x4000).buffer);
  const doubleTwo = new Uint8Array(Float64Array.of(2).buffer);
  const tensor = (dataType: number, dims: bigint[], rawData: Uint8Array) => ({
    name: 'value',
    type: A.TENSOR,
    t: { dataType, dims, rawData: rawData as Uint8Array<ArrayBuffer> },
  });
  it.each([
    ['a constant in half', T.FLOAT16, { opType: 'Constant', attribute: [tensor(T.FLOAT16, [], halfTwo)] }],
    ['a constant in double', T.DOUBLE, { opType: 'Constant', attribute: [tensor(T.DOUBLE, [], doubleTwo)] }],
    [
      'a filled shape in half',
      T.FLOAT16,
      { opType: 'ConstantOfShape', input: ['shape'], attribute: [tensor(T.FLOAT16, [1n], halfTwo)] },
    ],
  ])('%s', async (_name, to, maker) => {
    const graph: Graph = {
      name: 'g',
      input: [value('x', [2])],
      output: [value('y', [2])],
      initializer: [{ name: 'shape', dims: [1n], dataType: T.INT64, int64Data: [2n] }],
      node: [
        { opType: 'Cast', input: ['x'], output: ['other'], attribute: [int('to', to)] },
        { ...maker, output: ['two'] },
        { opType: 'Mul', input: ['other', 'two'], output: ['product'] },
        { opType: 'Cast', input: ['product'], output: ['y'], attribute: [int('to', T.FLOAT)] },
      ],
    };
    expect(await run(modelBytes(graph, 17), [1.5, -3], [2])).toEqual([3, -6]);
  });

  it('also through an op that is carried', async () => {
    const graph: Graph = {
      name: 'g',
      input: [value('x', [1, 1, 2, 2])],
      output: [value('y', [1, 1, 2, 2])],
      initializer: [
        { name: 'boxes', dims: [1n, 4n], dataType: T.DOUBLE, doubleData: [0, 0, 2, 2] },
        { name: 'index', dims: [1n], dataType: T.INT64, int64Data: [0n] },
      ],
      valueInfo: [
        {
          name: 'pooled',
          type: {
            value: {
              case: 'tensorType',
              value: {
                elemType: T.DOUBLE,
                shape: { dim: [1n, 1n, 2n, 2n].map((size) => ({ value: { case: 'dimValue', value: size } })) },
              },
            },
          },
        },
      ],
      node: [
        { opType: 'Cast', input: ['x'], output: ['double'], attribute: [int('to', T.DOUBLE)] },
        {
          opType: 'RoiAlign',
          input: ['double', 'boxes', 'index'],
          output: ['pooled'],
          attribute: [int('output_height', 2), int('output_width', 2)],
        },
        { opType: 'Add', input: ['pooled', 'double'], output: ['sum'] },
        { opType: 'Cast', input: ['sum'], output: ['y'], attribute: [int('to', T.FLOAT)] },
      ],
    };
    const y = await run(modelBytes(graph, 17), [1, 1, 1, 1], [1, 1, 2, 2]);
    expect(y[3]).toBeCloseTo(2, 5);
  });
});

describe('external data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pareidolia-external-'));
  const weights = toBytes(hostTensor(Float64Array.from({ length: 24 }, (_, i) => i / 10)));
  const graph: Graph = {
    name: 'g',
    input: [value('x', ['N', 3, 2, 2])],
    output: [value('y', ['N', 2])],
    initializer: [
      {
        name: 'w',
        dims: [12n, 2n],
        dataType: T.FLOAT,
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData: [
          { key: 'location', value: 'weights.bin' },
          { key: 'offset', value: '8' },
          { key: 'length', value: '96' },
        ],
      },
    ],
    node: [
      { opType: 'Flatten', input: ['x'], output: ['f'] },
      { opType: 'MatMul', input: ['f', 'w'], output: ['y'] },
    ],
  };

  it('is read beside the model', async () => {
    writeFileSync(join(folder, 'net.onnx'), modelBytes(graph, 17));
    writeFileSync(join(folder, 'weights.bin'), new Uint8Array([...new Uint8Array(8), ...weights]));
    await using model = await loadModel(join(folder, 'net.onnx'), { preprocessing: 'none' });
    const ones = new Float32Array(12).fill(1);
    // Columns hold even and odd tenths: 0 + 0.2 + … + 2.2, and 0.1 + … + 2.3.
    expect((await model.predict(ones, 1))[0]).toBeCloseTo(13.2, 4);
    expect((await model.predictPlain(ones)).scores[1]).toBeCloseTo(14.4, 4);
  });

  it('is named where it is missing', async () => {
    const alone = mkdtempSync(join(tmpdir(), 'pareidolia-alone-'));
    writeFileSync(join(alone, 'net.onnx'), modelBytes(graph, 17));
    await expect(loadModel(join(alone, 'net.onnx'))).rejects.toThrow(/weights\.bin: there is no such file/);
    await expect(loadModel(modelBytes(graph, 17))).rejects.toThrow('load it by path');
  });
});

describe('ops that are carried through', () => {
  /** What the runtime gives on the file itself. */
  async function plain(bytes: Uint8Array, x: readonly number[], shape: readonly number[]): Promise<number[]> {
    const session = await (await openRuntime('cpu')).createSession(bytes);
    const { y } = await session.run({ x: { data: Float32Array.from(x), shape, dtype: 'float32' } });
    await session.release();
    return Array.from(y!.data as Float32Array);
  }
  const wave = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i + 1));

  it('keep their outputs in place where an earlier one is left out', async () => {
    const graph: Graph = {
      name: 'g',
      input: [value('x', [3, 1, 2])],
      output: [value('y', [1, 1, 2])],
      initializer: [
        { name: 'w', dims: [1n, 8n, 2n], dataType: T.FLOAT, floatData: wave(16) },
        { name: 'r', dims: [1n, 8n, 2n], dataType: T.FLOAT, floatData: wave(16) },
      ],
      valueInfo: [value('last', [1, 1, 2])],
      node: [
        { opType: 'LSTM', input: ['x', 'w', 'r'], output: ['', 'last'], attribute: [int('hidden_size', 2)] },
        { opType: 'Neg', input: ['last'], output: ['y'] },
      ],
    };
    const bytes = modelBytes(graph, 14);
    expect(await run(bytes, wave(6), [3, 1, 2])).toEqual(await plain(bytes, wave(6), [3, 1, 2]));
  });

  it('mean what they meant in the opset of their file: RoiAlign before 16 does not shift by half a pixel', async () => {
    const graph: Graph = {
      name: 'g',
      input: [value('x', [1, 1, 6, 6])],
      output: [value('y', [1, 1, 2, 2])],
      initializer: [
        { name: 'boxes', dims: [1n, 4n], dataType: T.FLOAT, floatData: [0, 0, 3, 3] },
        { name: 'index', dims: [1n], dataType: T.INT64, int64Data: [0n] },
      ],
      node: [
        {
          opType: 'RoiAlign',
          input: ['x', 'boxes', 'index'],
          output: ['y'],
          attribute: [int('output_height', 2), int('output_width', 2)],
        },
      ],
    };
    const bytes = modelBytes(graph, 10);
    expect(await run(bytes, wave(36), [1, 1, 6, 6])).toEqual(await plain(bytes, wave(36), [1, 1, 6, 6]));
  });
});

it('resizing to fewer pixels before opset 11 takes the next pixel, as the runtime does', async () => {
  const graph: Graph = {
    name: 'g',
    input: [value('x', [1, 1, 1, 7])],
    output: [value('y', [1, 1, 1, 4])],
    initializer: [{ name: 'scales', dims: [4n], dataType: T.FLOAT, floatData: [1, 1, 1, 0.6] }],
    node: [{ opType: 'Resize', input: ['x', 'scales'], output: ['y'] }],
  };
  // 0, 1.67, 3.33, 5 rounded up
  expect(await run(modelBytes(graph, 10), [0, 1, 2, 3, 4, 5, 6], [1, 1, 1, 7])).toEqual([0, 2, 4, 5]);
});

it('resizing with aligned corners reaches the last element whatever the scale, as in the runtime', async () => {
  const graph: Graph = {
    name: 'g',
    input: [value('x', [1, 1, 1, 7])],
    output: [value('y', [1, 1, 1, 4])],
    initializer: [
      { name: 'roi', dims: [0n], dataType: T.FLOAT },
      { name: 'scales', dims: [4n], dataType: T.FLOAT, floatData: [1, 1, 1, 0.6] },
    ],
    node: [
      {
        opType: 'Resize',
        input: ['x', 'roi', 'scales'],
        output: ['y'],
        attribute: [
          { name: 'mode', type: A.STRING, s: new TextEncoder().encode('linear') },
          {
            name: 'coordinate_transformation_mode',
            type: A.STRING,
            s: new TextEncoder().encode('align_corners'),
          },
        ],
      },
    ],
  };
  const y = await run(modelBytes(graph, 11), [0, 1, 2, 3, 4, 5, 6], [1, 1, 1, 7]);
  expect(y.map((v) => v.toFixed(4))).toEqual(['0.0000', '2.0000', '4.0000', '6.0000']);
});

it('all nodes that cannot be imported are named at once', () => {
  const body = { name: 'body', input: [], output: [value('o', [])], node: [] };
  const loop = (name: string) => ({
    opType: 'Loop',
    name,
    input: ['', 'x'],
    output: [name],
    attribute: [{ name: 'body', type: A.GRAPH, g: body }],
  });
  const graph: Graph = { name: 'g', input: [value('x', [1])], output: [value('b', [1])], node: [loop('a'), loop('b')] };
  expect(() => openGraph(modelBytes(graph, 17)).apply({ x: input('x', [1]) })).toThrow(
    'The model uses Loop "a", Loop "b", which are not supported.',
  );
});

it('inspection says which output no gradient leads to', () => {
  const graph: Graph = {
    name: 'g',
    input: [value('x', [1, 3])],
    output: [value('good', [1, 3]), value('bad', [1, 1])],
    node: [
      { opType: 'Relu', input: ['x'], output: ['good'] },
      { opType: 'ArgMax', input: ['x'], output: ['at'], attribute: [int('axis', 1)] },
      { opType: 'Cast', input: ['at'], output: ['bad'], attribute: [int('to', T.FLOAT)] },
    ],
  };
  const bytes = modelBytes(graph, 17);
  expect(inspectModel(parseModel(bytes), bytes).gradientProblem).toMatch(/^output "bad": No gradient .* ArgMax "at"/);
});

describe('outputs that cannot be worked out', () => {
  const relu = (from: string, to: string) => ({ opType: 'Relu', input: [from], output: [to] });
  it('are named with the input that is not given', () => {
    const graph: Graph = { name: 'g', input: [value('x', [2])], output: [value('y', [2])], node: [relu('x', 'y')] };
    const { apply } = openGraph(modelBytes(graph, 17));
    expect(() => apply({ z: input('z', [2]) })).toThrow('Input "x" is not given; given are "z".');
  });

  it('are named where nodes depend on each other in a circle', () => {
    const circle: Graph = {
      name: 'g',
      input: [value('x', [2])],
      output: [value('y', [2])],
      node: [relu('y', 'a'), relu('a', 'y')],
    };
    const bytes = modelBytes(circle, 17);
    expect(() => openGraph(bytes).apply({ x: input('x', [2]) })).toThrow(/Output "y" .* in a circle/);
    expect(inspectModel(parseModel(bytes), bytes).gradientProblem).toMatch(/in a circle/);
  });
});

it('a gradient through the positions that TopK finds is zero, as they are whole numbers', async () => {
  const graph: Graph = {
    name: 'g',
    input: [value('x', [4])],
    output: [value('y', [2])],
    initializer: [{ name: 'k', dims: [1n], dataType: T.INT64, int64Data: [2n] }],
    node: [
      { opType: 'TopK', input: ['x', 'k'], output: ['top', 'at'] },
      { opType: 'Cast', input: ['at'], output: ['y'], attribute: [int('to', T.FLOAT)] },
    ],
  };
  const x = input('x', [4]);
  const { y } = openGraph(modelBytes(graph, 17)).apply({ x });
  const feeds = { x: hostTensor([3, 1, 4, 2], [4]) };
  expect(Array.from(interpret([grad(reduceSum(y!), [x])[0]!], feeds)[0]!.data)).toEqual([0, 0, 0, 0]);
});

describe('rewriting', () => {
  const names = (outputs: readonly Tensor[]) => topologicalOrder(outputs).map((node) => node.op.name);

  it('shares equal subexpressions', () => {
    const x = input('x', [3]);
    const [y] = specialize([add(exp(mul(x, 2)), exp(mul(x, 2)))], 'cpu');
    expect(names([y!]).filter((name) => name === 'exp').length).toBe(1);
  });

  it('folds batch normalisation into the convolution before it, forward and gradient alike', () => {
    const random = pseudoRandom(4);
    const vector = (low: number) => constant(Float64Array.from({ length: 4 }, () => low + random()));
    const w = constant(
      Float64Array.from({ length: 4 * 2 * 9 }, () => random() - 0.5),
      [4, 2, 3, 3],
    );
    const x = input('x', [1, 2, 5, 5]);
    const y = batchNorm(conv(x, w, vector(0), { pads: 1 }), vector(0.5), vector(-0.5), vector(0), vector(0.5));
    const [folded] = foldAffine([y]);
    expect(names([folded!])).toEqual(['input', 'constant', 'constant', 'conv']);
    const feeds = {
      x: hostTensor(
        Float64Array.from({ length: 50 }, () => random()),
        [1, 2, 5, 5],
      ),
    };
    const both = interpret(
      [y, folded!, ...grad(reduceSum(mul(y, y)), [x]), ...grad(reduceSum(mul(folded!, folded!)), [x])],
      feeds,
    );
    for (const [a, b] of [
      [0, 1],
      [2, 3],
    ] as const) {
      for (const [i, expected] of both[a]!.data.entries())
        expect(Math.abs(both[b]!.data[i]! - expected)).toBeLessThan(1e-4);
    }
  });

  it('does not fold into a convolution that something else reads', () => {
    const x = input('x', [1, 1, 3, 3]);
    const y = conv(x, constant([1], [1, 1, 1, 1]));
    const outputs = foldAffine([mul(y, constant([2], [1, 1, 1])), y]);
    expect(names(outputs).filter((name) => name === 'conv').length).toBe(1);
    expect(names(outputs)).toContain('mul');
  });
});
