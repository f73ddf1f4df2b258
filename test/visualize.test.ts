/** @file Drawings: what is known of them in closed form, that they rise, are seeded, and say what was wrong. */
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { loadModel } from '../src/model/load-model.ts';
import { GraphBuilder } from '../src/onnx/file/graph-builder.ts';
import { openDenoiser } from '../src/prior/denoiser.ts';
import { boundary, l1From, l2From, roughness, variation } from '../src/prior/penalties.ts';
import { rawPixels } from '../src/prior/pixels.ts';
import { openPrior } from '../src/prior/prior-named.ts';
import { randomStream } from '../src/random/random-stream.ts';
import { compile } from '../src/runtime/compile.ts';
import { hostTensor, toBytes } from '../src/tensor/host.ts';
import { crops } from '../src/transform/crops.ts';
import { jitter } from '../src/transform/jitter.ts';
import { openDenoiserPrior } from '../src/visualize/denoiser-prior.ts';
import { activations, percentileOf } from '../src/visualize/evidence.ts';
import { weightedSum } from '../src/visualize/objectives/objective.ts';
import { diversity } from '../src/visualize/objectives/together.ts';
import { channel, classScore } from '../src/visualize/objectives/unit.ts';
import { slide } from '../src/visualize/slide.ts';
import { visualize } from '../src/visualize/visualize.ts';
import { unitFunction, visualizeWithoutGradients } from '../src/visualize/visualize-without-gradients.ts';
import { constantNetwork, linearNetwork, smallNetwork } from './support/network.ts';
import { hasSharedData, sharedPath } from './support/shared-data.ts';

const model = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'small' });
const size = [3, 16, 16] as const;

it('the best picture of a linear model in l2 is its weight vector', async () => {
  const w = Float64Array.from({ length: 768 }, (_, i) => Math.sin(3 * i + 1));
  await using linear = await loadModel(linearNetwork(w, 0), { preprocessing: 'none' });
  const picture = new Float32Array(768).fill(0.5);
  const { pictures } = await visualize(linear, classScore(1), {
    parameterisation: rawPixels(size),
    optimizer: 'steepest',
    start: picture,
    within: { norm: 'l2', epsilon: 2, picture },
    steps: 30,
    rate: 0.5,
  });
  const delta = pictures[0]!.map((v) => v - 0.5);
  const product = w.reduce((sum, v, i) => sum + v * delta[i]!, 0);
  expect(product / (Math.hypot(...w) * Math.hypot(...delta))).toBeGreaterThan(0.999);
  expect(Math.hypot(...delta)).toBeCloseTo(2, 1);
});

it('the rate falls evenly to nothing where that is asked for', async () => {
  const w = Float64Array.from({ length: 768 }, (_, i) => Math.cos(i) + 1.5);
  await using linear = await loadModel(linearNetwork(w, 0), { preprocessing: 'none' });
  const start = new Float32Array(768).fill(0.5);
  const draw = (decay: boolean) =>
    visualize(linear, classScore(1), { parameterisation: rawPixels(size), start, steps: 4, rate: 0.01, decay });
  // Adam moves by the whole rate where the gradient stays the same.
  for (const value of (await draw(false)).parameters) expect(value).toBeCloseTo(0.54, 5);
  for (const value of (await draw(true)).parameters) expect(value).toBeCloseTo(0.525, 5);
});

describe.each(['raw', 'pixels', 'fourier', 'laplacian', 'maco', 'cppn'])('through %s', (name) => {
  it('a channel rises, the same for the same seed', async () => {
    const options = {
      parameterisation: await openPrior(name, size),
      transform: jitter(1, [16, 16]),
      steps: 40,
      seed: 3,
    };
    const a = await visualize(model, channel('Relu#2', 4), options);
    const b = await visualize(model, channel('Relu#2', 4), options);
    const other = await visualize(model, channel('Relu#2', 4), { ...options, seed: 4 });
    expect(b).toEqual(a);
    expect(other.parameters).not.toEqual(a.parameters);
    expect(a.path).toHaveLength(41);
    expect(a.path.at(-1)!.objective).toBeGreaterThan(a.path[0]!.objective);
    expect(a.notes).toEqual([]);
    const [own] = await activations(model, channel('Relu#2', 4), a.pictures);
    expect(Math.abs(own! - a.path.at(-1)!.objective)).toBeLessThan(0.05 * Math.max(1, Math.abs(own!)));
  });
});

