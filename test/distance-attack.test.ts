import { beforeAll, describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import { answer } from '../src/attack/criterion.ts';
import { distanceAttack } from '../src/attack/distance-attack.ts';
import { searchProblem } from '../src/attack/distance-problem.ts';
import { changes } from '../src/attack/parameterisation.ts';
import { shapes } from '../src/data/shapes/shapes.ts';
import { distances } from '../src/distance/ball.ts';
import type { Distance } from '../src/distance/distance.ts';
import { enlarged } from '../src/distance/enlarged.ts';
import { l0, l1, l2, linf, psnr } from '../src/distance/lp.ts';
import { measure } from '../src/distance/measure.ts';
import { distanceRegistry } from '../src/distance/registry.ts';
import { msSsim, ssim } from '../src/distance/ssim.ts';
import { loadModel } from '../src/model/load-model.ts';
import type { Model } from '../src/model/model.ts';
import { GraphBuilder } from '../src/onnx/file/graph-builder.ts';
import { compile } from '../src/runtime/compile.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { mul, sub } from '../src/tensor/ops/arithmetic.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { log, sqrt, square } from '../src/tensor/ops/unary.ts';
import { sizeOf } from '../src/tensor/shape.ts';
import { constant } from '../src/tensor/tensor.ts';
import { pseudoRandom } from './random.ts';
import { smallNetwork } from './support/network.ts';

let device: DeviceRuntime;
beforeAll(async () => {
  device = await openRuntime('cpu');
});

/** Scores linear in the pixels [3, 4, 4], `classes` of them. */
async function linearModel(classes: number): Promise<{ model: Model; w: Float32Array; size: number }> {
  const size = 48;
  const random = pseudoRandom(5);
  const w = Float32Array.from({ length: classes * size }, () => 2 * random() - 1);
  const g = new GraphBuilder();
  g.input('x', 'float32', ['N', 3, 4, 4]);
  const weight = g.initializer('float32', [classes, size], new Uint8Array(w.buffer));
  const flat = g.node('Flatten', ['x'], { axis: 1 })[0]!;
  g.node('Gemm', [flat, weight], { transB: 1 }, ['y']);
  g.output('y', 'float32', ['N', classes]);
  return { model: await loadModel(g.encode(13), { preprocessing: 'none', device }), w, size };
}

/** The smallest sum of changes within [0, 1] that crosses a hyperplane: the largest weights first, each to the border. */
function leastL1(normal: readonly number[], x: Float32Array, margin: number): number {
  const sum = normal.reduce((total, v, p) => total + v * x[p]!, 0);
  const order = normal.map((v, p) => ({ gain: Math.abs(v), room: Math.sign(sum) * v > 0 ? x[p]! : 1 - x[p]! }));
  order.sort((a, b) => b.gain - a.gain);
  let [total, left] = [0, margin];
  for (const { gain, room } of order) {
    const used = Math.min(room, left / gain);
    total += used;
    left -= used * gain;
  }
  return total;
}

/** Distances of pairs of pictures [C, H, W]. */
async function distancesOf(
  distance: Distance,
  { channels, height, width }: Pick<Model, 'channels' | 'height' | 'width'>,
  pairs: readonly (readonly [x: Float32Array, y: Float32Array])[],
): Promise<number[]> {
  const picture = (data: Float32Array) => ({ data, channels, height, width });
  const rows = await measure(
    [distance],
    pairs.map(([x, y]) => ({ x: picture(x), y: picture(y) })),
    { device },
  );
  return rows.map(([one]) => (one!.kind === 'measured' ? one!.distance : Number.NaN));
}

const middle = (seed: number) => {
  const random = pseudoRandom(seed);
  return Float32Array.from({ length: 48 }, () => 0.4 + 0.2 * random());
};

describe('the smallest change of a linear model', () => {
  test('in l2 is the distance to the nearest of its hyperplanes', async () => {
    const { model, w, size } = await linearModel(4);
    const images = [1, 2, 3].map(middle);
    const results = await distanceAttack(model, images, undefined, { distance: l2, steps: 400 });
    for (const [i, result] of results.entries()) {
      const x = images[i]!;
      const row = (k: number) => w.subarray(k * size, (k + 1) * size);
      const score = (k: number) => row(k).reduce((sum, v, p) => sum + v * x[p]!, 0);
      const y = result.label;
      const nearest = Math.min(
        ...[0, 1, 2, 3]
          .filter((k) => k !== y)
          .map((k) => {
            const normal = row(y).map((v, p) => v - row(k)[p]!);
            return (score(y) - score(k)) / Math.hypot(...normal);
          }),
      );
      expect(result.measured!.l2).toBeGreaterThanOrEqual(nearest * 0.999);
      expect(result.measured!.l2).toBeLessThan(nearest * 1.03);
      expect(result.after.label).not.toBe(y);
      expect(result.distances.l2).toBeCloseTo(result.measured!.l2!, 4);
    }
  });

  test('in linf is the margin over the l1 length of the normal, in l1 over its largest entry', async () => {
    const { model, w, size } = await linearModel(2);
    const x = middle(4);
    const normal = Array.from({ length: size }, (_, p) => w[p]! - w[size + p]!);
    const margin = Math.abs(normal.reduce((sum, v, p) => sum + v * x[p]!, 0));
    // Small enough that no pixel leaves [0, 1]; in l1 one pixel cannot go further than to the border.
    const least = {
      linf: margin / normal.reduce((sum, v) => sum + Math.abs(v), 0),
      l1: leastL1(normal, x, margin),
    };
    // The search makes the 16-norm small; where it is smallest, changes go as |w|^(1/15).
    const powers = (q: number) => normal.reduce((sum, v) => sum + Math.abs(v) ** q, 0);
    const standIn = (Math.max(...normal.map(Math.abs)) ** (1 / 15) * powers(1)) / powers(16 / 15);
    for (const distance of [linf, l1]) {
      const [result] = await distanceAttack(model, [x], undefined, { distance, steps: 400 });
      const ratio = result!.measured![distance.name]! / least[distance.name as 'linf' | 'l1'];
      expect(ratio).toBeGreaterThan(0.999);
      expect(ratio).toBeLessThan(distance === linf ? 1.03 * standIn : 1.15);
    }
  });

  test('in l0 is a few values of the largest weight', async () => {
    const { model, w, size } = await linearModel(2);
    const x = middle(4);
    const normal = Array.from({ length: size }, (_, p) => w[p]! - w[size + p]!);
    const sum = normal.reduce((total, v, p) => total + v * x[p]!, 0);
    const gains = normal
      .map((v, p) => (Math.sign(sum) * v > 0 ? Math.abs(v) * x[p]! : Math.abs(v) * (1 - x[p]!)))
      .sort((a, b) => b - a);
    let [fewest, left] = [0, Math.abs(sum)];
    while (left > 0) left -= gains[fewest++]!;
    const [result] = await distanceAttack(model, [x], undefined, { distance: l0 });
    expect(result!.measured8!.l0).toBeGreaterThanOrEqual(fewest);
    expect(result!.measured8!.l0).toBeLessThanOrEqual(fewest + 2);
  });

  test('towards a target ends at the target', async () => {
    const { model } = await linearModel(4);
    const x = middle(1);
    const [free] = await distanceAttack(model, [x], undefined, { distance: l2 });
    const target = [0, 1, 2, 3].find((k) => k !== free!.label && k !== free!.after.label)!;
    const [led] = await distanceAttack(model, [x], undefined, { distance: l2, target });
    expect(led!.after.label).toBe(target);
    expect(led!.measured!.l2!).toBeGreaterThan(free!.measured!.l2!);
  });

  test('lies at the edge even where the search was too short to come near it', async () => {
    const { model } = await linearModel(4);
    const [result] = await distanceAttack(model, [middle(1)], undefined, { distance: l2, steps: 40 });
    const { success, adversarial, original, label } = result!;
    expect(success).toBe(true);
    const part = (share: number) => original.map((value, i) => value + share * (adversarial[i]! - value));
    expect((await model.predictPlain(part(1.001))).label).not.toBe(label);
    expect((await model.predictPlain(part(0.995))).label).toBe(label);
  });

  test('stays under a mask', async () => {
    const { model } = await linearModel(4);
    const x = middle(2);
    const mask = Float32Array.from({ length: 16 }, (_, p) => Number(p % 4 < 2));
    const [result] = await distanceAttack(model, [x], undefined, { distance: l2, mask });
    const found = result!.adversarial;
    found.forEach((value, p) => {
      if (mask[p % 16] === 0) expect(value).toBe(x[p]);
    });
    const [free] = await distanceAttack(model, [x], undefined, { distance: l2 });
    expect(result!.measured!.l2!).toBeGreaterThan(free!.measured!.l2!);
  });
});

describe('on a network', () => {
  const image = () => Float32Array.from({ length: 768 }, pseudoRandom(3));

  test('a budget is kept, in float and in 8 bits, and ends the search early', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    const [smallest] = await distanceAttack(model, [image()], undefined, { distance: l2 });
    const budget = 3 * smallest!.measured!.l2!;
    const [within] = await distanceAttack(model, [image()], undefined, { distance: l2, budget });
    expect(within!.measured!.l2).toBeLessThanOrEqual(budget);
    expect(within!.measured8!.l2).toBeLessThanOrEqual(budget);
    expect(within!.adversarial8.every((v) => Math.abs(v * 255 - Math.round(v * 255)) < 1e-3)).toBe(true);
    expect(within!.backwards).toBeLessThan(smallest!.backwards);
    const [impossible] = await distanceAttack(model, [image()], undefined, {
      distance: l2,
      budget: smallest!.measured!.l2! / 10,
      steps: 60,
    });
    expect(impossible).toMatchObject({ success: false, success8: false, measured: undefined, measured8: undefined });
    expect(impossible!.adversarial).toEqual(image());
  });

  test('a second bound holds beside the distance that is made small', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    const [free] = await distanceAttack(model, [image()], undefined, { distance: psnr });
    const bound = { distance: linf, budget: 0.6 * free!.distances.linf };
    const [result] = await distanceAttack(model, [image()], undefined, { distance: psnr, bounds: [bound] });
    expect(result!.measured!.linf).toBeLessThanOrEqual(bound.budget * 1.0001);
    expect(result!.distances.linf).toBeLessThanOrEqual(bound.budget * 1.0001);
  });

  test('a picture gets the same result alone and among others', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    const images = [image(), Float32Array.from({ length: 768 }, pseudoRandom(8))];
    const together = await distanceAttack(model, images, undefined, { distance: l2, steps: 40 });
    const alone = await distanceAttack(model, images.slice(1), undefined, { distance: l2, steps: 40 });
    expect(alone[0]!.adversarial).toEqual(together[1]!.adversarial);
  });

  test('several bounds hold together, in float and in 8 bits', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    const [free] = await distanceAttack(model, [image()], undefined, { distance: ssim, steps: 100 });
    const bounds = [
      { distance: linf, budget: 0.8 * free!.distances.linf },
      { distance: l1, budget: 1.5 * free!.distances.l1 },
    ];
    const [result] = await distanceAttack(model, [image()], undefined, { distance: ssim, bounds, steps: 100 });
    expect(result!.success8).toBe(true);
    for (const [x, measured] of [
      [result!.adversarial, result!.measured!],
      [result!.adversarial8, result!.measured8!],
    ] as const) {
      const lp = distances(x, image());
      expect(lp.linf).toBeLessThanOrEqual(bounds[0]!.budget * 1.0001);
      expect(lp.l1).toBeLessThanOrEqual(bounds[1]!.budget * 1.0001);
      expect(measured.linf).toBeCloseTo(lp.linf, 5);
      expect((await model.predictPlain(x)).label).not.toBe(result!.label);
    }
  });

  test('two distances of one name are two distances', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    for (const distance of [l2, l1].map((one) => ({ ...one, name: 'net.onnx' }))) {
      const [result] = await distanceAttack(model, [image()], undefined, { distance, steps: 20 });
      const [own] = await distancesOf(distance, model, [[result!.adversarial8, image()]]);
      expect(result!.measured8!['net.onnx']).toBeCloseTo(own!, 4);
    }
  });

  test('a slope that is not defined at some pixels moves nothing there, and is told of', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    const seen = Float32Array.from({ length: 256 }, (_, p) => Number(p % 16 < 12));
    // A bare root of zero has an infinite slope, which times nothing is NaN.
    const half: Distance = {
      ...l1,
      name: 'sum of bare roots',
      distance: (x, y) =>
        reduceSum(sqrt(square(mul(sub(x, y), constant(seen, [1, 1, 16, 16], x.dtype)))), { axes: [1, 2, 3] }),
    };
    const start = image().map((value) => 0.3 + 0.4 * value);
    const [result] = await distanceAttack(model, [start], undefined, { distance: half, steps: 60 });
    expect(result!.notes).toContain('The gradient became NaN.');
    expect(result!.success).toBe(true);
    // The noise that a search starts with, a tenth of a step.
    result!.adversarial.forEach((value, i) => {
      if (seen[i % 256] === 0) expect(Math.abs(value - start[i]!)).toBeLessThan(0.003);
    });
  });

  test('a distance that is NaN, or a gradient that is, is told of and is no success', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    const root: Distance = {
      ...ssim,
      name: 'log of a difference',
      distance: (x, y) => reduceSum(log(mul(square(sub(x, y)), -1)), { axes: [1, 2, 3] }),
    };
    const [result] = await distanceAttack(model, [image()], undefined, { distance: root, steps: 10 });
    expect(result!.notes).toContain('The gradient became NaN.');
    expect([result!.success, result!.success8]).toEqual([false, false]);
  });
});

