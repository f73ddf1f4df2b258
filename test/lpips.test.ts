import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePicture } from '#image-codec';
import { openRuntime } from '#runtime';
import { readWeights } from '../src/data/archive/read-weights.ts';
import { encodeTensors } from '../src/data/archive/safetensors.ts';
import type { Distance } from '../src/distance/distance.ts';
import { distsOf, l2InsteadOfMax, l2Pool } from '../src/distance/dists.ts';
import { partWeights } from '../src/distance/feature-weights.ts';
import { openGraphDistance } from '../src/distance/graph-distance.ts';
import { openDistance } from '../src/distance/open-distance.ts';
import { openTrunk } from '../src/distance/trunk.ts';
import { changed } from '../src/onnx/file/changed.ts';
import { cutGraph } from '../src/onnx/file/cut-graph.ts';
import { GraphBuilder } from '../src/onnx/file/graph-builder.ts';
import { encodeModel, parseModel } from '../src/onnx/file/parse-model.ts';
import { compile, type Program } from '../src/runtime/compile.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { grad } from '../src/tensor/grad.ts';
import { hostTensor, toBytes } from '../src/tensor/host.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { input } from '../src/tensor/tensor.ts';
import { pseudoRandom } from './random.ts';
import { interpret } from './reference/interpret.ts';
import { smallNetwork } from './support/network.ts';
import { hasSharedData, sharedFile, sharedPath } from './support/shared-data.ts';
import { sines, smallVgg, vggStages } from './support/vgg.ts';
import { waves } from './support/waves.ts';