it('pictures that are drawn together differ more where that is asked for', async () => {
  const parameterisation = await openPrior('fourier', size);
  const options = { parameterisation, group: 3, steps: 60, seed: 1 };
  const unit = channel('Relu#2', 4);
  const [alike, different] = [
    await visualize(
      model,
      weightedSum([
        [unit, 1],
        [diversity('Relu#2'), 0],
      ]),
      options,
    ),
    await visualize(
      model,
      weightedSum([
        [unit, 1],
        [diversity('Relu#2'), 20],
      ]),
      options,
    ),
  ];
  const spread = async (pictures: readonly Float32Array[]) => {
    const program = await compile(
      ({ x }) => {
        const { see } = seen;
        return { value: diversity('Relu#2').value(see(model, x!, x!, { group: 3, viewCount: 1 })) };
      },
      { x: { shape: [3, 3, 16, 16], dtype: 'float32' } },
      { device: model.device },
    );
    const { value } = await program.run({ x: Float32Array.from(pictures.flatMap((one) => Array.from(one))) });
    return Number(value!.data[0]);
  };
  const seen = await import('../src/visualize/see.ts');
  expect(await spread(different.pictures)).toBeGreaterThan((await spread(alike.pictures)) + 0.01);
  expect(different.pictures).toHaveLength(3);
});

it('views, penalties, transparency, frames and a denoiser join in', async () => {
  const parameterisation = await openPrior('fourier', [3, 24, 24]);
  const drawn = await visualize(model, classScore(2), {
    parameterisation,
    transform: crops([24, 24], [16, 16], { views: 4 }),
    views: 4,
    penalties: [{ penalty: variation, weight: 1e-3 }],
    transparency: true,
    frameEvery: 5,
    steps: 20,
    optimizer: 'nadam',
    decay: true,
  });
  expect(drawn.frames).toHaveLength(5);
  expect(drawn.transparency![0]!.length).toBe(24 * 24);
  expect(Math.max(...drawn.transparency![0]!)).toBe(1);
  expect(Math.min(...drawn.transparency![0]!)).toBeGreaterThanOrEqual(0);
  expect(drawn.path[0]!.value).toBeLessThan(drawn.path[0]!.objective);
  const denoiser = await openDenoiser('zoo:cifar10-denoiser');
  const noisy = await visualize(model, classScore(2), {
    parameterisation: rawPixels(size),
    denoiser: { denoiser, weight: 0.05, gradientWeight: 0.02, noise: 0.01, annealed: true },
    rate: 1,
    steps: 30,
  });
  expect(noisy.path.at(-1)!.objective).toBeGreaterThan(noisy.path[0]!.objective);
  const smooth = await visualize(model, classScore(2), {
    parameterisation: rawPixels(size),
    denoiser: { denoiser, weight: 0.5, gradientWeight: 0, noise: 0, annealed: false },
    rate: 1,
    steps: 10,
  });
  const roughnessOf = (x: Float32Array) => x.reduce((sum, v, i) => sum + (i % 16 > 0 ? Math.abs(v - x[i - 1]!) : 0), 0);
  expect(roughnessOf(smooth.pictures[0]!)).toBeLessThan(0.5 * roughnessOf(noisy.pictures[0]!));
});

it.skipIf(!hasSharedData)("a transformer's channel rises where its token is, and elsewhere less", async () => {
  await using vit = await loadModel(sharedPath('models/cifar10/vit_pgd_2_3_16.onnx'), { preprocessing: 'cifar10' });
  const [own, other] = [channel('Add#7', 11, 1), channel('Add#7', 11, { which: [[2]] })];
  const parameterisation = await openPrior('fourier', [3, 32, 32]);
  const { pictures, path } = await visualize(vit, own, { parameterisation, steps: 60, seed: 1 });
  const [at] = await activations(vit, own, pictures);
  const [beside] = await activations(vit, other, pictures);
  expect(at).toBeGreaterThan(path[0]!.objective + 1);
  expect(at).toBeGreaterThan(beside! + 1);
});

it('says so where nothing rises', async () => {
  await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
  const { notes } = await visualize(constant, classScore(1), { parameterisation: rawPixels(size), steps: 3 });
  expect(notes).toEqual([
    'The gradient was exactly zero on the way: nothing leads on there. Where ReLUs are off, redirect leads past them.',
    'The activation did not rise.',
  ]);
});

