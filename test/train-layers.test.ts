import { beforeAll, describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import { compile } from '../src/runtime/compile.ts';
import type { DeviceRuntime, TensorData } from '../src/runtime/runtime.ts';
import { add, mul } from '../src/tensor/ops/arithmetic.ts';
import { concat } from '../src/tensor/ops/concat.ts';
import { reshape } from '../src/tensor/ops/reshape.ts';
import { sizeOf } from '../src/tensor/shape.ts';
import { constant, input, type Tensor } from '../src/tensor/tensor.ts';
import { type AdversaryOptions, craft } from '../src/train/adversary.ts';
import { initialValues } from '../src/train/initializer.ts';
import { batchNorm, convolution, dropout, groupNorm, layerNorm, linear } from '../src/train/layers.ts';
import { layoutOf } from '../src/train/layout.ts';
import { crossEntropy } from '../src/train/loss.ts';
import { noiseBatch, uniformSource } from '../src/train/random-fill.ts';
import { type Layer, type Mode, Scope, type Store } from '../src/train/scope.ts';

let device: DeviceRuntime;
beforeAll(async () => {
  device = await openRuntime('cpu');
});

const uniform = uniformSource(1);
const random = (...shape: number[]): TensorData<Float32Array> => ({
  data: Float32Array.from({ length: sizeOf(shape) }, () => 4 * uniform() - 2),
  shape,
  dtype: 'float32',
});

/** Runs a layer with its initial parameters and the given statistics. */
async function runLayer(
  layer: Layer,
  x: TensorData,
  mode: Mode,
  statistics: Record<string, Float32Array> = {},
  progress = 1,
) {
  const layout = layoutOf((scope) => void layer(input('x', x.shape), scope));
  const named = (name: string, data: Float32Array, shape: readonly number[]) =>
    [name, { data, shape, dtype: 'float32' as const }] as const;
  const feeds: Record<string, TensorData<Float32Array>> = Object.fromEntries([
    ...[...layout.parameters, ...layout.statistics].map(({ name, shape, initial }, i) =>
      named(name, statistics[name] ?? initialValues(initial, shape, 7, i), shape),
    ),
    ...layout.noises.map((spec) =>
      named(
        spec.name,
        noiseBatch(
          spec,
          Array.from({ length: spec.shape[0]! }, (_, i) => i),
          1,
          0,
        ),
        spec.shape,
      ),
    ),
  ]);
  const all = { 'the input': x, ...feeds };
  const program = await compile(
    (inputs) => {
      const updated: Record<string, Tensor> = {};
      const get = ({ name }: { readonly name: string }) => inputs[name]!;
      const store: Store = {
        parameter: get,
        statistic: get,
        noise: get,
        progress: () => constant(progress),
        setStatistic: (name, value) => {
          updated[name] = value;
        },
        hold: (value) => value,
      };
      return { ' y': layer(inputs['the input']!, new Scope(store, mode)), ...updated };
    },
    Object.fromEntries(Object.entries(all).map(([name, { shape, dtype }]) => [name, { shape, dtype }])),
    { device },
  );
  const { ' y': y, ...updated } = await program.run(all);
  await program.release();
  return {
    y: y!.data as Float32Array,
    feeds,
    updated: Object.fromEntries(Object.entries(updated).map(([name, { data }]) => [name, data as Float32Array])),
  };
}

describe('batch normalisation', () => {
  const x = random(4, 2, 3, 3);
  const channel = (c: number) => [...x.data].filter((_, i) => Math.floor(i / 9) % 2 === c);
  const mean = [0, 1].map((c) => channel(c).reduce((sum, v) => sum + v, 0) / 36);
  const variance = [0, 1].map((c) => channel(c).reduce((sum, v) => sum + (v - mean[c]!) ** 2, 0) / 36);

  test('gives every channel of the batch mean 0 and variance 1, and moves the running statistics by a tenth', async () => {
    const { y, updated } = await runLayer(batchNorm(), x, 'train');
    x.data.forEach((value, i) => {
      const c = Math.floor(i / 9) % 2;
      expect(y[i]).toBeCloseTo((value - mean[c]!) / Math.sqrt(variance[c]! + 1e-5), 4);
    });
    for (const c of [0, 1]) {
      expect(updated.running_mean![c]).toBeCloseTo(0.1 * mean[c]!, 5);
      expect(updated.running_var![c]).toBeCloseTo(0.9 + 0.1 * variance[c]! * (36 / 35), 5);
    }
  });

  test('uses the running statistics in evaluation, and changes them neither there nor while an attack is searched', async () => {
    const statistics = { running_mean: Float32Array.of(0.5, -1), running_var: Float32Array.of(4, 0.25) };
    const evaluated = await runLayer(batchNorm(), x, 'eval', statistics);
    x.data.forEach((value, i) => {
      const c = Math.floor(i / 9) % 2;
      expect(evaluated.y[i]).toBeCloseTo((value - [0.5, -1][c]!) / Math.sqrt([4, 0.25][c]! + 1e-5), 4);
    });
    const crafting = await runLayer(batchNorm(), x, 'craft', statistics);
    const training = await runLayer(batchNorm(), x, 'train', statistics);
    expect(crafting.y).toEqual(training.y);
    expect([evaluated.updated, crafting.updated]).toEqual([{}, {}]);
  });
});

describe('other normalisations', () => {
  test('of layers give every row mean 0 and variance 1', async () => {
    const { y } = await runLayer(layerNorm, random(3, 5, 8), 'train');
    for (let row = 0; row < 15; row++) {
      const part = [...y.slice(8 * row, 8 * row + 8)];
      expect(part.reduce((sum, v) => sum + v, 0)).toBeCloseTo(0, 4);
      expect(part.reduce((sum, v) => sum + v * v, 0) / 8).toBeCloseTo(1, 3);
    }
  });

  test('of groups give every group of every picture mean 0 and variance 1', async () => {
    const { y } = await runLayer(groupNorm(2), random(2, 4, 3, 3), 'train');
    for (let group = 0; group < 4; group++) {
      const part = [...y.slice(18 * group, 18 * group + 18)];
      expect(part.reduce((sum, v) => sum + v, 0)).toBeCloseTo(0, 4);
      expect(part.reduce((sum, v) => sum + v * v, 0) / 18).toBeCloseTo(1, 3);
    }
  });
});

describe('dropout', () => {
  const x: TensorData = { data: new Float32Array(4000).fill(1), shape: [4, 1000], dtype: 'float32' };
  test('zeroes its share and keeps the mean', async () => {
    const { y } = await runLayer(dropout(0.3), x, 'train');
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
    const zeros = y.filter((v) => v === 0).length / 4000;
    expect(Math.abs(zeros - 0.3)).toBeLessThan(0.03);
  });

  test('does nothing in evaluation', async () => {
    expect((await runLayer(dropout(0.3), x, 'eval')).y).toEqual(x.data);
  });
});

describe('spectral normalisation', () => {
  test('divides by the largest singular value once its vector has settled', async () => {
    // Rows (3, 0) and (0, 1): singular values 3 and 1.
    const weight = Float32Array.of(3, 0, 0, 1);
    const x: TensorData = { data: Float32Array.of(1, 1), shape: [1, 2], dtype: 'float32' };
    let u = Float32Array.of(0.6, 0.8);
    let y = new Float32Array(2);
    for (let i = 0; i < 20; i++) {
      const result = await runLayer(linear(2, { spectralNorm: true }), x, 'train', { weight, u });
      [y, u] = [Float32Array.from(result.y), Float32Array.from(result.updated.u!)];
    }
    expect(y[0]).toBeCloseTo(1, 5);
    expect(y[1]).toBeCloseTo(1 / 3, 5);
    expect(Math.abs(u[0]!)).toBeCloseTo(1, 5);
  });
});

describe('initial weights', () => {
  test('of convolutions have variance 2 / fan-out', async () => {
    const { feeds } = await runLayer(convolution(64), random(1, 32, 4, 4), 'train');
    const { data } = feeds.weight!;
    const variance = data.reduce((sum, v) => sum + v * v, 0) / data.length;
    expect(variance * 64 * 9).toBeGreaterThan(1.9);
    expect(variance * 64 * 9).toBeLessThan(2.1);
  });
});

describe('the adversary of training', () => {
  const network: Layer = (x, scope) => linear(3)(x, scope);
  const x: TensorData<Float32Array> = { ...random(2, 12), data: Float32Array.from({ length: 24 }, () => uniform()) };

  /** The crafted pictures, [2, 3, 2, 2], and the weights. */
  async function crafted(options: AdversaryOptions, progress = 1) {
    const layer: Layer = (flat, scope) => {
      const oneHot = scope.noise('label', [2, 3], 'uniform');
      const loss = (z: Tensor) => crossEntropy(network(flatten(z), scope), oneHot);
      return flatten(craft(pictures(flat), scope, loss, options));
    };
    return runLabelled(layer, progress);
  }
  const flatten = (t: Tensor) => reshape(t, [2, 12]);
  const pictures = (t: Tensor) => reshape(t, [2, 3, 2, 2]);
  async function runLabelled(layer: Layer, progress = 1) {
    return runLayer(layer, x, 'craft', {}, progress);
  }

  test.each([
    { norm: 'linf', epsilon: 0.1, steps: 1 },
    { norm: 'linf', epsilon: 0.1, steps: 4 },
    { norm: 'l2', epsilon: 0.4, steps: 3 },
    { norm: 'l1', epsilon: 1, steps: 5 },
  ] as const)('stays in the ball and in [0, 1] with %o', async (options) => {
    const { y } = await crafted(options);
    for (const row of [0, 1]) {
      const delta = [...y.slice(12 * row, 12 * row + 12)].map((v, i) => v - x.data[12 * row + i]!);
      const sizes = {
        linf: Math.max(...delta.map(Math.abs)),
        l2: Math.hypot(...delta),
        l1: delta.reduce((sum, v) => sum + Math.abs(v), 0),
      };
      const size = sizes[options.norm];
      expect(size).toBeLessThanOrEqual(options.epsilon * 1.0001);
      expect(size).toBeGreaterThan(options.epsilon * 0.3);
    }
    expect(y.every((v) => v >= 0 && v <= 1)).toBe(true);
  });

  test('grows to its full radius over the warm-up', async () => {
    const options = { norm: 'linf', epsilon: 0.1, steps: 2, warmup: 0.5 } as const;
    const radius = async (progress: number) => {
      const { y } = await crafted(options, progress);
      return Math.max(...y.map((value, i) => Math.abs(value - x.data[i]!)));
    };
    expect(await radius(0)).toBe(0);
    expect(await radius(0.25)).toBeCloseTo(0.05, 5);
    expect(await radius(0.5)).toBeCloseTo(0.1, 5);
    expect(await radius(0.9)).toBeCloseTo(0.1, 5);
  });

  test('of many steps ends at the corner of the ball that a linear two-class model fears most', async () => {
    // With two classes the worst picture in the ball is x - epsilon sign(w_y - w_other), clipped: a closed form.
    const two: Layer = (flat, scope) => {
      const first = scope.noise('ignored', [2, 1], 'uniform');
      const oneHot = concat([mul(first, 0), add(mul(first, 0), 1)], 1); // class 1 for both
      const loss = (z: Tensor) => crossEntropy(linear(2)(flatten(z), scope), oneHot);
      return flatten(craft(pictures(flat), scope, loss, { norm: 'linf', epsilon: 0.2, steps: 20 }));
    };
    const { y, feeds } = await runLabelled(two);
    const w = feeds.weight!.data;
    y.forEach((value, i) => {
      const direction = Math.sign(w[12 + (i % 12)]! - w[i % 12]!);
      expect(value).toBeCloseTo(Math.min(1, Math.max(0, x.data[i]! - 0.2 * direction)), 5);
    });
  });
});