let device: DeviceRuntime;
let folder: string;
beforeAll(async () => {
  device = await openRuntime('cpu');
  folder = mkdtempSync(join(tmpdir(), 'pareidolia-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  for (const ofDistance of programs.values())
    for (const program of ofDistance.values()) await (await program).release();
});

/** Path of a file with these bytes. */
function fileOf(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const programs = new Map<Distance, Map<string, Promise<Program>>>();

/** A distance's values and slopes in both pictures; each is compiled once for a shape. */
async function measure(distance: Distance, x: Float32Array, y: Float32Array, shape: readonly number[]) {
  const ofDistance = programs.get(distance) ?? new Map<string, Promise<Program>>();
  programs.set(distance, ofDistance);
  const program = ofDistance.get(shape.join()) ?? compileDistance(distance, shape);
  ofDistance.set(shape.join(), program);
  const { d, da, db } = await (await program).run({ x, y });
  return { values: [...(d!.data as Float32Array)], slopes: [da!.data as Float32Array, db!.data as Float32Array] };
}

function compileDistance(distance: Distance, shape: readonly number[]): Promise<Program> {
  const spec = { shape, dtype: 'float32' as const };
  return compile(
    ({ x, y }) => {
      const d = distance.value(x!, y!);
      const [da, db] = grad(reduceSum(d), [x!, y!]);
      return { d, da: da!, db: db! };
    },
    { x: spec, y: spec },
    { device },
  );
}

/** Pictures one after another, as a batch. */
const joined = (...all: Float32Array[]) => Float32Array.from(all.flatMap((one) => [...one]));

/** x with uniform noise of the given half width, kept in [0, 1]. */
function noisy(x: Float32Array, amount: number, seed: number): Float32Array {
  const random = pseudoRandom(seed);
  return x.map((value) => Math.min(1, Math.max(0, value + amount * (2 * random() - 1))));
}

/** Slope along a direction by central differences of the float64 interpreter, over that of the gradient. */
function slopeRatio(distance: Distance, shape: readonly number[], x0: Float32Array, y0: Float32Array): number {
  const [x, y] = [input('x', shape), input('y', shape)];
  const d = distance.distance(x, y);
  const feed = (values: ArrayLike<number>) => ({
    x: hostTensor(Float64Array.from(values), shape),
    y: hostTensor(Float64Array.from(y0), shape),
  });
  const random = pseudoRandom(11);
  const direction = Float64Array.from(x0, () => random() - 0.5);
  const at = (t: number) =>
    interpret([d], feed(Float64Array.from(x0, (value, i) => value + t * direction[i]!)))[0]!.data[0]!;
  const [dx] = interpret(grad(reduceSum(d), [x]), feed(x0));
  const expected = Array.from(dx!.data).reduce((sum, value, i) => sum + value * direction[i]!, 0);
  return (at(1e-7) - at(-1e-7)) / 2e-7 / expected;
}

describe('self-LPIPS of the embedded classifier', () => {
  let lpips: Distance;
  beforeAll(async () => {
    lpips = await openDistance('lpips');
  });

  test('is what it says it is: summed squares of unit features, means over places, sums over layers', async () => {
    const trunk = await openTrunk('zoo:cifar10-standard');
    expect(trunk.taps.map(({ value }) => value)).toEqual(['layer1.0', 'layer2.0', 'layer3.0']);
    expect(trunk.taps.map(({ channels }) => channels)).toEqual([32, 64, 128]);
    const [x, y] = [waves(32, 32), waves(32, 32, true)];
    const spec = { shape: [1, 3, 32, 32], dtype: 'float32' as const };
    const program = await compile(({ p }) => Object.fromEntries(trunk.features(p!).entries()), { p: spec }, { device });
    const [fx, fy] = [await program.run({ p: x }), await program.run({ p: y })];
    await program.release();
    let expected = 0;
    trunk.taps.forEach(({ channels }, l) => {
      const [a, b] = [fx[l]!.data as Float32Array, fy[l]!.data as Float32Array];
      const area = a.length / channels;
      for (let at = 0; at < area; at++) {
        const column = (f: Float32Array) => {
          const values = Array.from({ length: channels }, (_, c) => f[c * area + at]!);
          const length = Math.hypot(...values);
          return values.map((value) => (length === 0 ? 0 : value / length));
        };
        const [u, v] = [column(a), column(b)];
        expected += u.reduce((sum, value, c) => sum + (value - v[c]!) ** 2, 0) / area;
      }
    });
    const { values } = await measure(lpips, x, y, [1, 3, 32, 32]);
    expect(expected).toBeGreaterThan(0.05);
    expect(values[0]! / expected).toBeCloseTo(1, 4);
  });

  test.each([
    [32, 32],
    [48, 40],
    [9, 13],
  ])('is 0 with finite slopes for equal pictures, symmetric, and grows with noise, at %i x %i', async (h, w) => {
    const shape = [1, 3, h, w];
    const x = waves(h, w);
    const same = await measure(lpips, x, x, shape);
    expect(same.values[0]).toBe(0);
    for (const slope of same.slopes) expect(slope.every(Number.isFinite)).toBe(true);
    const distances: number[] = [];
    for (const amount of [0.02, 0.1, 0.4]) {
      const other = noisy(x, amount, 5);
      const [there, back] = [await measure(lpips, x, other, shape), await measure(lpips, other, x, shape)];
      expect(there.values[0]! / back.values[0]!).toBeCloseTo(1, 5);
      for (const slope of there.slopes) expect(slope.every(Number.isFinite)).toBe(true);
      distances.push(there.values[0]!);
    }
    expect(distances[0]).toBeGreaterThan(0);
    expect(distances[1]).toBeGreaterThan(2 * distances[0]!);
    expect(distances[2]).toBeGreaterThan(2 * distances[1]!);
  });

  test('has finite slopes on black, white and grey pictures', async () => {
    for (const level of [0, 1, 0.5]) {
      const x = new Float32Array(3 * 256).fill(level);
      for (const other of [x, noisy(x, 0.1, 3)]) {
        const { slopes } = await measure(lpips, x, other, [1, 3, 16, 16]);
        for (const slope of slopes) expect(slope.every(Number.isFinite)).toBe(true);
      }
    }
  });

  test('of a batch is that of each of its pairs', async () => {
    const pairs = [1, 2, 3].map((seed) => [noisy(waves(16, 16), 0.3, seed), waves(16, 16, true)] as const);
    const batch = (side: 0 | 1) => Float32Array.from(pairs.flatMap((pair) => [...pair[side]]));
    const together = await measure(lpips, batch(0), batch(1), [3, 3, 16, 16]);
    for (const [i, [x, y]] of pairs.entries()) {
      const alone = await measure(lpips, x, y, [1, 3, 16, 16]);
      expect(together.values[i]! / alone.values[0]!).toBeCloseTo(1, 5);
    }
    expect(new Set(together.values).size).toBe(3);
  });

  test('takes grey pictures as their RGB form', async () => {
    const grey = waves(16, 16).slice(0, 256);
    const other = noisy(grey, 0.2, 2);
    const rgb = (g: Float32Array) => Float32Array.from([...g, ...g, ...g]);
    const one = await measure(lpips, grey, other, [1, 1, 16, 16]);
    const three = await measure(lpips, rgb(grey), rgb(other), [1, 3, 16, 16]);
    expect(one.values[0]! / three.values[0]!).toBeCloseTo(1, 5);
  });

  test('maps where pictures differ', async () => {
    const spec = { shape: [1, 3, 32, 32], dtype: 'float32' as const };
    const program = await compile(({ x, y }) => ({ m: lpips.map!(x!, y!) }), { x: spec, y: spec }, { device });
    const x = waves(32, 32);
    // Only the upper left corner changes.
    const y = x.map((value, at) => (Math.floor(at / 32) % 32 < 8 && at % 32 < 8 ? 1 - value : value));
    const { m } = await program.run({ x, y });
    await program.release();
    expect(m!.shape).toEqual([1, 1, 32, 32]);
    const values = m!.data as Float32Array;
    expect(values[4 * 32 + 4]!).toBeGreaterThan(0.1);
    expect(values[4 * 32 + 4]!).toBeGreaterThan(10 * values[28 * 32 + 28]!);
  });

  test('says what it is', () => {
    expect(lpips.brief).toContain('self-LPIPS');
    expect(lpips.source).toContain('square of the distance of Laidlaw');
    expect(lpips.convention.identity).toBe(0);
  });
});

test('a network is compared at the sizes that its convolutions take, and smaller pictures are refused', async () => {
  // Convolutions without padding, a pool between them: 8 pixels become 6, 3 and 1.
  const graph = new GraphBuilder();
  const w = (shape: readonly number[]) =>
    graph.initializer(
      'float32',
      shape,
      toBytes(
        hostTensor(
          sines(
            shape.reduce((a, b) => a * b),
            1,
          ),
          shape,
        ),
      ),
    );
  graph.input('picture', 'float32', ['N', 3, 16, 16]);
  const [a] = graph.node('Conv', ['picture', w([4, 3, 3, 3])], { kernel_shape: [3, 3] });
  const [b] = graph.node('MaxPool', [graph.node('Relu', [a!])[0]!], { kernel_shape: [2, 2], strides: [2, 2] });
  const [c] = graph.node('Relu', [graph.node('Conv', [b!, w([4, 4, 3, 3])], { kernel_shape: [3, 3] })[0]!]);
  graph.node('Gemm', [graph.node('Flatten', [c!])[0]!, w([100, 2])], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 2]);
  const distance = await openDistance(`lpips:${fileOf('valid.onnx', graph.encode(18))}`);
  expect(distance.convention.minimumSize).toBe(8);
  const x = input('x', [1, 3, 7, 40]);
  expect(() => distance.value(x, x)).toThrow(/needs pictures of at least 8 x 8 pixels, got 40 x 7/);
  const { values } = await measure(distance, waves(8, 9), waves(8, 9, true), [1, 3, 8, 9]);
  expect(values[0]).toBeGreaterThan(0);
});

test('slopes of self-LPIPS are those of central differences', async () => {
  const distance = await openDistance(`lpips:${fileOf('small.onnx', smallNetwork())}`);
  expect(slopeRatio(distance, [1, 3, 8, 8], waves(8, 8), waves(8, 8, true))).toBeCloseTo(1, 5);
});

describe.skipIf(!hasSharedData)('published LPIPS (needs the shared data)', () => {
  const published = [
    ['lpips/ex_p0.png', 0.711],
    ['lpips/ex_p1.png', 0.1479],
  ] as const;
  const layers = ['relu_4', 'concat_19', 'concat_34', 'concat_42', 'concat_49', 'concat_56', 'concat_63'];
  const graphPath = sharedPath('lpips/lpips_squeeze_v0.1.onnx');
  const weightsPath = sharedPath('lpips/weights/v0.1/squeeze.pth');
  const pixels = async (path: string) => (await decodePicture(sharedFile(path))).data;

  test.each([
    ['alex', [2.349532, 16.143026, 39.26844, 27.197178, 20.317177]],
    ['vgg', [6.925992, 8.858334, 17.515005, 51.521324, 47.034855]],
    ['squeeze', [5.690101, 1.18528, 16.326565, 71.012627, 37.370724, 24.262873, 17.590553]],
  ])('weights of %s have the published sums', async (name, sums) => {
    const weights = await readWeights(sharedFile(`lpips/weights/v0.1/${name}.pth`), name);
    const found = [...weights.values()].map(({ data }) => data.reduce((sum, value) => sum + value, 0));
    expect(found).toHaveLength(sums.length);
    for (const [i, sum] of sums.entries()) expect(found[i]! / sum).toBeCloseTo(1, 5);
  });

  test('weights of DISTS have the published sums', async () => {
    const weights = await readWeights(sharedFile('lpips/DISTS_weights.pt'), 'DISTS_weights.pt');
    const [alpha, beta] = [weights.get('alpha')!, weights.get('beta')!];
    const sum = (data: Float32Array) => data.reduce((total, value) => total + value, 0);
    expect(alpha.shape).toEqual([1, 1475, 1, 1]);
    expect(sum(alpha.data)).toBeCloseTo(0.87605, 5);
    expect(sum(beta.data)).toBeCloseTo(0.12395, 5);
    expect(beta.data.filter((value) => value !== 0)).toHaveLength(412);
  });

  test('is what the ready graph gives, and what trunk and linear weights give', async () => {
    const graph = await openDistance(graphPath);
    // The trunk of the ready graph takes [-1, 1] and holds the published shift and scale.
    const own = await openDistance(`lpips:${graphPath},${weightsPath}`, {
      layers,
      input: 'in0',
      preprocessing: { range: 2, mean: [1, 1, 1] },
    });
    const reference = await pixels('lpips/ex_ref.png');
    for (const [path, value] of published) {
      const other = await pixels(path);
      const there = await measure(graph, reference, other, [1, 3, 64, 64]);
      const ours = await measure(own, reference, other, [1, 3, 64, 64]);
      expect(Math.abs(there.values[0]! - value)).toBeLessThan(1e-4);
      expect(Math.abs(ours.values[0]! - value)).toBeLessThan(1e-4);
      expect(Math.abs(ours.values[0]! - there.values[0]!)).toBeLessThan(1e-5);
      for (const slope of [...there.slopes, ...ours.slopes]) expect(slope.every(Number.isFinite)).toBe(true);
      const difference = ours.slopes[0]!.reduce((sum, v, i) => sum + (v - there.slopes[0]![i]!) ** 2, 0);
      const size = ours.slopes[0]!.reduce((sum, v) => sum + v ** 2, 0);
      expect(Math.sqrt(difference / size)).toBeLessThan(1e-3);
    }
    for (const distance of [graph, own]) {
      const { values, slopes } = await measure(distance, reference, reference, [1, 3, 64, 64]);
      expect(values[0]).toBeCloseTo(0, 6);
      for (const slope of slopes) expect(slope.every(Number.isFinite)).toBe(true);
    }
  });

  test('is what a user gets from the trunk alone, its layers chosen by the weights, its preprocessing guessed', async () => {
    const cut = cutGraph(parseModel(sharedFile('lpips/lpips_squeeze_v0.1.onnx')), layers);
    const { input: inputs, node: nodes } = cut.graph!;
    // Without the shift and scale for [-1, 1] this is torchvision's SqueezeNet 1.1, which takes ImageNet's mean and deviation.
    const bare = changed(cut.graph!, {
      input: inputs.filter(({ name }) => name === 'in0'),
      node: nodes
        .filter(({ name }) => name !== 'Sub_1' && name !== 'Div_2')
        .map((node) => changed(node, { input: node.input.map((name) => (name === 'div_2' ? 'in0' : name)) })),
    });
    const path = fileOf('squeezenet1_1.onnx', encodeModel(changed(cut, { graph: bare })));
    const distance = await openDistance(`lpips:${path},${weightsPath}`);
    expect(distance.convention.colour).toContain('imagenet: NCHW RGB');
    expect(distance.convention.colour).toContain('guess');
    expect(distance.source).toContain(layers.join(', '));
    const reference = await pixels('lpips/ex_ref.png');
    for (const [other, value] of published) {
      const { values } = await measure(distance, reference, await pixels(other), [1, 3, 64, 64]);
      expect(Math.abs(values[0]! - value)).toBeLessThan(1e-4);
    }
  });

  test('of a batch is that of its pairs', async () => {
    const graph = await openDistance(`onnx:${graphPath}`);
    const [a, b, c] = [await pixels('lpips/ex_ref.png'), await pixels(published[0][0]), await pixels(published[1][0])];
    const { values } = await measure(graph, joined(a, a), joined(b, c), [2, 3, 64, 64]);
    for (const [i, [, value]] of published.entries()) expect(Math.abs(values[i]! - value)).toBeLessThan(1e-4);
  });

  test('a wrong range gives another number, the right one asked for the same', async () => {
    const [x, y] = [await pixels('lpips/ex_ref.png'), await pixels(published[1][0])];
    const value = async (range?: readonly [number, number]) => {
      const distance = await openDistance(graphPath, range === undefined ? {} : { range });
      return (await measure(distance, x, y, [1, 3, 64, 64])).values[0]!;
    };
    expect(Math.abs((await value([0, 1])) - 0.1479)).toBeGreaterThan(1e-3);
    expect(await value([-1, 1])).toBe(await value());
  });

  test('weights choose the layers of a network that fits them', async () => {
    const squeezenet = sharedPath('models/imagenet/squeezenet1.1.onnx');
    const trunk = await openTrunk(squeezenet, {
      channels: [64, 128, 256, 384, 384, 512, 512],
      preprocessing: 'caffe-bgr',
    });
    expect(trunk.taps.map(({ value }) => value)).toEqual([
      'conv1_2',
      ...[3, 5, 6, 7, 8, 9].map((fire) => `fire${fire}/concat_1`),
    ]);
    const distance = await openDistance(`lpips:${squeezenet},${weightsPath}`, { preprocessing: 'caffe-bgr' });
    const reference = await pixels('lpips/ex_ref.png');
    const values: number[] = [];
    for (const [path] of published)
      values.push((await measure(distance, reference, await pixels(path), [1, 3, 64, 64])).values[0]!);
    expect(values[0]).toBeGreaterThan(1.5 * values[1]!);
    await expect(openDistance(`lpips:${squeezenet},${sharedPath('lpips/weights/v0.1/alex.pth')}`)).rejects.toThrow(
      /^No layers of squeezenet1\.1\.onnx fit weights for 64, 192, 384, 256, 256 channels; it has conv1_2 \(64\), /,
    );
  });
});

describe('a graph of two pictures', () => {
  /** A graph whose score is the mean over `axes` of what `build` makes of the pictures "a" and "b", and a root or `last` op of it. */
  const scoreGraph = (
    shape: readonly (number | string)[],
    axes: readonly number[],
    build: (graph: GraphBuilder) => string,
    last = 'Sqrt',
  ) => {
    const graph = new GraphBuilder();
    for (const name of ['a', 'b']) graph.input(name, 'float32', shape);
    const values = build(graph);
    const list = graph.initializer('int64', [axes.length], toBytes(hostTensor(axes, [axes.length], 'int64')));
    const [mean] = graph.node('ReduceMean', [values, list], { keepdims: 0 });
    graph.node(last, [mean!], {}, ['score']);
    graph.output('score', 'float32', ['N']);
    return graph.encode(18);
  };

  /** Root of the mean squared difference, as a graph with a bare root. */
  const rootGraph = (shape: readonly (number | string)[], axes: readonly number[]) =>
    scoreGraph(shape, axes, (graph) => {
      const [delta] = graph.node('Sub', ['a', 'b']);
      return graph.node('Mul', [delta!, delta!])[0]!;
    });
  const [x, y] = [waves(8, 8), waves(8, 8, true)];
  const rmse = Math.sqrt(x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0) / x.length);

  test('sees pixels from -1 to 1 unless another range is asked for, and its convention says so', async () => {
    const bytes = rootGraph(['N', 3, 'H', 'W'], [1, 2, 3]);
    const usual = await openGraphDistance('root', bytes);
    expect((await measure(usual, x, y, [1, 3, 8, 8])).values[0]! / (2 * rmse)).toBeCloseTo(1, 5);
    expect(usual.convention.colour).toContain('pixels from -1 to 1, taken as usual: its file does not say');
    const asked = await openGraphDistance('root', bytes, { range: [0, 255] });
    expect((await measure(asked, x, y, [1, 3, 8, 8])).values[0]! / (255 * rmse)).toBeCloseTo(1, 5);
    await expect(openGraphDistance('root', bytes, { range: [1, -1] })).rejects.toThrow(/the lower first/);
  });

  test('has finite slopes for equal pictures though it takes a bare root', async () => {
    const distance = await openGraphDistance('root', rootGraph(['N', 3, 'H', 'W'], [1, 2, 3]));
    const { values, slopes } = await measure(distance, x, x, [1, 3, 8, 8]);
    expect(values[0]).toBeCloseTo(0, 8);
    for (const slope of slopes) expect(slope.every(Number.isFinite)).toBe(true);
  });

  test('is asked for each pair where it gives one number for a whole batch', async () => {
    const distance = await openGraphDistance('root', rootGraph([1, 3, 8, 8], [0, 1, 2, 3]));
    const { values } = await measure(distance, joined(x, x), joined(y, x), [2, 3, 8, 8]);
    expect(values[0]! / (2 * rmse)).toBeCloseTo(1, 5);
    expect(values[1]).toBeCloseTo(0, 8);
  });

  test('is run once: its symmetry is measured, and similarities are refused', async () => {
    const shape = ['N', 3, 'H', 'W'];
    expect((await openGraphDistance('root', rootGraph(shape, [1, 2, 3]))).convention.symmetric).toBe(true);
    // |a - b| a: the darker the first picture, the less.
    const uneven = scoreGraph(
      shape,
      [1, 2, 3],
      (graph) => {
        const [delta] = graph.node('Abs', [graph.node('Sub', ['a', 'b'])[0]!]);
        return graph.node('Mul', [delta!, 'a'])[0]!;
      },
      'Abs',
    );
    expect((await openGraphDistance('uneven', uneven, { range: [0, 1] })).convention.symmetric).toBe(false);
    const product = scoreGraph(shape, [1, 2, 3], (graph) => graph.node('Mul', ['a', 'b'])[0]!, 'Abs');
    await expect(openGraphDistance('product', product)).rejects.toThrow(
      /^the network gives 0\.\d+ for two equal pictures and 0\.\d+ for two unlike ones; a distance gives 0, and more\.$/,
    );
  });

  test('is refused where it has other inputs or gives no score', async () => {
    await expect(openGraphDistance('n', rootGraph(['N', 3, 8, 8], [2, 3]))).rejects.toThrow(
      'the network gives float32 [1, 3] for two pictures; a distance is one number.',
    );
    const path = fileOf('one.onnx', smallNetwork());
    await expect(openDistance(path)).rejects.toThrow(/^one\.onnx takes one picture, not two; .*lpips:one\.onnx/);
    await expect(openGraphDistance('n', rootGraph(['N', 5, 8, 8], [1, 2, 3]))).rejects.toThrow(
      /^A distance is a graph of two pictures of one shape and one score; the network has inputs "a" \[N, 5, 8, 8\], "b"/,
    );
  });
});

describe('DISTS', () => {
  const channels = vggStages.map((stage) => stage.at(-1)!);
  const total = 3 + channels.reduce((a, b) => a + b);
  const alpha = Float32Array.from(sines(total, 0.3), (value) => 0.1 + Math.abs(value));
  const beta = Float32Array.from(sines(total, 0.7), (value) => 0.1 + Math.abs(value));
  const open = async () => {
    const trunk = await openTrunk(smallVgg(), { preprocessing: 'imagenet', replace: l2InsteadOfMax });
    return distsOf('dists', trunk, partWeights({ alpha, beta }, channels));
  };

  /*
   * Values and slopes of a PyTorch 1.13 module of the paper's (float64, run by hand): the same convolutions, pooling by the root of
   * squares convolved with the Hann window, means and covariances, the same weights over their sum; slopes as the sum of their
   * magnitudes. At 37 x 41 pools of odd sides count.
   */
  test.each([
    [48, 48, 0.005494473863, 14.1051343],
    [37, 41, 0.02510280202, 6.62684063],
  ])('is that of a second implementation at %i x %i', async (h, w, value, slope) => {
    const distance = await open();
    const { values, slopes } = await measure(distance, waves(h, w), waves(h, w, true), [1, 3, h, w]);
    expect(values[0]! / value).toBeCloseTo(1, 3);
    expect(slopes[0]!.reduce((sum, v) => sum + Math.abs(v), 0) / slope).toBeCloseTo(1, 3);
  });

  test('is 0 with finite slopes for equal pictures, symmetric, and per picture', async () => {
    const distance = await open();
    const [x, y] = [waves(20, 20), waves(20, 20, true)];
    const { values, slopes } = await measure(distance, joined(x, x, y), joined(x, y, x), [3, 3, 20, 20]);
    expect(values[0]).toBeCloseTo(0, 6);
    expect(values[1]).toBeGreaterThan(1e-3);
    expect(values[2]! / values[1]!).toBeCloseTo(1, 3);
    for (const slope of slopes) expect(slope.every(Number.isFinite)).toBe(true);
    const black = new Float32Array(1200);
    const dark = await measure(distance, black, black, [1, 3, 20, 20]);
    for (const slope of dark.slopes) expect(slope.every(Number.isFinite)).toBe(true);
  });

  test('slopes are those of central differences', async () => {
    expect(slopeRatio(await open(), [1, 3, 16, 16], waves(16, 16), waves(16, 16, true))).toBeCloseTo(1, 4);
  });

  test('pools lengths: roots of squares weighted by 1 2 1 in both directions over 16, zeros outside', () => {
    // 1 to 15 in three rows: by hand, ((4·1 + 2·4 + 2·36 + 49) / 16)^½ first.
    const x = input('x', [1, 1, 3, 5]);
    const [pooled] = interpret([l2Pool(x)], {
      x: hostTensor(
        Float64Array.from({ length: 15 }, (_, i) => i + 1),
        [1, 1, 3, 5],
      ),
    });
    expect(pooled!.shape).toEqual([1, 1, 2, 3]);
    expect(pooled!.data[0]).toBeCloseTo(Math.sqrt((4 * 1 + 2 * 4 + 2 * 36 + 49) / 16), 10);
    const middle = [1, 2, 1, 2, 4, 2, 1, 2, 1].reduce((sum, w, i) => {
      const [row, column] = [Math.floor(i / 3), i % 3];
      const value = row === 2 ? 0 : (row + 1) * 5 + column + 2;
      return sum + w * value ** 2;
    }, 0);
    expect(pooled!.data[4]).toBeCloseTo(Math.sqrt(middle / 16), 10);
  });

  test('opens by network and weights, and refuses what does not fit', async () => {
    const network = fileOf('vgg.onnx', smallVgg());
    const tensors = (a: Float32Array, b: Float32Array) =>
      encodeTensors({
        tensors: { alpha: { data: a, shape: [1, a.length, 1, 1] }, beta: { data: b, shape: [1, b.length, 1, 1] } },
        metadata: {},
      });
    const weights = fileOf('dists.safetensors', tensors(alpha, beta));
    const distance = await openDistance(`dists:${network},${weights}`, { preprocessing: 'imagenet' });
    const { values } = await measure(distance, waves(37, 41), waves(37, 41, true), [1, 3, 37, 41]);
    expect(values[0]! / 0.02510280202).toBeCloseTo(1, 3);
    const short = fileOf('short.safetensors', tensors(alpha.slice(1), beta.slice(1)));
    await expect(openDistance(`dists:${network},${short}`)).rejects.toThrow(
      "The weights are for 40 channels; the picture and the trunk's layers have 3 + 4 + 6 + 8 + 10 + 10 = 41: take the network that they were made for, or name its layers.",
    );
    const negative = fileOf(
      'negative.safetensors',
      tensors(
        alpha.map((v) => -v),
        beta,
      ),
    );
    await expect(openDistance(`dists:${network},${negative}`)).rejects.toThrow(/negative\.safetensors holds negative/);
    const dense = fileOf('dense.onnx', smallVgg({ stride: 1 }));
    await expect(openDistance(`dists:${dense},${weights}`)).rejects.toThrow(
      'DISTS replaces max pools that halve a picture; the trunk has one of strides 1, 1.',
    );
  });
});

describe('openDistance', () => {
  test('knows the names of the registry', async () => {
    expect((await openDistance('ssim')).name).toBe('ssim');
  });

  test('reads linear weights of any kind of file', async () => {
    const network = fileOf('trunk.onnx', smallVgg());
    const layer = (size: number, value: number) => ({
      data: new Float32Array(size).fill(value),
      shape: [1, size, 1, 1],
    });
    const weights = fileOf(
      'lin.safetensors',
      encodeTensors({
        // Not in their order, and beside others.
        tensors: { 'lin1.model.1.weight': layer(6, 3), 'lin0.model.1.weight': layer(4, 2), 'net.bias': layer(9, 1) },
        metadata: {},
      }),
    );
    const weighted = await openDistance(`lpips:${network},${weights}`);
    expect(weighted.source).toContain('layers relu1_2, relu2_2');
    const plain = await openDistance(`lpips:${network}`, { layers: ['relu1_2'] });
    const second = await openDistance(`lpips:${network}`, { layers: ['relu2_2'] });
    const value = async (distance: Distance) =>
      (await measure(distance, waves(16, 16), waves(16, 16, true), [1, 3, 16, 16])).values[0]!;
    expect((await value(weighted)) / (2 * (await value(plain)) + 3 * (await value(second)))).toBeCloseTo(1, 5);
  });

  test.each([
    ['lpips2', /^There is no distance "lpips2"; there are l0, .*lpips, lpips:NETWORK\.onnx, .*onnx:DISTANCE\.onnx\.$/],
    ['lpips:', /^There is no distance "lpips:"/],
    ['lpips:nowhere.onnx', /^Cannot read nowhere\.onnx: there is no such file\.$/],
    ['lpips:zoo:nothing', /^There is no embedded model "nothing"; there are .*cifar10-standard/],
    ['lpips:zoo:cifar10-standard,nowhere.pth', /^Cannot read nowhere\.pth: there is no such file\.$/],
    [
      'lpips:net.onnx,weights.bin',
      /^"weights\.bin" in "lpips:net\.onnx,weights\.bin" is no file of weights: expected one that ends in \.pth/,
    ],
    ['dists', /^dists needs a network and weights: dists:VGG16\.onnx,WEIGHTS\.pt; got "dists"\.$/],
    ['dists:zoo:cifar10-standard', /^dists needs a network and weights/],
    ['nowhere.onnx', /^Cannot read nowhere\.onnx: there is no such file\.$/],
    ['onnx', /^There is no distance "onnx"/],
  ])('answers "%s" in a sentence', async (spec, message) => {
    await expect(openDistance(spec)).rejects.toThrow(message);
  });

  test('refuses files of another kind, weights of another metric, and options that do not belong', async () => {
    const network = fileOf('net.onnx', smallNetwork());
    const text = fileOf('text.pth', new TextEncoder().encode('not weights'));
    const other = fileOf(
      'other.safetensors',
      encodeTensors({ tensors: { bias: { data: Float32Array.of(1), shape: [1] } }, metadata: {} }),
    );
    await expect(openDistance(`lpips:${text}`)).rejects.toThrow(/^Expected an ONNX model, got/);
    await expect(openDistance(`lpips:${network},${text}`)).rejects.toThrow(/^text\.pth holds no weights: expected/);
    await expect(openDistance(`lpips:${network},${other}`)).rejects.toThrow(
      'other.safetensors holds no weights of LPIPS (lin0.model.1.weight, lin1…); it has bias.',
    );
    await expect(openDistance(`dists:${network},${other}`)).rejects.toThrow(
      /^other\.safetensors holds no weights of DISTS/,
    );
    await expect(openDistance('ssim', { range: [0, 1] })).rejects.toThrow('"ssim" has no option range; it has none.');
    await expect(openDistance('lpips', { layers: ['nowhere'] })).rejects.toThrow(
      /^The graph has no value "nowhere"; its values are /,
    );
    await expect(openDistance('lpips', { layers: ['pool'] })).rejects.toThrow(
      '"pool" of cifar10-standard.onnx is no feature map: its shape is [1, 128].',
    );
    await expect(openDistance('lpips', { input: 'z' })).rejects.toThrow(/has no picture input "z"; its inputs are x\./);
  });
});
