/** @file Transfer and learning from D_det at toy size. */
import { expect, it } from 'vitest';
import { halves } from '../../../test/support/tiny-data.ts';
import { linearSource, runToy } from '../../../test/support/toy-experiment.ts';
import { correlation } from '../../statistics/correlation.ts';
import { transfer } from './transfer.ts';

it('a network like the source learns from its changes and is fooled by them, a crude one less', async () => {
  const settings = {
    ...{ pictures: 400, testPictures: 200, epsilon: 2.2, steps: 8, nets: ['linear', 'mlp', 'convnet'], width: 2 },
    ...{ epochs: 8, batchSize: 32, learningRate: 0.02, augment: false },
  };
  const toy = { train: halves(400), test: halves(200, { seed: 2 }), sources: { standard: await linearSource(0) } };
  const { summaries, findings } = await runToy(transfer, { ...toy, settings });
  const of = (measure: string) => summaries.of(measure).mean;
  expect(of('linear: led test pictures that fool it, trained on true pictures')).toBeGreaterThan(0.8);
  expect(of('linear: clean accuracy, trained on D_det')).toBeGreaterThan(
    of('convnet: clean accuracy, trained on D_det'),
  );
  expect(of('correlation over architectures')).toBeGreaterThan(0.5);
  expect(findings[0]!.figures).toHaveLength(1);
  expect(findings[0]!.sets!.map(({ name, set }) => [name, set.shape[0]])).toEqual([
    ['d-det', 400],
    ['led-test-pictures', 200],
  ]);
});

it.each(['quick', 'full'] as const)(
  'at the scale %s students of photographs see faint changes as they are, at a lower rate',
  (scale) => {
    const { shapes, cifar10, other } = transfer.scales[scale];
    expect([cifar10!.augment, other!.augment, shapes!.augment]).toEqual([false, false, true]);
    expect([cifar10!.learningRate, other!.learningRate, shapes!.learningRate]).toEqual([0.03, 0.03, 0.05]);
  },
);

it('is larger on all data at the scale full', () => {
  for (const [kind, { pictures, testPictures, nets }] of Object.entries(transfer.scales.full))
    expect([kind, pictures, testPictures, nets.length]).toEqual([kind, 6000, 1000, 8]);
});

it('knows no correlation where all architectures learn the same', () => {
  expect(correlation([0.1, 0.3, 0.2].map((y) => [0.7, y] as const))).toBeNaN();
  expect(correlation([0.1, 0.3, 0.2].map((x) => [x, 0.1] as const))).toBeNaN();
  expect(correlation([0.1, 0.3, 0.2].map((x) => [x, 1 - x] as const))).toBeCloseTo(-1, 10);
});