describe('the search', () => {
  const far = 0.3;
  test.each([
    ['pixels', [linf, l2], { linf: 0.05, l2: 0.8 }],
    ['colour', [linf], { linf: Number.POSITIVE_INFINITY }],
  ] as const)(
    'keeps balls of norms by projection where the change is of %s, and only there',
    async (name, norms, most) => {
      await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
      const limits = { linf: 0.05, l2: 0.8 };
      const [main, ...bounds] = norms.map((distance) => ({ distance, limit: limits[distance.name as 'linf' | 'l2'] }));
      const { project, shape } = searchProblem({
        model,
        main: main!,
        bounds,
        change: changes[name],
        isTargeted: false,
        criterion: answer,
      });
      const program = await compile(
        ({ z, x0 }) => ({ z: project!(z!, { x0: x0! }) }),
        { z: { shape: [1, ...shape], dtype: 'float32' }, x0: { shape: [1, 3, 16, 16], dtype: 'float32' } },
        { device },
      );
      const z = Float32Array.from({ length: sizeOf(shape) }, (_, i) => far * Math.sin(i));
      const { z: inside } = await program.run({ z, x0: new Float32Array(768).fill(0.5) });
      await program.release();
      const found = distances(inside!.data as Float32Array, new Float32Array(z.length));
      for (const { name: norm } of norms)
        expect(found[norm as 'linf']).toBeLessThanOrEqual(most[norm as 'linf'] * 1.0001);
      if (name === 'colour') expect(inside!.data).toEqual(z);
    },
  );
});

