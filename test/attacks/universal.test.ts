/** @file Universal perturbations: the known optimum of linear models, honest rates on both sets, balls, 8 bits, resuming. */
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { projectLinf } from '../../src/attack/projection.ts';
import { eightBitChange } from '../../src/attack/universal-change.ts';
import { type UniversalOptions, universalPerturbation } from '../../src/attack/universal-perturbation.ts';
import { normOf } from '../../src/attack/vector.ts';
import { shapes } from '../../src/data/shapes/shapes.ts';
import { quantize8 } from '../../src/image/image.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { linearNetwork } from '../support/network.ts';

const device = await openRuntime('cpu');
const model = await loadModel('zoo:shapes-standard', { device });
async function pictures(split: 'train' | 'test', count: number) {
  const set = shapes({ split });
  const images: Float32Array[] = [];
  for (let i = 0; i < count; i++) images.push((await set.image(i)).data);
  return { images, labels: images.map((_, i) => set.label(i)) };
}
const crafting = await pictures('train', 32);
const heldOut = await pictures('test', 32);
const craft = (options: Partial<UniversalOptions>) =>
  universalPerturbation(model, crafting.images, crafting.labels, { epsilon: 10 / 255, heldOut, passes: 4, ...options });

/** Shares of right answers that v turns into others, asked of the plain model. */
async function rateOf({ images, labels }: typeof crafting, v: Float32Array, eightBit: boolean): Promise<number> {
  let [right, fooled] = [0, 0];
  for (const [i, x0] of images.entries()) {
    if ((await model.predictPlain(x0)).label !== labels[i]) continue;
    right++;
    const x = x0.map((value, k) => Math.min(1, Math.max(0, value + v[k]!)));
    fooled += Number((await model.predictPlain(eightBit ? quantize8(x) : x)).label !== labels[i]);
  }
  return fooled / right;
}

describe.each(['linf', 'l2'] as const)('in %s', (norm) => {
  const epsilon = norm === 'linf' ? 4 / 255 : 0.8;

  it.each(['sgd', 'deepfool'] as const)(
    'a linear model is fooled by %s as far as can be, and no further',
    async (method) => {
      const random = pseudoRandom(3);
      const w = Float64Array.from({ length: 768 }, () => Math.fround(random() - 0.5));
      const best = epsilon * (norm === 'linf' ? w.reduce((s, v) => s + Math.abs(v), 0) : Math.hypot(...w));
      const grey = new Float32Array(768).fill(0.5);
      const base = w.reduce((s, v, i) => s + v * grey[i]!, 0);
      await using linear = await loadModel(linearNetwork(w, -base), { preprocessing: 'none', device });
      // Pictures whose scores lie by these shares of the largest gain behind the border.
      const shares = [0.3, 0.6, 0.9, 1.1, 1.5];
      const images = shares.map((share) => {
        const step = (share * best) / w.reduce((s, v) => s + v * v, 0);
        return grey.map((value, i) => value - step * w[i]!);
      });
      const options = { norm, epsilon, method, enough: 1, passes: 40 };
      const { crafting: rate, perturbation } = await universalPerturbation(linear, images, undefined, options);
      expect([rate.pictures, rate.fooled]).toEqual([5, 3]);
      const gain = perturbation.reduce((s, v, i) => s + v * w[i]!, 0);
      expect(gain).toBeLessThanOrEqual(best * (1 + 1e-5));
      expect(gain).toBeGreaterThan(0.9 * best);
    },
  );

  it('a network is fooled on both sets, as its file says, inside the ball, and more than by noise', async () => {
    const result = await craft({ norm, epsilon: norm === 'linf' ? 10 / 255 : 2 });
    const { perturbation, perturbation8, crafting: own, heldOut: others } = result;
    for (const v of [perturbation, perturbation8])
      expect(normOf(norm, v)).toBeLessThanOrEqual(result.epsilon * (1 + 1e-5));
    for (const value of perturbation8) expect(Math.abs(255 * value - Math.round(255 * value))).toBeLessThan(1e-3);
    expect(own.rate).toBeCloseTo(await rateOf(crafting, perturbation, false), 9);
    expect(own.rate8).toBeCloseTo(await rateOf(crafting, perturbation8, true), 9);
    expect(others!.rate8).toBeCloseTo(await rateOf(heldOut, perturbation8, true), 9);
    const random = pseudoRandom(5);
    const noise = perturbation.map(() => 2 * random() - 1);
    const least = (await rateOf(heldOut, scaledTo(noise, norm, result.epsilon), true)) + 0.2;
    expect(others!.rate8).toBeGreaterThan(least);
    expect(own.rate8).toBeGreaterThan(0.5);
    expect(Math.max(...result.rates)).toBeCloseTo(own.rate, 1);
  });
});

