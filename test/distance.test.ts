import { beforeAll, describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import type { Distance } from '../src/distance/distance.ts';
import { distanceNamed, distanceRegistry } from '../src/distance/registry.ts';
import { compile } from '../src/runtime/compile.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { grad } from '../src/tensor/grad.ts';
import { hostTensor } from '../src/tensor/host.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { input } from '../src/tensor/tensor.ts';
import { pseudoRandom } from './random.ts';
import { interpret } from './reference/interpret.ts';

let device: DeviceRuntime;
beforeAll(async () => {
  device = await openRuntime('cpu');
});

/** A picture by formula, [3, height, width] before clipping. */
function waves(height: number, width: number): Float64Array {
  return Float64Array.from({ length: 3 * height * width }, (_, at) => {
    const [c, y, x] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
    return 0.5 + 0.3 * Math.sin(0.13 * x + 0.07 * y * (c + 1)) + 0.15 * Math.cos(0.9 * x - 0.31 * y + 2 * c);
  });
}

/** The same with a fine pattern added. */
function disturbed(height: number, width: number): Float64Array {
  return waves(height, width).map((value, at) => {
    const [y, x] = [Math.floor(at / width) % height, at % width];
    return value + 0.08 * Math.sin(2.1 * x + 1.7 * y) + 0.03 * Math.cos((0.05 * x * y) / 10);
  });
}

const clipped = (values: Float64Array) => Float32Array.from(values, (v) => Math.min(1, Math.max(0, v)));

/** Numbers of pairs of one shape, run as one batch. */
async function measureAll(
  distance: Distance,
  pairs: readonly (readonly [x: Float32Array, y: Float32Array])[],
  shape: readonly number[],
) {
  const spec = { shape: [pairs.length, ...shape], dtype: 'float32' as const };
  const program = await compile(
    ({ x: a, y: b }) => {
      const d = distance.distance(a!, b!);
      const [da, db] = grad(reduceSum(d), [a!, b!]);
      return { value: distance.value(a!, b!), d, da: da!, db: db! };
    },
    { x: spec, y: spec },
    { device },
  );
  const batch = (i: 0 | 1) => Float32Array.from(pairs.flatMap((pair) => [...pair[i]]));
  const { value, d, da, db } = await program.run({ x: batch(0), y: batch(1) });
  await program.release();
  return {
    values: Array.from(value!.data, Number),
    distances: Array.from(d!.data, Number),
    gradients: [da!.data as Float32Array, db!.data as Float32Array],
  };
}

async function measure(distance: Distance, x: Float32Array, y: Float32Array, shape: readonly number[]) {
  const { values, distances, gradients } = await measureAll(distance, [[x, y]], shape);
  return { value: values[0]!, distance: distances[0]!, gradients };
}

/** Values for the pictures above at 180 x 200, computed apart in NumPy (float64). */
const expected: Readonly<Record<string, number>> = {
  l1: 5679.2928,
  l2: 19.777968,
  linf: 0.109999,
  rmse: 0.06018244,
  psnr: 24.410604,
  ssim: 0.66193345,
  'ssim:downsampled': 0.66193345,
  'ms-ssim': 0.95788811,
  gmsd: 0.04451954,
  fsim: 0.89051146,
  fsimc: 0.89050488,
  vsi: 0.96958423,
  csf: 9.06529785,
  'ms-gmsd': 0.046854693,
  'ms-gmsdc': 0.034290035,
  vifp: 0.29469802,
  haarpsi: 0.8730235,
  mdsi: 0.29038583,
  'mdsi:mult': 0.22467494,
  ciede2000: 4.178423,
  'ciede2000:max': 11.069285,
};

/** The same at sizes that 2 does not divide, for grey pictures, and where a picture is large enough to be shrunk, by 2 and by 3. */
const elsewhere: readonly (readonly [name: string, channels: number, height: number, width: number, value: number])[] =
  [
    ['gmsd', 3, 97, 131, 0.039410447],
    ['ms-gmsd', 3, 97, 131, 0.044217215],
    ['ms-gmsdc', 3, 97, 131, 0.03195791],
    ['vifp', 3, 97, 131, 0.26712241],
    ['haarpsi', 3, 97, 131, 0.88473834],
    ['haarpsi', 1, 97, 131, 0.86058429],
    ['mdsi', 1, 97, 131, 0.23183218],
    ['mdsi', 3, 97, 131, 0.26744051],
    ['mdsi:mult', 3, 97, 131, 0.20556546],
    ['mdsi', 3, 390, 401, 0.21794226],
    ['mdsi:mult', 3, 390, 401, 0.16704097],
    ['mdsi', 3, 650, 641, 0.15796923],
  ];

test.each(elsewhere)(
  '%s of %i x %i x %i has the value of a second implementation',
  async (name, channels, height, width, value) => {
    const size = channels * height * width;
    const [x, y] = [waves(height, width), disturbed(height, width)].map((v) => clipped(v.slice(0, size)));
    expect((await measure(distanceNamed(name), x!, y!, [channels, height, width])).value / value).toBeCloseTo(1, 4);
  },
);

describe.each(distanceRegistry.map((distance) => [distance.name, distance] as const))('%s', (name, distance) => {
  test.runIf(name in expected)('has the value of a second implementation', async () => {
    const { value } = await measure(distance, clipped(waves(180, 200)), clipped(disturbed(180, 200)), [3, 180, 200]);
    expect(value / expected[name]!).toBeCloseTo(1, 4);
  });

  const side = Math.max(12, distance.convention.minimumSize);
  const a = clipped(waves(side, side + 4));
  const b = clipped(disturbed(side, side + 4));
  const shape = [3, side, side + 4];

  test('is at its best for equal pictures, with finite slopes there', async () => {
    const { value, distance: d, gradients } = await measure(distance, a, a, shape);
    expect(d).toBeCloseTo(0, 5);
    expect(value).toBeCloseTo(distance.convention.identity!, 4);
    for (const gradient of gradients) expect(gradient.every(Number.isFinite)).toBe(true);
  });

  test('tells different pictures apart and treats them alike', async () => {
    const [there, back] = [await measure(distance, a, b, shape), await measure(distance, b, a, shape)];
    expect(there.distance).toBeGreaterThan(1e-4);
    if (distance.convention.symmetric) expect(there.distance).toBeCloseTo(back.distance, 5);
    else expect(Math.abs(there.distance - back.distance)).toBeGreaterThan(1e-6);
    expect(there.value > distance.convention.identity!).toBe(distance.convention.better === 'lower');
  });

  test('grows with the difference', async () => {
    const mixed = (t: number) => a.map((value, i) => value + t * (b[i]! - value));
    const values: number[] = [];
    for (const t of [0.25, 0.5, 1]) values.push((await measure(distance, a, mixed(t), shape)).distance);
    expect(values[0]!).toBeLessThanOrEqual(values[1]!);
    expect(values[1]!).toBeLessThanOrEqual(values[2]!);
  });

  test.runIf(distance.standIn !== undefined)('has a stand-in of about its size, with finite slopes', async () => {
    for (const [y, isEqual] of [
      [a, true],
      [b, false],
    ] as const) {
      const standIn = { ...distance, distance: distance.standIn! };
      const [own, other] = [await measure(distance, a, y, shape), await measure(standIn, a, y, shape)];
      for (const gradient of other.gradients) {
        expect(gradient.every(Number.isFinite)).toBe(true);
        if (!isEqual) expect(gradient.some((slope) => slope !== 0)).toBe(true);
      }
      if (isEqual) expect(other.distance).toBeCloseTo(0, 5);
      else expect(Math.abs(Math.log2(other.distance / own.distance))).toBeLessThan(1);
    }
  });

  const grey = distance.convention.grey;
  test(`of a grey picture ${grey === undefined ? 'is that of its RGB form' : `leaves out ${grey}`}`, async () => {
    const area = side * (side + 4);
    const [first, second] = [a.slice(0, area), b.slice(0, area)];
    const rgb = (g: Float32Array) => Float32Array.from([...g, ...g, ...g]);
    const one = await measure(distance, first, second, [1, side, side + 4]);
    const three = await measure(distance, rgb(first), rgb(second), shape);
    const factor = { l0: 3, l1: 3, l2: Math.sqrt(3) }[name] ?? 1;
    const ratio = three.distance / one.distance / factor;
    if (grey === undefined) expect(ratio).toBeCloseTo(1, 3);
    else expect(Math.abs(ratio - 1)).toBeGreaterThan(0.01);
  });

  test.runIf(distance.convention.minimumSize > 1)('says which size it needs', () => {
    const small = input('x', [1, 3, distance.convention.minimumSize - 1, 300]);
    expect(() => distance.value(small, small)).toThrow(
      new RegExp(`${name} needs pictures of at least ${distance.convention.minimumSize} x`),
    );
  });

  test.each(
    [1, 3].flatMap((channels) => [[channels, 1, 1] as const, [channels, 7, 18] as const, [channels, 97, 131] as const]),
  )(
    'gives finite numbers and slopes for any pictures of %i x %i x %i, or says which size it needs',
    async (channels, height, width) => {
      const shape = [channels, height, width];
      const flat = (value: number) => new Float32Array(channels * height * width).fill(value);
      const drawn = clipped(waves(height, width)).slice(0, channels * height * width);
      const pictures = [drawn, flat(0), flat(1), flat(0.5)];
      const measured = measureAll(
        distance,
        pictures.flatMap((x) => pictures.map((y) => [x, y] as const)),
        shape,
      );
      if (Math.min(height, width) < distance.convention.minimumSize) {
        await expect(measured).rejects.toThrow(`${name} needs pictures of at least`);
        return;
      }
      const { values, distances, gradients } = await measured;
      expect(values.every(Number.isFinite)).toBe(true);
      expect(Math.min(...distances)).toBeGreaterThan(-1e-5);
      for (const gradient of gradients) expect(gradient.every(Number.isFinite)).toBe(true);
    },
  );

  test.runIf(!name.startsWith('l0'))('has the slope of central differences, in both pictures', () => {
    const random = pseudoRandom(4);
    const shape = [1, 3, side, side];
    const size = 3 * side * side;
    const x0 = Float64Array.from({ length: size }, () => 0.2 + 0.6 * random());
    const y0 = Float64Array.from(x0, (value) => value + 0.15 * (random() - 0.5));
    const [u, v] = [0, 1].map(() => Float64Array.from({ length: size }, () => random() - 0.5)) as [
      Float64Array,
      Float64Array,
    ];
    const [x, y] = [input('x', shape, 'float64'), input('y', shape, 'float64')];
    const d = distance.distance(x, y);
    const feed = (t: number) => ({
      x: hostTensor(
        x0.map((value, i) => value + t * u[i]!),
        shape,
        'float64',
      ),
      y: hostTensor(
        y0.map((value, i) => value + t * v[i]!),
        shape,
        'float64',
      ),
    });
    const at = (t: number) => interpret([d], feed(t))[0]!.data[0]!;
    const [dx, dy] = interpret(grad(reduceSum(d), [x, y]), feed(0));
    const step = 1e-6;
    const slope = (at(step) - at(-step)) / (2 * step);
    const along = (g: ArrayLike<number>, direction: Float64Array) =>
      direction.reduce((sum, value, i) => sum + value * g[i]!, 0);
    const expectedSlope = along(dx!.data as Float64Array, u) + along(dy!.data as Float64Array, v);
    expect(slope / expectedSlope).toBeCloseTo(1, 3);
  });
});

test('unknown names are answered with the known ones', () => {
  expect(() => distanceNamed('lpips2')).toThrow(/There is no distance "lpips2"; there are l0, l0:pixels, l1/);
});