describe('options', () => {
  test.each([
    [{ budget: 1000 }, /A budget of 1000 for l2 excludes nothing/],
    [{ bounds: [{ distance: linf, budget: 8 }] }, /Did you mean 8\/255\?/],
    [{ bounds: [{ distance: l2, budget: 1 }] }, /l2 is given twice/],
    [{ distance: msSsim }, /ms-ssim needs pictures of at least 176 x 176 pixels, got 16 x 16/],
    [{ mask: new Float32Array(256).fill(2) }, /A mask holds values from 0/],
    [{ budget: -1 }, /A budget must be a positive number, got -1/],
    [{ mask: new Float32Array(3) }, /The mask has 3 values; pictures have 16 x 16 pixels/],
    [{ mask: new Float32Array(256) }, /leaves no pixel to change/],
    [{ steps: 0 }, /Steps must be a whole number/],
    [{ target: 99 }, /Class 99 does not exist/],
  ])('%o are refused', async (changesOfOptions, message) => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    const attack = distanceAttack(model, [new Float32Array(768)], undefined, { distance: l2, ...changesOfOptions });
    await expect(attack).rejects.toThrow(message);
  });
});

describe('on the embedded classifier of shapes', () => {
  test('every distance is fooled at no more than the smallest change in l2 measures', async () => {
    await using model = await loadModel('zoo:shapes-standard', { device });
    const set = shapes({ split: 'test' });
    const images: Float32Array[] = [];
    for (let i = 0; images.length < 2; i++) {
      const { data } = await set.image(i);
      if ((await model.predictPlain(data)).label === set.label(i)) images.push(data);
    }
    const options = { steps: 20 };
    const byL2 = await distanceAttack(model, images, undefined, { distance: l2, ...options });
    expect(byL2.map(({ success8 }) => success8)).toEqual([true, true]);
    for (const one of distanceRegistry) {
      const distance = enlarged(one, model.height, model.width);
      const own = await distanceAttack(model, images, undefined, { distance, ...options });
      for (const [i, result] of own.entries()) {
        expect.soft(result.success8, one.name).toBe(true);
        const [mine, theirs] = await distancesOf(distance, model, [
          [result.adversarial8, images[i]!],
          [byL2[i]!.adversarial8, images[i]!],
        ]);
        expect.soft(mine, one.name).toBeLessThanOrEqual(theirs! * (1 + 1e-5));
        expect.soft(result.measured8![distance.name], one.name).toBeCloseTo(mine!, 5);
      }
    }
  }, 600_000);

  test('what is smallest is found within a budget just above it', async () => {
    await using model = await loadModel('zoo:shapes-standard', { device });
    const { data } = await shapes({ split: 'test' }).image(1);
    const [smallest] = await distanceAttack(model, [data], undefined, { distance: ssim, steps: 50 });
    const budget = 1.05 * smallest!.measured8!.ssim!;
    const [within] = await distanceAttack(model, [data], undefined, { distance: ssim, budget, steps: 50 });
    expect(within!.measured!.ssim).toBeLessThanOrEqual(budget * 1.0001);
    expect(within!.measured8!.ssim).toBeLessThanOrEqual(budget * 1.0001);
  });
});