/** Noise at the ball's border: signs, or its direction. */
function scaledTo(noise: Float32Array, norm: 'linf' | 'l2', epsilon: number): Float32Array {
  return norm === 'linf'
    ? noise.map((value) => epsilon * Math.sign(value))
    : noise.map((value) => (value * epsilon) / normOf('l2', noise));
}

it('deepfool ends after the pass in which enough pictures are fooled', async () => {
  const { rates, crafting: rate, backwards } = await craft({ method: 'deepfool', enough: 0.3, passes: 6 });
  expect(rates.at(-1)).toBeGreaterThanOrEqual(0.3);
  expect(rates.slice(0, -1).every((value) => value < 0.3)).toBe(true);
  expect(rate.rate).toBeGreaterThanOrEqual(0.3);
  expect(backwards).toBeGreaterThan(0);
});

it('gives the same again, and goes on from what it gave', async () => {
  const [a, b] = [await craft({ passes: 2 }), await craft({ passes: 2 })];
  expect(b).toEqual(a);
  expect((await craft({ passes: 2, seed: 1 })).perturbation).not.toEqual(a.perturbation);
  const same = await craft({ passes: 0, start: a.perturbation });
  expect([same.perturbation, same.crafting, same.heldOut]).toEqual([a.perturbation, a.crafting, a.heldOut]);
  const further = await craft({ passes: 3, start: a.perturbation });
  expect(further.crafting.rate).toBeGreaterThanOrEqual(a.crafting.rate);
});

it('leads to a target, and keeps what the mask forbids to change', async () => {
  const mask = Float32Array.from({ length: 1024 }, (_, p) => Number(p % 32 < 28));
  const result = await craft({ target: 3, epsilon: 24 / 255, mask, passes: 6 });
  expect(result.perturbation.every((value, i) => mask[i % 1024] === 1 || value === 0)).toBe(true);
  expect(result.crafting.pictures).toBe(crafting.labels.length - (await answersOf(3)));
  expect(result.crafting.rate8).toBeGreaterThan(0.2);
  expect(result.target).toBe(3);
});

async function answersOf(label: number): Promise<number> {
  let count = 0;
  for (const image of crafting.images) count += Number((await model.predictPlain(image)).label === label);
  return count;
}

it('counts a forward and a backward pass for each picture of a step', async () => {
  const { crafting: rate, heldOut: others, forwards, backwards } = await craft({ passes: 2, batch: 8, enough: 1 });
  const steps = 2 * Math.ceil(rate.pictures / 8);
  expect(backwards).toBe(8 * steps);
  // Both sets before, the crafting set before and after each pass, both in two forms at the end.
  expect(forwards).toBe(64 + 8 * steps + 3 * rate.pictures + 2 * (rate.pictures + others!.pictures));
});

describe('a change by itself', () => {
  it('is rounded to whole 255ths without leaving it', () => {
    const random = pseudoRandom(9);
    const v = Float32Array.from({ length: 500 }, () => 0.06 * (random() - 0.5));
    const levels = (values: Float32Array) => Array.from(values, (value) => Math.fround(value) * 255);
    const linf = eightBitChange(projectLinf(v, 5.5 / 255), 'linf', 5.5 / 255);
    levels(linf).forEach((level, i) => {
      expect(level).toBeCloseTo(Math.min(5, Math.max(-5, Math.round(255 * v[i]!))), 4);
    });
    const radius = normOf('l2', v);
    const l2 = eightBitChange(v, 'l2', radius);
    expect(normOf('l2', l2)).toBeLessThanOrEqual(radius * (1 + 1e-5));
    expect(normOf('l2', l2)).toBeGreaterThan(0.97 * radius);
    for (const level of levels(l2)) expect(level).toBeCloseTo(Math.round(level), 4);
  });
});

it('ends when it is told to, and tells how far it is', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const seen: (readonly [number, number])[] = [];
  const running = craft({
    passes: 9,
    signal: controller.signal,
    onProgress: (done, total) => {
      seen.push([done, total]);
      if (done === 2) controller.abort(reason);
    },
  });
  await expect(running).rejects.toBe(reason);
  expect(seen).toEqual([
    [1, 9],
    [2, 9],
  ]);
});

it.each([
  ['an epsilon in the wrong unit', { epsilon: 10 }, 'Did you mean 10/255?'],
  ['another norm', { norm: 'l1' as 'l2' }, 'A universal perturbation is not defined for "l1", but for linf, l2.'],
  ['an unknown method', { method: 'gan' as 'sgd' }, 'Method "gan" is not one of sgd, deepfool.'],
  ['a target for deepfool', { method: 'deepfool', target: 1 } as const, 'DeepFool leads away from labels'],
  ['a start of another size', { start: new Float32Array(5) }, 'The start has 5 values; a change has 3072'],
  ['a share of nothing', { enough: 0 }, 'Enough is a share above 0'],
])('refuses %s', async (_name, options, message) => {
  await expect(craft(options)).rejects.toThrow(message);
});
