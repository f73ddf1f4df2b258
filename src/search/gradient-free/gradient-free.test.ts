/** @file Search without gradients: known optima, as fast as the literature has it; seeds decide; NaN does not. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../random/random-stream.ts';
import { type AskTell, ranking, runAskTell } from './ask-tell.ts';
import { cmaEs } from './cma-es.ts';
import { genetic } from './genetic.ts';
import { evolutionGradient } from './nes.ts';
import { sphereCma } from './sphere-cma.ts';

const n = 10;
const start = () => new Float64Array(n);
const ellipsoid = (z: Float64Array) => -z.reduce((sum, v, i) => sum + 10 ** ((4 * i) / (n - 1)) * (v - 0.5) ** 2, 0);
/** The same turned, so that its axes lie between the coordinates'. */
const turned = (z: Float64Array) => ellipsoid(z.map((v, i) => (v + (i % 2 === 0 ? 1 : -1) * z[i ^ 1]!) / Math.SQRT2));
const make: Readonly<Record<string, (seed: number) => AskTell>> = {
  'cma-es': (seed) => cmaEs({ start: start(), random: randomStream(seed), sigma: 0.5 }),
  'cma-es:diagonal': (seed) => cmaEs({ start: start(), random: randomStream(seed), sigma: 0.5, form: 'diagonal' }),
  'cma-es:cholesky': (seed) => cmaEs({ start: start(), random: randomStream(seed), sigma: 0.5, form: 'cholesky' }),
  genetic: (seed) => genetic({ dimensions: n, random: randomStream(seed) }),
  nes: (seed) => evolutionGradient({ start: start(), random: randomStream(seed), sigma: 0.05, rate: 0.05 }),
  'sphere-cma': (seed) => sphereCma({ dimensions: n, random: randomStream(seed) }),
};

describe.each(Object.entries(make))('%s', (name, open) => {
  it('raises a function of many scales, and keeps its best', async () => {
    const { value, path, evaluations, z } = await runAskTell(open(1), (points) => points.map(ellipsoid), 4000);
    expect(value).toBe(ellipsoid(z!));
    expect(path.at(-1)).toBe(value);
    for (const [i, best] of path.entries())
      expect(best).toBeGreaterThanOrEqual(path[i - 1] ?? Number.NEGATIVE_INFINITY);
    expect(evaluations).toBeGreaterThanOrEqual(4000);
    expect(value - path[0]!).toBeGreaterThan(0.5 * Math.abs(path[0]!));
    expect(name.startsWith('cma-es') ? value : Number.NEGATIVE_INFINITY).toBeLessThanOrEqual(0);
  });

  it('goes the same way for the same seed, and bears NaN', async () => {
    const holes = (z: Float64Array) => (z[0]! > 0.4 ? Number.NaN : ellipsoid(z));
    const run = (seed: number) => runAskTell(open(seed), (points) => points.map(holes), 600);
    const [a, b, other] = [await run(3), await run(3), await run(4)];
    expect(b).toEqual(a);
    expect(other.z).not.toEqual(a.z);
    expect(Number.isFinite(a.value)).toBe(true);
  });

  it('bears values without end, and says so where every value is NaN', async () => {
    const walls = (z: Float64Array) => (z[0]! > 0.4 ? Number.NEGATIVE_INFINITY : ellipsoid(z));
    const { value, path } = await runAskTell(open(5), (points) => points.map(walls), 2000);
    expect(value).toBeGreaterThan(path[0]!);
    const nothing = await runAskTell(open(5), (points) => points.map(() => Number.NaN), 100);
    expect(nothing.z).toBeUndefined();
  });

  it('ends when it is told to', async () => {
    const controller = new AbortController();
    const run = runAskTell(open(1), (points) => points.map(ellipsoid), 1e9, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(run).rejects.toThrow('enough');
  });
});

it.each(['cma-es', 'cma-es:cholesky'])('%s learns a shape that lies across the coordinates', async (name) => {
  const { value } = await runAskTell(make[name]!(2), (points) => points.map(turned), 9000);
  expect(value).toBeGreaterThan(-1e-10);
});

it('cma-es:diagonal learns scales of the coordinates alone', async () => {
  const along = await runAskTell(make['cma-es:diagonal']!(2), (points) => points.map(ellipsoid), 5000);
  expect(along.value).toBeGreaterThan(-1e-10);
});

it('sphere-cma stays on its sphere and finds the direction that a linear function names', async () => {
  const w = Float64Array.from({ length: 100 }, (_, i) => Math.sin(i));
  const radii: number[] = [];
  const { value } = await runAskTell(
    sphereCma({ dimensions: 100, random: randomStream(1), radius: 7 }),
    (points) =>
      points.map((z) => {
        radii.push(Math.hypot(...z));
        return z.reduce((sum, v, i) => sum + v * w[i]!, 0);
      }),
    3000,
  );
  for (const radius of radii) expect(radius).toBeCloseTo(7, 9);
  expect(value / (7 * Math.hypot(...w))).toBeGreaterThan(0.97);
});

it('ranks from the largest, equal ones in their order, NaN last', () => {
  expect(ranking([1, Number.NaN, 3, 1, -5])).toEqual([2, 0, 3, 4, 1]);
});