it('refuses what cannot be meant', async () => {
  const draw = (options: object) => visualize(model, classScore(1), { parameterisation: rawPixels(size), ...options });
  await expect(draw({ steps: 0 })).rejects.toThrow('Steps must be a whole number of at least 1, got 0.');
  await expect(draw({ rate: 0 })).rejects.toThrow('The rate must be a positive number');
  await expect(draw({ start: new Float32Array(5) })).rejects.toThrow('The start has 5 numbers; 1 x 768 were expected.');
  await expect(draw({ parameterisation: rawPixels([1, 16, 16]) })).rejects.toThrow(
    'takes 3 channels; raw pixels draws 1',
  );
  await expect(draw({ penalties: [{ penalty: variation, weight: -1 }] })).rejects.toThrow('weight of tv');
  await expect(draw({ frameEvery: 0.5 })).rejects.toThrow('Steps between frames must be a whole number');
  await expect(draw({ redirect: -1 })).rejects.toThrow('Redirected steps must be a whole number');
  await expect(draw({ start: new Float32Array(768).fill(Number.NaN) })).rejects.toThrow('The start holds NaN');
  const within = { norm: 'l2', epsilon: 1, picture: new Float32Array(768) };
  await expect(draw({ within: { ...within, picture: new Float32Array(7) } })).rejects.toThrow(
    "The ball's picture has 7 values; 768 were expected.",
  );
  await expect(draw({ within: { ...within, epsilon: 0 } })).rejects.toThrow(
    'Epsilon must be a positive number, got 0.',
  );
  const parameterisation = await openPrior('fourier', size);
  await expect(draw({ within, parameterisation })).rejects.toThrow('A ball is of pixels');
  await expect(draw({ denoiser: await openDenoiserPrior(), parameterisation })).rejects.toThrow(
    'A denoiser moves pixels: it takes raw pixels, not fourier.',
  );
  await expect(openPrior('forier', size)).rejects.toThrow('There is no prior "forier"; there are raw');
});

it('slides from bare pixels to a generator, the unit risen everywhere', async () => {
  await using cifar = await loadModel('zoo:cifar10-robust');
  const places = await slide(cifar, classScore(7), { steps: 24, seed: 2 });
  expect(places.map(({ name }) => name)).toEqual([
    'bare pixels',
    'moved at each step',
    'smooth',
    'waves by 1 / f',
    'natural magnitudes',
    'denoised',
    'a generator',
  ]);
  for (const { drawing } of places) expect(drawing.path.at(-1)!.objective).toBeGreaterThan(drawing.path[0]!.objective);
});

it('slides without colour through what there is for it', async () => {
  const graph = new GraphBuilder();
  graph.input('picture', 'float32', ['N', 1, 16, 16]);
  const [flat] = graph.node('Flatten', ['picture']);
  const weights = hostTensor(
    Float64Array.from({ length: 512 }, (_, i) => Math.sin(i)),
    [256, 2],
  );
  graph.node('MatMul', [flat!, graph.initializer('float32', [256, 2], toBytes(weights))], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 2]);
  await using grey = await loadModel(graph.encode(18), { preprocessing: 'none' });
  const places = await slide(grey, classScore(1), { steps: 8 });
  expect(places.map(({ name }) => name)).toEqual([
    'bare pixels',
    'moved at each step',
    'smooth',
    'waves by 1 / f',
    'natural magnitudes',
  ]);
  const from = Float32Array.from({ length: 256 }, (_, i) => 0.5 + 0.3 * Math.sin(i / 9));
  const begun = await slide(grey, classScore(1), { steps: 4, from });
  const away = ({ start }: { start: Float32Array }) =>
    start.reduce((sum, v, i) => sum + Math.abs(v - from[i]!) / 256, 0);
  for (const place of begun.filter(({ name }) => name !== 'natural magnitudes')) expect(away(place)).toBeLessThan(0.01);
  // Magnitudes of photographs cannot be those of one wave.
  expect(away(begun.at(-1)!)).toBeLessThan(away(places.at(-1)!));
});

it('without gradients finds a picture that a class likes, through a generator', async () => {
  await using cifar = await loadModel('zoo:cifar10-robust');
  const parameterisation = await openPrior('generator', [3, 32, 32]);
  const unit = unitFunction(cifar, classScore(7));
  const options = { parameterisation, evaluations: 300, seed: 1 };
  const drawn = await visualizeWithoutGradients(unit, options);
  expect(drawn.value).toBeGreaterThan(drawn.path[0]! + 1);
  expect(drawn.evaluations).toBeGreaterThanOrEqual(300);
  expect((await unit(drawn.picture, 1))[0]).toBeCloseTo(drawn.value, 4);
  expect((await cifar.predictPlain(drawn.picture)).label).toBe(7);
  expect(await visualizeWithoutGradients(unit, options)).toEqual(drawn);
  await expect(visualizeWithoutGradients(() => [1], options)).rejects.toThrow('The unit gave 1 values for');
});

