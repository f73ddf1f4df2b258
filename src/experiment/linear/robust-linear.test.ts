/** @file Robust linear classifiers: what training on the exact worst case buys. */
import { expect, it } from 'vitest';
import { halves } from '../../../test/support/tiny-data.ts';
import { toyContext } from '../../../test/support/toy-experiment.ts';
import { accuracyOf, robustAccuracyOf } from '../networks.ts';
import { robustLinear } from './robust-linear.ts';

const longTraining = { epochs: 300, learningRate: 0.02 };

it('training for a radius keeps more right under attack, and is kept', async () => {
  const context = await toyContext(halves(100));
  const [train, test] = [await context.pictures('train', 100), await context.pictures('test', 100)];
  const at = async (epsilon: number) => {
    const source = await robustLinear(context, train, { epsilon, ...longTraining });
    const attacked = await robustAccuracyOf(context, source, test, { norm: 'l2', epsilon: 0.6 });
    return { source, clean: await accuracyOf(source.model, test), attacked };
  };
  const [plain, robust] = [await at(0), await at(0.6)];
  expect(plain.clean).toBeGreaterThan(0.95);
  expect(robust.clean).toBeGreaterThan(0.95);
  expect(robust.attacked).toBeGreaterThan(plain.attacked + 0.4);
  expect((await robustLinear(context, train, { epsilon: 0.6, ...longTraining })).hash).toBe(robust.source.hash);
});
