/** @file What a random twin keeps, draws and sets, in a small network of every kind of learnt part. */
import { expect, test } from 'vitest';
import { loadModel } from '../model/load-model.ts';
import { GraphBuilder } from '../onnx/file/graph-builder.ts';
import { hostTensor, toBytes } from '../tensor/host.ts';
import { randomTwin } from './random-twin.ts';

const plain = { preprocessing: 'none' } as const;

/** Values of a mean and a deviation, exactly: half of them a deviation above, half below. */
const pairs = (count: number, mean: number, deviation: number) =>
  Float64Array.from({ length: count }, (_, at) => mean + (at % 2 === 0 ? deviation : -deviation));

/**
 * [N, 3, 8, 8] to [N, 2]: two convolutions (3 to 8 channels of 3 x 3, 8 to 4 of 1 x 1), each normalised, an addition
 * after an activation, and a linear layer with its bias written into it or added apart.
 */
function network(bias: 'Gemm' | 'Add'): Uint8Array {
  const graph = new GraphBuilder();
  const weight = (name: string, shape: readonly number[], values: ArrayLike<number>) =>
    graph.initializer('float32', shape, toBytes(hostTensor(values, shape)), name);
  const statistics = (name: string, n: number) => [
    weight(`${name} scale`, [n], pairs(n, 3, 1)),
    weight(`${name} shift`, [n], pairs(n, -2, 1)),
    weight(`${name} mean`, [n], pairs(n, 5, 2)),
    weight(`${name} variance`, [n], pairs(n, 7, 3)),
  ];
  graph.input('picture', 'float32', ['N', 3, 8, 8]);
  const [a] = graph.node(
    'Conv',
    ['picture', weight('first', [8, 3, 3, 3], pairs(216, 0.7, 0.2)), weight('first bias', [8], pairs(8, 1, 0.5))],
    { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
  );
  const [b] = graph.node('BatchNormalization', [a!, ...statistics('norm', 8)]);
  const [c] = graph.node('Relu', [b!]);
  const [d] = graph.node('Conv', [c!, weight('second', [4, 8, 1, 1], pairs(32, 0, 0.5))], { kernel_shape: [1, 1] });
  const [e] = graph.node('BatchNormalization', [d!, ...statistics('next norm', 4)]);
  const [f] = graph.node('Add', [graph.node('Relu', [e!])[0]!, weight('offset', [4, 1, 1], pairs(4, 0.3, 0.1))]);
  const [flat] = graph.node('Flatten', [f!]);
  const [last, lastBias] = [weight('last', [256, 2], pairs(512, 0, 0.1)), weight('last bias', [2], [4, -6])];
  if (bias === 'Gemm') graph.node('Gemm', [flat!, last, lastBias], {}, ['scores']);
  else graph.node('Add', [lastBias, graph.node('MatMul', [flat!, last])[0]!], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 2]);
  return graph.encode(18);
}

/** Every initializer's values by its name, of a network and of its twin. */
async function weightsOf(bias: 'Gemm' | 'Add', seed = 0) {
  await using model = await loadModel(network(bias), plain);
  await using twin = await loadModel(randomTwin(model, seed), plain);
  const [old, drawn] = [model, twin].map(
    ({ file }) =>
      new Map(
        file.graph!.initializer.map(
          ({ name, rawData }) => [name, [...new Float32Array(Uint8Array.from(rawData).buffer)]] as const,
        ),
      ),
  );
  return { old: old!, drawn: drawn! };
}

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

test.each(['Gemm', 'Add'] as const)('biases become 0, the last one in %s, and other additions stay', async (bias) => {
  const { old, drawn } = await weightsOf(bias);
  expect(drawn.get('first bias')).toEqual(new Array(8).fill(0));
  expect(drawn.get('last bias')).toEqual([0, 0]);
  expect(drawn.get('offset')).toEqual(old.get('offset'));
});

test('weights are normal, with the deviation of the trained ones and mean 0, whatever theirs was', async () => {
  const twins = await Promise.all(Array.from({ length: 8 }, (_, seed) => weightsOf('Gemm', seed)));
  for (const [name, count, deviation] of [
    ['first', 216, 0.2],
    ['last', 512, 0.1],
  ] as const) {
    const values = twins.flatMap(({ drawn }) => drawn.get(name)!.map((v) => v / deviation));
    expect(new Set(values).size).toBeGreaterThan(0.99 * 8 * count);
    // Within four standard errors of moments of a normal variable: 0, 1 and 3, where a uniform one has 1.8 as the last.
    const error = 1 / Math.sqrt(8 * count);
    expect(Math.abs(meanOf(values))).toBeLessThan(4 * error);
    expect(Math.abs(meanOf(values.map((v) => v ** 2)) - 1)).toBeLessThan(4 * Math.SQRT2 * error);
    expect(Math.abs(meanOf(values.map((v) => v ** 4)) - 3)).toBeLessThan(4 * Math.sqrt(96) * error);
  }
});

