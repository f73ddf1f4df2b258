import { beforeAll, describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import { interpret } from '../../test/reference/interpret.ts';
import { compile } from '../runtime/compile.ts';
import type { DeviceRuntime } from '../runtime/runtime.ts';
import { grad } from '../tensor/grad.ts';
import { hostTensor } from '../tensor/host.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { input, type Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { fsim, fsimc } from './fsim.ts';
import { usualMeans } from './similarity.ts';
import { vsi } from './vsi.ts';

let device: DeviceRuntime;
beforeAll(async () => {
  device = await openRuntime('cpu');
});

const clipped = (value: number) => Math.min(1, Math.max(0, value));

/** A picture by formula, [3, h, w], and the same with a fine pattern added. */
function waves(h: number, w: number, disturbance = 0): Float32Array {
  return Float32Array.from({ length: 3 * h * w }, (_, at) => {
    const [c, y, x] = [Math.floor(at / (h * w)), Math.floor(at / w) % h, at % w];
    const added = 0.08 * Math.sin(2.1 * x + 1.7 * y) + 0.03 * Math.cos((0.05 * x * y) / 10);
    const plain = 0.5 + 0.3 * Math.sin(0.13 * x + 0.07 * y * (c + 1)) + 0.15 * Math.cos(0.9 * x - 0.31 * y + 2 * c);
    return clipped(plain + disturbance * added);
  });
}

const outputsOf = (distance: Distance, x: Tensor, y: Tensor) => {
  const d = distance.distance(x, y);
  const [dx, dy] = grad(reduceSum(d), [x, y]);
  return { value: distance.value(x, y), d, map: distance.map!(x, y), dx: dx!, dy: dy! };
};

async function measure(distance: Distance, x: Float32Array, y: Float32Array, shape: readonly number[]) {
  const spec = { shape, dtype: 'float32' as const };
  const program = await compile(({ x: a, y: b }) => outputsOf(distance, a!, b!), { x: spec, y: spec }, { device });
  const result = await program.run({ x, y });
  await program.release();
  const data = (name: string) => result[name]!.data as Float32Array;
  return { value: data('value'), d: data('d'), map: data('map'), dx: data('dx'), dy: data('dy') };
}

/** Values from NumPy in float64, written apart after the authors' MATLAB code. Over 384 pixels a picture is shrunk first. */
const expected = [
  [fsim, 13, 18, 0.93570312],
  [fsim, 45, 38, 0.90789388],
  [fsim, 385, 400, 0.9888076],
  [fsim, 650, 641, 0.998133],
  [fsimc, 45, 38, 0.90788559],
  [vsi, 45, 38, 0.97173163],
  [vsi, 385, 400, 0.99681219],
] as const;

test.each(expected.map(([distance, h, w, value]) => [distance.name, h, w, value, distance] as const))(
  '%s of pictures of %i x %i pixels is %d',
  async (_name, h, w, value, distance) => {
    const shape = [1, 3, h, w];
    const spec = { shape, dtype: 'float32' as const };
    const program = await compile(({ x, y }) => ({ v: distance.value(x!, y!) }), { x: spec, y: spec }, { device });
    const { v } = await program.run({ x: waves(h, w), y: waves(h, w, 1) });
    await program.release();
    expect(Number(v!.data[0])).toBeCloseTo(value, 5);
  },
);

describe.each([fsim, fsimc, vsi].map((distance) => [distance.name, distance] as const))('%s', (_name, distance) => {
  test('has a map whose mean is the distance', async () => {
    const { d, map } = await measure(distance, waves(20, 27), waves(20, 27, 1), [1, 3, 20, 27]);
    expect(map.reduce((sum, v) => sum + v, 0) / map.length / d[0]!).toBeCloseTo(1, 4);
  });

  test('of a batch is that of its pictures', async () => {
    const [a, b] = [waves(15, 20), waves(15, 20, 1)];
    const [c, e] = [a.map((v) => 1 - v), a.map((v) => v * v)];
    const both = await measure(
      distance,
      Float32Array.from([...a, ...c]),
      Float32Array.from([...b, ...e]),
      [2, 3, 15, 20],
    );
    const first = await measure(distance, a, b, [1, 3, 15, 20]);
    const second = await measure(distance, c, e, [1, 3, 15, 20]);
    expect(both.value[0]).toBeCloseTo(first.value[0]!, 5);
    expect(both.value[1]).toBeCloseTo(second.value[0]!, 5);
  });

  test.each([
    ['flat', 0.25, 0.25],
    ['of two flat greys', 0.25, 0.5],
  ])('of pictures that are %s has a value and slopes', async (_what, p, q) => {
    const flat = (v: number) => new Float32Array(3 * 16 * 19).fill(v);
    const { value, dx, dy } = await measure(distance, flat(p), flat(q), [1, 3, 16, 19]);
    expect(value[0]).toBeCloseTo(1, 6);
    expect(dx.every(Number.isFinite) && dy.every(Number.isFinite)).toBe(true);
  });

  test('of a flat picture from another has a value below 1 and slopes', async () => {
    const flat = new Float32Array(3 * 16 * 19).fill(0.25);
    const { value, dx, dy } = await measure(distance, flat, waves(16, 19), [1, 3, 16, 19]);
    expect(value[0]).toBeLessThan(0.95);
    expect(dx.every(Number.isFinite) && dy.every(Number.isFinite)).toBe(true);
  });
});

test.each([
  [21, 16],
  [16, 21],
  [6, 7],
])('fsimc and its slopes at %i x %i pixels are those of float64', async (h, w) => {
  const shape = [1, 3, h, w];
  const [a, b] = [waves(h, w), waves(h, w, 1)];
  const single = await measure(fsimc, a, b, shape);
  const { d, dx } = outputsOf(fsimc, input('x', shape, 'float64'), input('y', shape, 'float64'));
  const feed = (data: Float32Array) => hostTensor(Float64Array.from(data), shape, 'float64');
  const [value, slope] = interpret([d, dx], { x: feed(a), y: feed(b) });
  expect(single.d[0]).toBeCloseTo(value!.data[0]!, 5);
  const length = (v: ArrayLike<number>) => Math.hypot(...Array.from(v));
  expect(length(single.dx.map((v, at) => v - slope!.data[at]!)) / length(slope!.data)).toBeLessThan(1e-3);
});

test('a change of colour that leaves luma alone is seen by fsimc, not by fsim', async () => {
  const a = waves(32, 32);
  const area = 32 * 32;
  const b = a.map((v, at) => v / 2 + [0.05 / 0.299, -0.05 / 0.587, 0][Math.floor(at / area)]! + 0.2);
  const plain = a.map((v) => v / 2 + 0.2);
  expect((await measure(fsim, plain, b, [1, 3, 32, 32])).value[0]).toBeCloseTo(1, 5);
  expect((await measure(fsimc, plain, b, [1, 3, 32, 32])).value[0]).toBeLessThan(0.99);
});

test('pictures shrink to means around every f-th pixel, with black beyond the borders', () => {
  const [h, w, f] = [640, 641, 3];
  const values = Float64Array.from({ length: h * w }, (_, at) => Math.sin(at) + (at % 7));
  const [means] = interpret([usualMeans(input('x', [1, 1, h, w], 'float64'))], {
    x: hostTensor(values, [1, 1, h, w], 'float64'),
  });
  expect(means!.shape).toEqual([1, 1, 214, 214]);
  for (const [i, j] of [
    [0, 0],
    [100, 57],
    [213, 213],
  ] as const) {
    let sum = 0;
    for (let y = f * i - 1; y <= f * i + 1; y++) {
      for (let x = f * j - 1; x <= f * j + 1; x++) {
        if (y >= 0 && y < h && x >= 0 && x < w) sum += values[y * w + x]!;
      }
    }
    expect(means!.data[i * 214 + j]!).toBeCloseTo(sum / 9, 10);
  }
});