describe('penalties', () => {
  const value = async (penalty: typeof variation, x: Float32Array, shape: readonly number[]) => {
    const device = await openRuntime('cpu');
    const program = await compile(
      ({ pixels }) => ({ y: penalty.value(pixels!) }),
      { pixels: { shape, dtype: 'float32' } },
      { device },
    );
    return Number((await program.run({ pixels: x })).y!.data[0]);
  };
  const x = Float32Array.from({ length: 64 }, (_, i) => 0.5 + 0.4 * Math.sin(i));
  it('are what they are called', async () => {
    const shape = [1, 1, 8, 8];
    expect(await value(l1From(), x, shape)).toBeCloseTo(
      x.reduce((s, v) => s + Math.abs(v - 0.5), 0),
      4,
    );
    expect(await value(l2From(), x, shape)).toBeCloseTo(Math.hypot(...x.map((v) => v - 0.5)), 4);
    const flat = new Float32Array(64).fill(0.3);
    expect(await value(roughness, flat, shape)).toBeCloseTo(0, 8);
    // Of a frame of one pixel only the difference from grey is left of a flat picture.
    expect(await value(boundary(1), flat, shape)).toBeCloseTo(28 * 0.8 * 0.04, 4);
    const blurred = (p: number) => {
      const [row, column] = [Math.floor(p / 8), p % 8];
      let [sum, weights] = [0, 0];
      for (const dy of [-1, 0, 1])
        for (const dx of [-1, 0, 1]) {
          const [y, z] = [row + dy, column + dx];
          if (y < 0 || y > 7 || z < 0 || z > 7) continue;
          const weight = dy === 0 && dx === 0 ? 1 : 0.5;
          sum += weight * x[y * 8 + z]!;
          weights += weight;
        }
      return sum / weights;
    };
    expect(await value(roughness, x, shape)).toBeCloseTo(x.reduce((s, v, p) => s + (v - blurred(p)) ** 2, 0) / 2, 4);
  });
});

describe('crops', () => {
  const device = openRuntime('cpu');
  const apply = async (boxes: readonly number[], from: number, to: number, x: Float32Array) => {
    const views = boxes.length / 3;
    const { apply: crop } = crops([from, from], [to, to], { views });
    const program = await compile(
      ({ pixels, b }) => ({ y: crop(pixels!, { boxes: b! }) }),
      { pixels: { shape: [1, 1, from, from], dtype: 'float32' }, b: { shape: [1, views, 3], dtype: 'float32' } },
      { device: await device },
    );
    return (await program.run({ pixels: x, b: boxes })).y!.data as Float32Array;
  };
  const x = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));

  it('of the whole picture at its size are the picture, parts at their size are parts', async () => {
    const y = await apply([0, 0, 8, 0, 0, 8], 8, 8, x);
    for (let i = 0; i < 128; i++) expect(y[i]).toBeCloseTo(x[i % 64]!, 6);
    const part = await apply([2, 3, 4], 8, 4, x);
    for (let i = 0; i < 16; i++) expect(part[i]).toBeCloseTo(x[(2 + Math.floor(i / 4)) * 8 + 3 + (i % 4)]!, 6);
  });

  it('are bilinear where they enlarge and keep a constant where they shrink', async () => {
    const y = await apply([2, 2, 4], 8, 8, x);
    const value = (row: number, column: number) => x[row * 8 + column]!;
    // The centre of new pixel (1, 1) lies at 2.75, a quarter from pixel 2's centre to pixel 3's.
    const expected =
      0.75 * (0.75 * value(2, 2) + 0.25 * value(2, 3)) + 0.25 * (0.75 * value(3, 2) + 0.25 * value(3, 3));
    expect(y[9]).toBeCloseTo(expected, 6);
    const flat = await apply([0.3, 0.7, 7], 8, 3, new Float32Array(64).fill(0.25));
    for (const v of flat) expect(v).toBeCloseTo(0.25, 6);
  });

  it('draw boxes inside the picture, of the sizes asked for', () => {
    const { draw } = crops([40, 60], [16, 16], { views: 500, side: [0.25, 0.1] });
    const { boxes } = draw(randomStream(1)) as { boxes: Float32Array };
    let sum = 0;
    for (let i = 0; i < 500; i++) {
      const [top, left, length] = boxes.subarray(3 * i, 3 * i + 3);
      expect(top! >= 0 && left! >= 0 && top! + length! <= 40.001 && left! + length! <= 60.001).toBe(true);
      sum += length! / 500;
    }
    expect(Math.abs(sum - 10)).toBeLessThan(0.6);
  });
});

it('percentiles count what lies below, and half of what is equal', () => {
  expect(percentileOf(3, [1, 2, 3, 4])).toBe(0.625);
  expect(percentileOf(9, [1, 2])).toBe(1);
});
