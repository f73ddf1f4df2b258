/** @file Spectra of gradients: lines of synthetic strided networks, the layer that brings them, random twins, and trained networks. */
import { describe, expect, test } from 'vitest';
import { cifar10Test } from '../../test/support/cifar10.ts';
import { linearNetwork } from '../../test/support/network.ts';
import { planeWave, whiteNoise } from '../../test/support/picture-noise.ts';
import { hasSharedData } from '../../test/support/shared-data.ts';
import { stridedNetwork } from '../../test/support/strided.ts';
import { loadModel } from '../model/load-model.ts';
import { GraphBuilder } from '../onnx/file/graph-builder.ts';
import { hostTensor, toBytes } from '../tensor/host.ts';
import { gradientSpectrum, type LayerSpectrum, layerSpectra, lineOrigins } from './gradient-spectrum.ts';
import { spectralLines } from './lines.ts';
import type { PowerSpectrum } from './power-spectrum.ts';
import { highShare } from './radial.ts';
import { randomTwin } from './random-twin.ts';
import { SpectrumError } from './spectrum-error.ts';

const noise = Array.from({ length: 16 }, (_, i) => whiteNoise([1, 3, 32, 32], 0.2, i + 1).map((v) => 0.5 + v));
const lineOf = (spectrum: PowerSpectrum) => spectralLines(spectrum, [2])[0]!.index;
const plain = { preprocessing: 'none' } as const;

test('a linear network has the spectrum of its weights as that of its gradient, for any picture', async () => {
  const wave = planeWave(16, 16, 2, 3);
  await using model = await loadModel(linearNetwork([...wave, ...wave, ...wave], 0.1), plain);
  const { power, pictures } = await gradientSpectrum(
    model,
    [1, 2].map((seed) => whiteNoise([1, 3, 16, 16], 0.1, seed)),
  );
  expect(pictures).toBe(2);
  expect(power[(8 + 2) * 16 + 8 + 3]).toBeCloseTo(0.5, 5);
  expect(power[(8 - 2) * 16 + 8 - 3]).toBeCloseTo(0.5, 5);
});

test('a stride of 2 with kernels of 3 draws lines of period 2 into gradients, and its twin without stride none', async () => {
  await using strided = await loadModel(stridedNetwork({ kernel: 3, stride: 2 }), plain);
  await using even = await loadModel(stridedNetwork({ kernel: 3, stride: 1, channels: 64 }), plain);
  const [lines, none] = [await layerSpectra(strided, noise), await layerSpectra(even, noise)];
  expect(lineOf(lines[0]!.spectrum)).toBeGreaterThan(5);
  expect(lineOf(none[0]!.spectrum)).toBeLessThan(2);
  // Lines are what places add up to: one unit's gradient is a kernel, somewhere.
  expect(lineOf(lines[0]!.units)).toBeLessThan(2);
  expect(lineOrigins(lines, [2])).toMatchObject([{ period: 2, layer: lines[0]!.layer }]);
  expect(lineOrigins(none, [2])).toEqual([]);
});

test('single units of a convolution have the spectrum of its kernel, whatever the picture', async () => {
  const graph = new GraphBuilder();
  graph.input('picture', 'float32', ['N', 3, 32, 32]);
  // The difference of neighbours across, of each colour.
  const weight = graph.initializer('float32', [3, 1, 1, 2], toBytes(hostTensor([1, -1, 1, -1, 1, -1], [3, 1, 1, 2])));
  graph.node('Conv', ['picture', weight], { kernel_shape: [1, 2], group: 3 }, ['differences']);
  graph.node(
    'ReduceMean',
    ['differences', graph.initializer('int64', [2], toBytes(hostTensor([2, 3], [2], 'int64')))],
    { keepdims: 0 },
    ['scores'],
  );
  graph.output('scores', 'float32', ['N', 3]);
  await using model = await loadModel(graph.encode(18), plain);
  const [{ units, spectrum }] = (await layerSpectra(model, [...noise, ...noise, ...noise, ...noise])) as [
    LayerSpectrum,
  ];
  // By columns of frequency k: 4 sin²(πk / 32) as a share of its sum of 64.
  const columnsOf = ({ power }: PowerSpectrum) =>
    Array.from({ length: 32 }, (_, x) =>
      Array.from({ length: 32 }, (_row, y) => power[y * 32 + x]!).reduce((a, b) => a + b),
    );
  for (const [x, share] of columnsOf(units).entries())
    expect(share).toBeCloseTo((4 * Math.sin((Math.PI * (x - 16)) / 32) ** 2) / 64, 2);
  // The sum of squares has the picture's noise in it, filtered twice: sin⁴, whose mean is 3 / 8.
  expect(columnsOf(spectrum)[0]).toBeCloseTo(16 / (16 * 32 * (3 / 8)), 2);
});

