/** @file What one step of training does to parameters and averages, by closed forms; and the data that it refuses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import type { ImageArray } from '../src/data/dataset.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { linearModel } from '../src/train/networks/classic.ts';
import { classification } from '../src/train/tasks/classification.ts';
import { type TrainOptions, train } from '../src/train/train.ts';
import { halves } from './support/tiny-data.ts';

let device: DeviceRuntime;
beforeAll(async () => {
  device = await openRuntime('cpu');
});
afterAll(() => device.dispose());

/** Weights after some epochs of one step each: a batch is all of the data, and the rate is constant. */
async function weights(epochs: number, changes: Partial<TrainOptions> = {}) {
  const trained = await train(classification(linearModel(4)), {
    data: halves(16),
    batchSize: 16,
    epochs,
    optimizer: { kind: 'sgd', momentum: 0 },
    learningRate: 0.2,
    schedule: { kind: 'constant' },
    seed: 5,
    device,
    ...changes,
  });
  return { p: trained.parameters, norm: trained.history[0]!.train['gradient norm']! };
}

const lengthOf = (v: Float32Array) => Math.hypot(...v);
const minus = (a: Float32Array, b: Float32Array) => a.map((value, i) => value - b[i]!);

describe('a step', () => {
  test('against the gradient is as long as rate and gradient say', async () => {
    const before = await weights(1, { learningRate: 0 });
    const after = await weights(1);
    expect(lengthOf(minus(after.p, before.p))).toBeCloseTo(0.2 * after.norm, 5);
  });

  test('with clipping keeps its direction and is no longer than the rate times the largest norm', async () => {
    const before = await weights(1, { learningRate: 0 });
    const free = await weights(1);
    const clipNorm = free.norm / 4;
    const clipped = await weights(1, { clipNorm });
    expect(clipped.norm).toBeCloseTo(free.norm, 5);
    const step = minus(clipped.p, before.p);
    expect(lengthOf(step)).toBeCloseTo(0.2 * clipNorm, 5);
    minus(free.p, before.p).forEach((value, i) => {
      expect(step[i]).toBeCloseTo(value / 4, 5);
    });
    const { p } = await weights(1, { clipNorm: 4 * free.norm });
    p.forEach((value, i) => {
      expect(value).toBeCloseTo(free.p[i]!, 6);
    });
  });
});

test('the average of weights is the exponential one, whose decay starts low', async () => {
  const decay = 0.3;
  const path = [(await weights(1, { learningRate: 0 })).p];
  for (let k = 1; k <= 5; k++) path.push((await weights(k)).p);
  const expected = path.slice(1).reduce(
    (average, p, t) => {
      const d = Math.min(decay, (1 + t) / (10 + t));
      return average.map((value, i) => d * value + (1 - d) * p[i]!);
    },
    [...path[0]!],
  );
  const { p } = await weights(5, { averageDecay: decay });
  expected.forEach((value, i) => {
    expect(p[i]).toBeCloseTo(value, 5);
  });
  expect(lengthOf(minus(p, path[5]!))).toBeGreaterThan(1e-3);
});

describe('a training refuses', () => {
  const changed = (changes: Partial<ImageArray>): ImageArray => ({ ...halves(16), ...changes });
  const wrongLabel = changed({ labels: Int32Array.from({ length: 16 }, (_, i) => (i === 9 ? 4 : 0)) });

  test('a label that names no class, to train on or to look at', async () => {
    const message = /halves: the label of image 9 is 4; its 4 classes are 0 to 3/;
    await expect(weights(1, { data: wrongLabel })).rejects.toThrow(message);
    await expect(weights(1, { validation: wrongLabel })).rejects.toThrow(message);
  });

  test('pixels that are no number', async () => {
    const pixels = new Float32Array(16 * 192).fill(0.5);
    pixels[500] = Number.NaN;
    await expect(weights(1, { data: changed({ pixels }) })).rejects.toThrow(/expected values from 0 to 1, got NaN/);
  });

  test('held-out pictures whose classes are other ones, which would be counted as wrong', async () => {
    const validation = changed({ classNames: ['right', 'left', 'top', 'bottom'] });
    await expect(weights(1, { validation })).rejects.toThrow(
      /Class 0 of halves is "right", of halves "left": held-out pictures need the same classes/,
    );
  });
});
