/** @file Training and embedded models in a page: the same code on WebAssembly. */
import { expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { pgd } from '../../src/attack/pgd.ts';
import { shapes } from '../../src/data/shapes/shapes.ts';
import { toImageArray } from '../../src/data/to-image-array.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { exportNetwork } from '../../src/train/export-network.ts';
import { buildNetwork } from '../../src/train/networks/network.ts';
import { classification } from '../../src/train/tasks/classification.ts';
import { train } from '../../src/train/train.ts';

it('an embedded model loads by name, tells a shape and is fooled about it', async () => {
  const device = await openRuntime('wasm');
  await using model = await loadModel('zoo:shapes-second', { device });
  const set = shapes({ split: 'test', length: 20 });
  const images = await Promise.all(Array.from({ length: 20 }, async (_, i) => (await set.image(i)).data));
  const answers: number[] = [];
  for (const image of images) answers.push((await model.predictPlain(image)).label);
  expect(answers.filter((label, i) => label === set.label(i)).length).toBeGreaterThanOrEqual(17);
  const [result] = await pgd(model, images.slice(0, 1), [answers[0]!], { epsilon: 8 / 255, steps: 10 });
  expect(result!.success8).toBe(true);
});

it('a training on shapes lowers its loss and exports a model that loads', async () => {
  const device = await openRuntime('wasm');
  const data = await toImageArray(shapes({ length: 64 }));
  const network = buildNetwork('convnet', { classes: 10, width: 4, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
  const trained = await train(classification(network), {
    data,
    epochs: 4,
    batchSize: 32,
    optimizer: { kind: 'adam' },
    learningRate: 0.01,
    device,
  });
  const losses = trained.history.map(({ train: metrics }) => metrics.loss!);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  const { bytes } = await exportNetwork(trained, { device });
  await using model = await loadModel(bytes, { device });
  expect(model.classNames).toEqual([...shapes().classNames]);
});
