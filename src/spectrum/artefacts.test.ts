/** @file Predicted patterns against counts, and measured ones in networks of one strided layer. */
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { stridedNetwork } from '../../test/support/strided.ts';
import { loadModel } from '../model/load-model.ts';
import { GraphBuilder } from '../onnx/file/graph-builder.ts';
import { encodeModel, parseModel } from '../onnx/file/parse-model.ts';
import { hostTensor, toBytes } from '../tensor/host.ts';
import { relu } from '../tensor/ops/activation.ts';
import { add } from '../tensor/ops/arithmetic.ts';
import { ones } from '../tensor/ops/basic.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maxPool } from '../tensor/ops/max-pool.ts';
import { input, type Tensor } from '../tensor/tensor.ts';
import { measureArtefacts, pathOf, predictArtefacts } from './artefacts.ts';
import { filePath } from './file-path.ts';
import { phaseEnergies } from './phase-energy.ts';

const device = await openRuntime('cpu');

async function found(network: Parameters<typeof stridedNetwork>[0]) {
  await using model = await loadModel(stridedNetwork(network), { preprocessing: 'none' });
  const prediction = await predictArtefacts(pathOf(model), model.device);
  return { prediction, ...(await measureArtefacts(model, prediction, { noise: 16 })) };
}

describe('a random convolution', () => {
  it.each([
    [3, [4, 2, 2, 1]],
    [5, [9, 6, 6, 4]],
  ])('of kernel %i and stride 2 draws energies by phase as counts say, within a tenth', async (kernel, counts) => {
    const { prediction, periods } = await found({ kernel, stride: 2, pad: (kernel - 1) / 2, channels: 384 });
    const [{ predicted, measured, holds, words }] = periods as [(typeof periods)[0]];
    const mean = counts.reduce((a, b) => a + b) / 4;
    const sorted = (energies: readonly (readonly number[])[]) => energies.flat().sort((a, b) => b - a);
    for (const [i, energy] of sorted(predicted.energies).entries()) expect(energy).toBeCloseTo(counts[i]! / mean, 5);
    // Phase by phase: the same place has the count and the energy.
    for (const [at, energy] of measured.energies.flat().entries())
      expect(Math.abs(energy / predicted.energies.flat()[at]! - 1)).toBeLessThan(0.1);
    expect(holds, words).toBe(true);
    expect(prediction.layers[0]).toMatchObject({ kind: 'conv', even: false, inputPeriod: [2, 2], from: [32, 32] });
  });

  it('whose kernel is a multiple of the stride draws none', async () => {
    const { prediction, periods } = await found({ kernel: 4, stride: 2, channels: 384 });
    const [{ predicted, measured, holds, correlation, words }] = periods as [(typeof periods)[0]];
    // Every pixel is under two rows and two columns of windows: four paths, whichever its phase.
    for (const energy of predicted.energies.flat()) expect(energy).toBeCloseTo(1, 5);
    // Energies of 384 random kernels: within a tenth of each other, as an uneven kernel's (4 : 1) never are.
    for (const energy of measured.energies.flat()) expect(Math.abs(energy - 1)).toBeLessThan(0.05);
    expect([holds, correlation], words).toEqual([true, undefined]);
    expect(words).toContain('no phase is predicted to stand out');
    expect(prediction.layers[0]!.even).toBe(true);
  });

  it('whose kernel is a multiple of the stride fails the prediction once one phase of its weights is twice as strong', async () => {
    const bytes = stridedNetwork({ kernel: 4, stride: 2, channels: 384 });
    const file = parseModel(bytes);
    const weight = file.graph!.initializer.find(({ dims }) => dims.length === 4)!;
    const values = new Float32Array(Uint8Array.from(weight.rawData).buffer);
    // Elements of even rows and columns send to the pixels of one phase alone.
    weight.rawData = new Uint8Array(
      values.map((value, at) => (at % 2 === 0 && Math.floor(at / 4) % 2 === 0 ? 2 * value : value)).buffer,
    );
    await using model = await loadModel(encodeModel(file), { preprocessing: 'none' });
    const prediction = await predictArtefacts(pathOf(model), model.device);
    const [period] = (await measureArtefacts(model, prediction, { noise: 16 })).periods;
    expect(period!.predicted.ratio).toBeCloseTo(1, 5);
    expect(period!.measured.ratio).toBeGreaterThan(3);
    expect(period!.holds, period!.words).toBe(false);
  });
});

describe('a max pooling', () => {
  it('with overlapping windows draws its period too, and with windows side by side none', async () => {
    const uneven = (await found({ kernel: 3, stride: 2, op: 'MaxPool', channels: 16, relu: false })).periods[0]!;
    expect(uneven.holds, uneven.words).toBe(true);
    expect(uneven.correlation).toBeGreaterThan(0.9);
    const even = (await found({ kernel: 2, stride: 2, pad: 0, op: 'MaxPool', channels: 16, relu: false })).periods[0]!;
    expect(even.predicted.ratio).toBeCloseTo(1, 5);
    expect(even.measured.ratio).toBeLessThan(1.15);
  });
});