describe('of 40 layers, all of kernel 1 but one that averages 3 x 3 with stride 2', () => {
  const deep = (strided: number) => {
    const graph = new GraphBuilder();
    graph.input('picture', 'float32', ['N', 3, 32, 32]);
    let last = 'picture';
    for (let layer = 0; layer < 40; layer++) {
      const k = layer === strided ? 3 : 1;
      const values = Float64Array.from(
        { length: 9 * k * k },
        (_, at) => Number(Math.floor(at / k / k) % 4 === 0) / (k * k),
      );
      const weight = graph.initializer('float32', [3, 3, k, k], toBytes(hostTensor(values, [3, 3, k, k])));
      const window = {
        kernel_shape: [k, k],
        strides: k === 3 ? [2, 2] : [1, 1],
        pads: k === 3 ? [1, 1, 1, 1] : [0, 0, 0, 0],
      };
      last = graph.node('Conv', [last, weight], window, [`layer${layer}`])[0]!;
    }
    graph.node(
      'ReduceMean',
      [last, graph.initializer('int64', [2], toBytes(hostTensor([2, 3], [2], 'int64')))],
      { keepdims: 0 },
      ['scores'],
    );
    graph.output('scores', 'float32', ['N', 3]);
    return graph.encode(18);
  };

  test.each([11, 12])('lines are found to come with place %i, whether or not it is among 16', async (strided) => {
    await using model = await loadModel(deep(strided), plain);
    const layers = await layerSpectra(model, noise.slice(0, 8));
    expect(lineOrigins(layers, [2])).toMatchObject([{ layer: `Conv#${strided + 1}`, after: undefined }]);
    expect(layers.map(({ place }) => place)).toEqual(
      [...new Set(layers.map(({ place }) => place))].sort((a, b) => a - b),
    );
    expect(layers.length).toBeLessThan(22);
  });

  test('a limit leaves the layers unnamed between which they come', async () => {
    await using model = await loadModel(deep(12), plain);
    const layers = await layerSpectra(model, noise.slice(0, 8), { most: 5 });
    expect(layers.map(({ place }) => place)).toEqual([0, 10, 20, 30, 40]);
    expect(lineOrigins(layers, [2])).toMatchObject([{ after: 'Conv#11', layer: 'Conv#21' }]);
  });
});

describe('a random twin', () => {
  const bytes = stridedNetwork({ kernel: 3, stride: 2, channels: 8 });

  test('has the shapes and deviations of its model and other weights, the same for a seed', async () => {
    await using model = await loadModel(bytes, plain);
    const [twin, again, other] = [randomTwin(model, 3), randomTwin(model, 3), randomTwin(model, 4)];
    expect(twin).toEqual(again);
    expect(twin).not.toEqual(other);
    await using random = await loadModel(twin, plain);
    for (const [i, { name, dims, rawData }] of model.file.graph!.initializer.entries()) {
      const drawn = random.file.graph!.initializer[i]!;
      expect([drawn.name, drawn.dims]).toEqual([name, dims]);
      const floats = (data: Uint8Array) => new Float32Array(Uint8Array.from(data).buffer);
      const [a, b] = [floats(rawData), floats(drawn.rawData)];
      const deviation = (values: Float32Array) => {
        const mean = values.reduce((x, y) => x + y, 0) / values.length;
        return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
      };
      expect(a).not.toEqual(b);
      expect(deviation(b) / deviation(a)).toBeCloseTo(1, 0.8);
    }
    const [x] = noise;
    expect(await random.predict(x!, 1)).not.toEqual(await model.predict(x!, 1));
  });

  test('has other weights also where these are reshaped before they are used', async () => {
    const graph = new GraphBuilder();
    graph.input('picture', 'float32', ['N', 3, 4, 4]);
    const weight = graph.initializer(
      'float32',
      [3, 16, 5],
      toBytes(
        hostTensor(
          Float64Array.from({ length: 240 }, (_, i) => Math.sin(i)),
          [3, 16, 5],
        ),
      ),
    );
    const shape = (dims: number[]) =>
      graph.initializer('int64', [dims.length], toBytes(hostTensor(dims, [dims.length], 'int64')));
    const flat = graph.node('Reshape', ['picture', shape([-1, 48])], {}, ['flat'])[0]!;
    const matrix = graph.node('Reshape', [weight, shape([48, 5])], {}, ['matrix'])[0]!;
    graph.node('MatMul', [flat, matrix], {}, ['scores']);
    graph.output('scores', 'float32', ['N', 5]);
    await using model = await loadModel(graph.encode(18), plain);
    await using random = await loadModel(randomTwin(model), plain);
    const [own, drawn] = [model, random].map(
      ({ file }) => file.graph!.initializer.find(({ dims }) => dims.length === 3)!,
    );
    expect(drawn!.rawData).not.toEqual(own!.rawData);
  });

  test('is refused where there are no weights, in a sentence', async () => {
    await using model = await loadModel(bytes, plain);
    const graph = { ...model.file.graph!, node: [] };
    expect(() => randomTwin({ name: 'nothing', file: { ...model.file, graph } })).toThrow(SpectrumError);
  });
});

describe.skipIf(!hasSharedData)('on CIFAR-10 (needs the shared data)', () => {
  test('gradients of a standard network are of high frequencies, those of a robust one are not', async () => {
    const { images } = await cifar10Test(48);
    await using standard = await loadModel('zoo:cifar10-standard');
    await using robust = await loadModel('zoo:cifar10-robust');
    expect(highShare(await gradientSpectrum(standard, images))).toBeGreaterThan(0.6);
    expect(highShare(await gradientSpectrum(robust, images))).toBeLessThan(0.35);
  });

  test('lines are the architecture: in a random twin they stand out, and training takes them away', async () => {
    const { images } = await cifar10Test(48);
    await using model = await loadModel('zoo:cifar10-standard');
    await using twin = await loadModel(randomTwin(model), { preprocessing: model.preprocessing });
    expect(lineOf(await gradientSpectrum(twin, images))).toBeGreaterThan(5);
    expect(lineOf(await gradientSpectrum(model, images))).toBeLessThan(2.5);
  });
});