describe('an enlarged distance', () => {
  test('is the distance of both pictures with every pixel repeated, and itself where pictures are large enough', async () => {
    expect(enlarged(ssim, 16, 11)).toBe(ssim);
    const large = enlarged(msSsim, 16, 16);
    expect(large.name).toBe('ms-ssim enlarged 11x');
    const [x, y] = [1, 2].map((seed) => Float32Array.from({ length: 256 }, pseudoRandom(seed)));
    const repeat = (values: Float32Array) =>
      Float32Array.from(
        { length: 176 * 176 },
        (_, i) => values[Math.floor(i / 176 / 11) * 16 + Math.floor((i % 176) / 11)]!,
      );
    const [small] = await distancesOf(large, { channels: 1, height: 16, width: 16 }, [[x!, y!]]);
    const [full] = await distancesOf(msSsim, { channels: 1, height: 176, width: 176 }, [[repeat(x!), repeat(y!)]]);
    expect(small).toBeCloseTo(full!, 5);
    expect(full).toBeGreaterThan(0.1);
  });
});

test.each([
  ['the distance of the search itself', l2, 1, 0],
  // The search in l2 goes before, and its best is a second start.
  ['another distance', ssim, 2, 1],
] as const)('its path tells every point that was looked at, by %s', async (_name, distance, starts, before) => {
  const model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
  const random = pseudoRandom(3);
  const x0 = Float32Array.from({ length: 768 }, () => 0.3 + 0.4 * random());
  const [result] = await distanceAttack(model, [x0], undefined, { distance, steps: 20 });
  const { path, success, measured, forwards } = result!;
  expect(success).toBe(true);
  const perSearch = path.length / starts;
  expect([20, 21]).toContain(perSearch);
  const asked = path.map((point) => point.forwards);
  // One question each, after those of the search in l2, the starts and the first answer.
  expect(asked).toEqual(path.map((_, i) => asked[0]! + i));
  expect(asked[0]!).toBeGreaterThan(before * perSearch);
  expect(asked.at(-1)!).toBeLessThan(forwards);
  const fooling = path.filter(({ excess }) => excess > 0).map((point) => point.distance);
  expect(fooling.length).toBeGreaterThan(0);
  // What is returned is the nearest of them or nearer.
  expect(measured![distance.name]!).toBeLessThanOrEqual(Math.min(...fooling) * (1 + 1e-4));
});