describe('the map of a whole path', () => {
  const x = input('x', [1, 3, 32, 32]);
  const w = (k: number, c: number, size: number) => ones([k, c, size, size]);
  const mapsOf = async (output: Tensor) => predictArtefacts({ source: x, output, describe: () => undefined }, device);

  it("is the product of the layers' own overlaps, counted by a loop", async () => {
    const first = relu(conv(x, w(8, 3, 3), undefined, { strides: 2, pads: 1 }));
    const { maps, layers } = await mapsOf(maxPool(first, [3, 3], { strides: [2, 2] }));
    expect(layers.map(({ inputPeriod }) => inputPeriod)).toEqual([
      [2, 2],
      [4, 4],
    ]);
    // Along an axis: from each of 7 places of the output back through 3 places of the 16, and 3 pixels each.
    const along = new Float64Array(32);
    for (let o = 0; o < 7; o++)
      for (let t = 0; t < 3; t++)
        for (let u = 0; u < 3; u++) {
          const at = (2 * o + t) * 2 - 1 + u;
          if (at >= 0 && at < 32) along[at]!++;
        }
    const mean = along.reduce((a, b) => a + b) / 32;
    for (let y = 0; y < 32; y++)
      for (let z = 0; z < 32; z++)
        expect(maps.input!.data[y * 32 + z]).toBeCloseTo((along[y]! * along[z]!) / mean ** 2, 4);
  });

  it('adds the branches of a sum', async () => {
    const straight = conv(x, w(4, 3, 1), undefined, { strides: 2 });
    const long = conv(x, w(4, 3, 2), undefined, { strides: 2 });
    const {
      input: [phases],
    } = await mapsOf(add(straight, long));
    // Each branch hands on one unit a place: the first to one pixel of four, the second a quarter to each.
    expect(phases!.energies.flat().map((v) => Number(v.toFixed(5)))).toEqual([2.5, 0.5, 0.5, 0.5]);
  });
});

it('follows a generator forwards: transposed convolutions paint as Odena et al. say, resizing evenly', async () => {
  const generator = (op: 'ConvTranspose' | 'Resize', kernel: number) => {
    const graph = new GraphBuilder();
    graph.input('z', 'float32', [1, 4, 8, 8]);
    const values = (shape: number[]) =>
      graph.initializer(
        'float32',
        shape,
        toBytes(hostTensor(new Float64Array(shape.reduce((a, b) => a * b)).fill(0.1), shape)),
      );
    if (op === 'ConvTranspose')
      graph.node(op, ['z', values([4, 3, kernel, kernel])], { kernel_shape: [kernel, kernel], strides: [2, 2] }, [
        'image',
      ]);
    else {
      const scales = graph.initializer('float32', [4], toBytes(hostTensor([1, 1, 2, 2])));
      const [large] = graph.node(op, ['z', '', scales], { mode: kernel === 1 ? 'nearest' : 'linear' });
      graph.node('Conv', [large!, values([3, 4, 3, 3])], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }, ['image']);
    }
    const side = op === 'Resize' ? 16 : 14 + kernel;
    graph.output('image', 'float32', [1, 3, side, side]);
    return graph.encode(18);
  };
  const outputOf = async (bytes: Uint8Array) => predictArtefacts(filePath(parseModel(bytes), bytes), device);
  const uneven = await outputOf(generator('ConvTranspose', 3));
  expect(uneven.output[0]!.ratio).toBeCloseTo(4, 5);
  expect(uneven.layers[0]).toMatchObject({ kind: 'convTranspose', shrinks: false, outputPeriod: [2, 2] });
  expect((await outputOf(generator('ConvTranspose', 4))).output[0]!.ratio).toBeCloseTo(1, 5);
  for (const mode of [1, 2]) {
    const resized = await outputOf(generator('Resize', mode));
    expect(resized.output[0]!.ratio).toBeCloseTo(1, 5);
    expect(resized.layers).toHaveLength(1);
    expect(resized.layers[0]).toMatchObject({ kind: 'resize', stride: [2, 2], from: [8, 8], to: [16, 16] });
  }
});

it('reads phases of a map that is made by hand', () => {
  const data = Float64Array.from({ length: 64 }, (_, at) => 1 + (at % 2) + 2 * (Math.floor(at / 8) % 2));
  const { energies, ratio } = phaseEnergies({ data, height: 8, width: 8 }, [2, 2]);
  expect(energies.flat()).toEqual([1, 2, 3, 4].map((v) => v / 2.5));
  expect(ratio).toBe(4);
});
