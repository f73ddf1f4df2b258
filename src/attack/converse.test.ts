import { expect, it } from 'vitest';
import { smallNetwork } from '../../test/support/network.ts';
import { loadModel } from '../model/load-model.ts';
import { converse } from './converse.ts';
import { answer, judgeOf } from './criterion.ts';
import { difference, jacobian, type Procedure, slopes } from './procedure.ts';
import { trialOf } from './trial.ts';

it('a jacobian holds the gradients that single questions give, behind one forward pass, zeroed under the mask', async () => {
  await using model = await loadModel(smallNetwork(), { preprocessing: 'none' });
  const x0 = Float32Array.from({ length: 768 }, (_, i) => (i % 13) / 13);
  const mask = Float32Array.from({ length: 256 }, (_, i) => Number(i % 3 > 0));
  const before = await model.predictPlain(x0);
  const start = { x0, label: 0, target: undefined, shape: [3, 16, 16] as const, classCount: 5, mask, before };
  const trials = [0, 1].map(() => trialOf({ ...start, misclassifiedBefore: false, seed: 0 }));
  // More rows than one graph takes.
  const rows = Array.from({ length: 19 }, (_, i) => difference(i % 5, (2 * i + 1) % 5, 5));
  const found: { together: readonly Float32Array[]; single: readonly Float32Array[] } = { together: [], single: [] };
  function* together(): Procedure {
    found.together = (yield* jacobian(
      x0,
      rows.map(({ weights }) => weights),
    )).gradients;
  }
  function* single(): Procedure {
    found.single = (yield* slopes(rows.map((of) => ({ x: x0, of })))).map(({ gradient }) => gradient);
  }
  const judge = await judgeOf(answer, 5, false);
  const speakers = [
    { trial: trials[0]!, procedure: together() },
    { trial: trials[1]!, procedure: single() },
  ];
  await converse(model, speakers, { batch: 4, judge, model });
  expect(found.together.length).toBe(19);
  for (const [row, gradient] of found.together.entries()) {
    expect(Math.max(...gradient.map((value, i) => Math.abs(value - found.single[row]![i]!)))).toBeLessThan(1e-6);
    expect(gradient.every((value, i) => mask[i % 256] !== 0 || value === 0)).toBe(true);
  }
  expect(trials.map(({ backwards }) => backwards)).toEqual([19, 19]);
  expect(trials.map(({ forwards }) => forwards)).toEqual([1 + 2, 1 + 19]);
});
