/** @file Pictures led by one network and held by others. */
import { expect, it } from 'vitest';
import { halves } from '../../test/support/tiny-data.ts';
import { toyContext } from '../../test/support/toy-experiment.ts';
import { pixelsOf } from '../data/image-array.ts';
import { distances } from '../distance/ball.ts';
import { disentangledTowards } from './disentangled-set.ts';
import { accuracyOf, trainedOn } from './networks.ts';

it('the ensemble keeps its word where it is asked to, the source is led, and nothing leaves the ball', async () => {
  const context = await toyContext(halves(300));
  const real = await context.pictures('train', 300);
  const student = { net: 'mlp', width: 32, epochs: 20, learningRate: 0.05, augmentation: {} };
  const [source, ...ensemble] = await Promise.all(
    [1, 2, 3].map((seed) => trainedOn({ ...context, seed }, real, student)),
  );
  const ball = { norm: 'linf', epsilon: 0.25, steps: 12, stepSize: 0.06 } as const;
  const next = (i: number) => (real.array.labels[i]! + 1) % 4;
  const plain = await disentangledTowards(context, source!, real, next, 'plain', { ...ball, ensemble: [] });
  const held = await disentangledTowards(context, source!, real, next, 'held', { ...ball, ensemble });
  expect([...held.array.labels]).toEqual(Array.from(real.array.labels, (y) => (y + 1) % 4));
  for (let i = 0; i < 20; i++)
    expect(distances(pixelsOf(held.array, [i]), pixelsOf(real.array, [i])).linf).toBeLessThan(0.25 + 0.5 / 255 + 1e-6);
  expect(await accuracyOf(source!.model, plain)).toBeGreaterThan(0.9);
  const fooled = async (set: typeof held) =>
    (await accuracyOf(ensemble[0]!.model, set)) + (await accuracyOf(ensemble[1]!.model, set));
  expect(await fooled(held)).toBeLessThan(0.5 * (await fooled(plain)));
  expect(await accuracyOf(source!.model, held)).toBeGreaterThan(0.5);
});
