/** @file Batch normalisation's statistics as a penalty, against loops, in drawings, and where a file keeps none. */
import { expect, it } from 'vitest';
import { decodePicture } from '#image-codec';
import { fitPicture } from '../src/model/fit-picture.ts';
import { loadModel } from '../src/model/load-model.ts';
import { batchStatistics } from '../src/prior/batch-statistics.ts';
import { rawPixels } from '../src/prior/pixels.ts';
import { compile } from '../src/runtime/compile.ts';
import { classScore } from '../src/visualize/objectives/unit.ts';
import { see } from '../src/visualize/see.ts';
import { visualize } from '../src/visualize/visualize.ts';
import { pseudoRandom } from './random.ts';
import { batchNormNetwork, smallNetwork } from './support/network.ts';
import { hasSharedData, sharedFile, sharedPath } from './support/shared-data.ts';

const [means, variances] = [
  [0.4, 0.5, 0.6],
  [0.04, 0.02, 0.01],
];
const model = await loadModel(batchNormNetwork(means, variances), { preprocessing: 'none', name: 'normed' });
const random = pseudoRandom(3);
const pictures = Array.from({ length: 4 }, () => Float32Array.from({ length: 768 }, random));

/** Mean and variance of a channel over pictures that count together. */
function momentsOf(together: readonly Float32Array[], channel: number): [number, number] {
  const values = together.flatMap((picture) => Array.from(picture.subarray(256 * channel, 256 * (channel + 1))));
  const mean = values.reduce((sum, v) => sum + v / values.length, 0);
  return [mean, values.reduce((sum, v) => sum + (v - mean) ** 2 / values.length, 0)];
}

/** The penalty by its definition: at the pictures, and where they are normalised and doubled. */
function expected(together: readonly Float32Array[]): number {
  const moments = [0, 1, 2].map((channel) => momentsOf(together, channel));
  const first = [
    Math.hypot(...moments.map(([mean], c) => mean - means[c]!)),
    Math.hypot(...moments.map(([, variance], c) => variance - variances[c]!)),
  ];
  const second = [
    Math.hypot(
      ...moments.map(([mean], c) => (2 * (mean - means[c]!)) / Math.sqrt(variances[c]! + 1e-5) - [1, 0, -1][c]!),
    ),
    Math.hypot(...moments.map(([, variance], c) => (4 * variance) / (variances[c]! + 1e-5) - 4)),
  ];
  return [...first, ...second].reduce((sum, v) => sum + v);
}

it.each([
  [1, [[0], [1], [2], [3]]],
  [
    2,
    [
      [0, 1],
      [2, 3],
    ],
  ],
  [4, [[0, 1, 2, 3]]],
])('pictures in groups of %s are as far as their moments together', async (group, groups) => {
  const program = await compile(
    ({ x }) => ({ y: batchStatistics(model).value(x!, see(model, x!, x!, { group, viewCount: 1 })) }),
    { x: { shape: [4, 3, 16, 16], dtype: 'float32' } },
    { device: model.device },
  );
  const { y } = await program.run({ x: Float32Array.from(pictures.flatMap((one) => Array.from(one))) });
  expect(y!.shape).toEqual([groups.length]);
  for (const [i, members] of groups.entries())
    expect(Number(y!.data[i])).toBeCloseTo(expected(members.map((at) => pictures[at]!)), 3);
});

it('by itself it takes pictures as they are', async () => {
  const program = await compile(
    ({ x }) => ({ y: batchStatistics(model).value(x!) }),
    { x: { shape: [1, 3, 16, 16], dtype: 'float32' } },
    { device: model.device },
  );
  const { y } = await program.run({ x: pictures[0]! });
  expect(Number(y!.data[0])).toBeCloseTo(expected([pictures[0]!]), 3);
});

it('draws pictures towards the stored moments, which are all that counts where the penalty is heavy', async () => {
  const kept = await loadModel(
    batchNormNetwork(
      [0.4, 0.5, 0.6],
      [0.25, 0.16, 0.09].map((v) => v / 4),
    ),
    {
      preprocessing: 'none',
    },
  );
  const draw = (weight: number) =>
    visualize(kept, classScore(1), {
      parameterisation: rawPixels([3, 16, 16]),
      penalties: [{ penalty: batchStatistics(kept), weight }],
      steps: 60,
      rate: 0.02,
      decay: true,
      seed: 2,
    });
  const [free, held] = [await draw(0), await draw(100)];
  const away = (picture: Float32Array) =>
    [0, 1, 2].reduce((sum, c) => {
      const variance = [0.0625, 0.04, 0.0225][c]!;
      return sum + Math.abs(momentsOf([picture], c)[1] - variance) / variance;
    }, 0);
  expect(away(held.pictures[0]!)).toBeLessThan(0.25 * away(free.pictures[0]!));
  expect(held.path.at(-1)!.value).toBeLessThan(held.path.at(-1)!.objective);
});

it('counts pictures that are drawn together as one set', async () => {
  const { path, frames } = await visualize(model, classScore(1), {
    parameterisation: rawPixels([3, 16, 16]),
    penalties: [{ penalty: batchStatistics(model), weight: 0.5 }],
    group: 2,
    steps: 1,
    frameEvery: 1,
  });
  const { objective, value } = path[0]!;
  expect(objective - value).toBeCloseTo(0.5 * expected(frames[0]!), 3);
});

it('refuses a model whose file keeps none, by its name', async () => {
  await using folded = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'folded.onnx' });
  expect(() => batchStatistics(folded)).toThrow('folded.onnx keeps no statistics of batch normalisation');
});

it.skipIf(!hasSharedData)(
  'photographs are nearer to what MCUNet learned from than their pixels in disorder',
  async () => {
    await using network = await loadModel(sharedPath('models/imagenet/mcunet_320kb.onnx'), { preprocessing: 'tf' });
    const photo = fitPicture(await decodePicture(sharedFile('images/photos/cat.png')), network);
    const area = network.height * network.width;
    const order = Array.from({ length: area }, (_, i) => i).sort((a, b) => Math.sin(7 * a) - Math.sin(7 * b));
    const disorder = photo.map((_, i) => photo[Math.floor(i / area) * area + order[i % area]!]!);
    const program = await compile(
      ({ x }) => ({ y: batchStatistics(network).value(x!) }),
      { x: { shape: [2, 3, network.height, network.width], dtype: 'float32' } },
      { device: network.device },
    );
    const { y } = await program.run({ x: Float32Array.from([...photo, ...disorder]) });
    expect(Number(y!.data[0])).toBeLessThan(0.5 * Number(y!.data[1]));
  },
);
