import { beforeAll, describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import { distanceAttack } from '../src/attack/distance-attack.ts';
import { penaltySlope, updatedMultiplier } from '../src/attack/lagrangian.ts';
import { changes } from '../src/attack/parameterisation.ts';
import type { Distance } from '../src/distance/distance.ts';
import { loadModel } from '../src/model/load-model.ts';
import type { Model } from '../src/model/model.ts';
import { GraphBuilder } from '../src/onnx/file/graph-builder.ts';
import { compile } from '../src/runtime/compile.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { sub } from '../src/tensor/ops/arithmetic.ts';
import { maximum } from '../src/tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../src/tensor/ops/reduce.ts';
import { reduceMax } from '../src/tensor/ops/reduce-extrema.ts';
import { abs, sqrt, square } from '../src/tensor/ops/unary.ts';
import type { Tensor } from '../src/tensor/tensor.ts';
import { pseudoRandom } from './random.ts';
import { smallNetwork } from './support/network.ts';

const axes = [1, 2, 3];
const lp = (name: string, of: (delta: Tensor) => Tensor): Distance => ({
  name,
  brief: name,
  source: 'test',
  convention: { colour: 'rgb', sampling: 'none', better: 'lower', identity: 0, symmetric: true, minimumSize: 1 },
  value: (x, y) => of(sub(x, y)),
  distance: (x, y) => of(sub(x, y)),
});
const l2 = lp('l2', (delta) => sqrt(maximum(reduceSum(square(delta), { axes }), 1e-12)));
const linf = lp('linf', (delta) => reduceMax(abs(delta), { axes }));
const meanSquare = lp('mse', (delta) => reduceMean(square(delta), { axes }));

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
      expect(result.adversarial!.measured.l2).toBeGreaterThanOrEqual(nearest * 0.999);
      expect(result.adversarial!.measured.l2).toBeLessThan(nearest * 1.03);
      expect(result.adversarial!.prediction.label).not.toBe(y);
      expect(result.adversarial!.lp.l2).toBeCloseTo(result.adversarial!.measured.l2!, 4);
    }
  });

  test('towards a target ends at the target', async () => {
    const { model } = await linearModel(4);
    const x = middle(1);
    const [free] = await distanceAttack(model, [x], undefined, { distance: l2 });
    const target = [0, 1, 2, 3].find((k) => k !== free!.label && k !== free!.adversarial!.prediction.label)!;
    const [led] = await distanceAttack(model, [x], undefined, { distance: l2, target });
    expect(led!.adversarial!.prediction.label).toBe(target);
    expect(led!.adversarial!.measured.l2!).toBeGreaterThan(free!.adversarial!.measured.l2!);
  });

  test('stays under a mask', async () => {
    const { model } = await linearModel(4);
    const x = middle(2);
    const mask = Float32Array.from({ length: 16 }, (_, p) => Number(p % 4 < 2));
    const [result] = await distanceAttack(model, [x], undefined, { distance: l2, mask });
    const found = result!.adversarial!.x;
    found.forEach((value, p) => {
      if (mask[p % 16] === 0) expect(value).toBe(x[p]);
    });
    const [free] = await distanceAttack(model, [x], undefined, { distance: l2 });
    expect(result!.adversarial!.measured.l2!).toBeGreaterThan(free!.adversarial!.measured.l2!);
  });
});

describe('on a network', () => {
  const image = () => Float32Array.from({ length: 768 }, pseudoRandom(3));

  test('a budget is kept, in float and in 8 bits, and ends the search early', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    const [smallest] = await distanceAttack(model, [image()], undefined, { distance: l2 });
    const budget = 3 * smallest!.adversarial!.measured.l2!;
    const [within] = await distanceAttack(model, [image()], undefined, { distance: l2, budget });
    expect(within!.adversarial!.measured.l2).toBeLessThanOrEqual(budget);
    expect(within!.adversarial8!.measured.l2).toBeLessThanOrEqual(budget);
    expect(within!.adversarial8!.x.every((v) => Math.abs(v * 255 - Math.round(v * 255)) < 1e-3)).toBe(true);
    expect(within!.backwards).toBeLessThan(smallest!.backwards);
    const [impossible] = await distanceAttack(model, [image()], undefined, {
      distance: l2,
      budget: smallest!.adversarial!.measured.l2! / 10,
      steps: 60,
    });
    expect(impossible!.adversarial).toBeUndefined();
    expect(impossible!.adversarial8).toBeUndefined();
  });

  test('a second bound holds beside the distance that is made small', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    const [free] = await distanceAttack(model, [image()], undefined, { distance: meanSquare });
    const bound = { distance: linf, budget: 0.6 * free!.adversarial!.lp.linf };
    const [result] = await distanceAttack(model, [image()], undefined, { distance: meanSquare, bounds: [bound] });
    expect(result!.adversarial!.measured.linf).toBeLessThanOrEqual(bound.budget * 1.0001);
    expect(result!.adversarial!.lp.linf).toBeLessThanOrEqual(bound.budget * 1.0001);
  });

  test('a picture gets the same result alone and among others', async () => {
    await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
    const images = [image(), Float32Array.from({ length: 768 }, pseudoRandom(8))];
    const together = await distanceAttack(model, images, undefined, { distance: l2, steps: 40 });
    const alone = await distanceAttack(model, images.slice(1), undefined, { distance: l2, steps: 40 });
    expect(alone[0]!.adversarial!.x).toEqual(together[1]!.adversarial!.x);
  });

  test.each(['colour', 'flow', 'rigid'] as const)(
    'a change by %s is nothing at zero, and what is found is such a change',
    async (name) => {
      await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
      const change = changes[name];
      const shape = change.shape([3, 16, 16]);
      const program = await compile(
        ({ z, x0 }) => ({ x: change.apply(z!, x0!) }),
        { z: { shape: [1, ...shape], dtype: 'float32' }, x0: { shape: [1, 3, 16, 16], dtype: 'float32' } },
        { device },
      );
      const { x } = await program.run({ z: new Float32Array(shape.reduce((a, b) => a * b, 1)), x0: image() });
      (x!.data as Float32Array).forEach((value, i) => {
        expect(value).toBeCloseTo(image()[i]!, 5);
      });
      const [result] = await distanceAttack(model, [image()], undefined, { distance: l2, change: name, steps: 80 });
      if (result!.adversarial === undefined) return; // too stiff a change may find nothing on a small network
      expect(result!.adversarial.prediction.label).not.toBe(result!.label);
      if (name !== 'colour') return;
      // A map of colours sends equal colours to equal colours.
      const found = result!.adversarial.x;
      expect(found.some((value, i) => value !== image()[i])).toBe(true);
    },
  );
});

describe('options', () => {
  test.each([
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

describe('multipliers', () => {
  test('grow while a constraint is violated and shrink while it holds', () => {
    const start = { mu: 1, rho: 1 };
    expect(updatedMultiplier(start, 0.5).mu).toBeCloseTo(0.9 + 0.1 * (1 + 1 + 0.125), 12);
    expect(updatedMultiplier(start, -1).mu).toBeCloseTo(0.9 + 0.1 / 4, 12);
    expect(penaltySlope(0, { mu: 3, rho: 2 })).toBe(3);
  });
});