test('normalisations have scale 1, shift 0, mean 0 and as variance the fan-in times that of the weights', async () => {
  const { drawn } = await weightsOf('Gemm');
  for (const [name, n, variance] of [
    ['norm', 8, 3 * 9 * 0.2 ** 2],
    ['next norm', 4, 8 * 0.5 ** 2],
  ] as const) {
    expect(drawn.get(`${name} scale`)).toEqual(new Array(n).fill(1));
    expect(drawn.get(`${name} shift`)).toEqual(new Array(n).fill(0));
    expect(drawn.get(`${name} mean`)).toEqual(new Array(n).fill(0));
    for (const value of drawn.get(`${name} variance`)!) expect(value / variance).toBeCloseTo(1, 5);
  }
});

test('a normalisation after no convolution has variance 1', async () => {
  const graph = new GraphBuilder();
  const weight = (shape: readonly number[], values: ArrayLike<number>, name: string) =>
    graph.initializer('float32', shape, toBytes(hostTensor(values, shape)), name);
  graph.input('picture', 'float32', ['N', 3, 8, 8]);
  const [a] = graph.node('BatchNormalization', [
    'picture',
    ...['scale', 'shift', 'mean', 'variance'].map((name) => weight([3], [2, 3, 5], name)),
  ]);
  graph.node('MatMul', [graph.node('Flatten', [a!])[0]!, weight([192, 2], pairs(384, 0, 1), 'last')], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 2]);
  await using model = await loadModel(graph.encode(18), plain);
  await using twin = await loadModel(randomTwin(model), plain);
  const { rawData } = twin.file.graph!.initializer.find(({ name }) => name === 'variance')!;
  expect([...new Float32Array(Uint8Array.from(rawData).buffer)]).toEqual([1, 1, 1]);
});

test('a twin answers a black picture with its last layer of what other additions put there', async () => {
  // Without biases and with normalisations that shift nothing, all before the offset is 0.
  await using model = await loadModel(network('Add'), plain);
  await using twin = await loadModel(randomTwin(model), plain);
  const { drawn } = await weightsOf('Add');
  const [offset, last] = [drawn.get('offset')!, drawn.get('last')!];
  const expected = [0, 1].map((k) =>
    last.reduce((sum, value, at) => sum + (at % 2 === k ? value * offset[Math.floor(at / 128)]! : 0), 0),
  );
  const found = await twin.predict(new Float32Array(192), 1);
  for (const k of [0, 1]) expect(found[k]).toBeCloseTo(expected[k]!, 4);
});

test.each([
  // 48 inputs of variance 4 each, however the weight is laid out.
  ['MatMul', {}, [48, 6]],
  ['Gemm', {}, [48, 6]],
  ['Gemm', { transB: 1 }, [6, 48]],
] as const)('a normalisation after %s %j has the fan-in of a product', async (op, attributes, shape) => {
  const graph = new GraphBuilder();
  const weight = (dims: readonly number[], values: ArrayLike<number>, name: string) =>
    graph.initializer('float32', dims, toBytes(hostTensor(values, dims)), name);
  graph.input('picture', 'float32', ['N', 3, 4, 4]);
  const [flat] = graph.node('Flatten', ['picture']);
  const [a] = graph.node(op, [flat!, weight(shape, pairs(288, 0, 2), 'weight')], attributes);
  const ones = new Array(6).fill(1);
  graph.node(
    'BatchNormalization',
    [a!, ...['scale', 'shift', 'mean', 'variance'].map((name) => weight([6], ones, name))],
    {},
    ['scores'],
  );
  graph.output('scores', 'float32', ['N', 6]);
  await using model = await loadModel(graph.encode(18), plain);
  await using twin = await loadModel(randomTwin(model), plain);
  const { rawData } = twin.file.graph!.initializer.find(({ name }) => name === 'variance')!;
  for (const value of new Float32Array(Uint8Array.from(rawData).buffer)) expect(value).toBeCloseTo(48 * 4, 3);
});
