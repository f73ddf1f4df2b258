/** @file What every attack of the registry promises, on networks built by code: budget, range, honesty, determinism, known optima. */
import { describe, expect, it } from 'vitest';
import { as8Bit } from '../src/attack/attack-figure.ts';
import type { AttackMethod, MethodOptions } from '../src/attack/method.ts';
import { attackMethods } from '../src/attack/methods.ts';
import { pgd } from '../src/attack/pgd.ts';
import type { AttackResult, DistanceAttackResult } from '../src/attack/result.ts';
import { type Distances, distances, withinBudget } from '../src/distance/ball.ts';
import { loadModel } from '../src/model/load-model.ts';
import { pseudoRandom } from './random.ts';
import { constantNetwork, linearNetwork, maskedNetwork, nearestMeanNetwork, smallNetwork } from './support/network.ts';
import { quick } from './support/quick-attacks.ts';

type Norm = keyof Distances;
type Result = AttackResult | DistanceAttackResult;

const size = 768;
const budgets: Readonly<Record<Norm, number>> = { linf: 16 / 255, l2: 1.5, l1: 24, l0: 90 };
const small = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'small' });

/** Pictures on the 8-bit grid, away from black and white unless asked. */
function pictures(count: number, seed = 1, low = 60, high = 195): Float32Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: size }, () => Math.round(low + (high - low) * random()) / 255),
  );
}

/** A picture that the small network takes for each of its classes, made from one. */
async function oneOfEachClass(): Promise<Float32Array[]> {
  const others: Float32Array[] = [];
  for (let target = 0; target < small.classCount; target++) {
    const [result] = await pgd(small, pictures(1, 77), undefined, { norm: 'linf', epsilon: 0.4, target });
    others.push(result!.adversarial);
  }
  return others;
}

function optionsOf(method: AttackMethod, norm: Norm, factor = 1): MethodOptions {
  const { options } = quick(method.name);
  return { norm, ...(method.kind === 'budget' ? { epsilon: budgets[norm] * factor } : {}), ...options };
}

const eightBit = (result: Result) => ('adversarial8' in result ? result.adversarial8 : result.adversarial);
const withoutPath = ({ path: _, ...rest }: Result) => rest;

describe.each(attackMethods.map((method) => [method.name, method] as const))('%s', (_name, method) => {
  const { share, ratio, countRatio = ratio, slack, crossesPlateaus } = quick(method.name);

  describe.each(method.norms)('in %s', (norm) => {
    it('fools, inside the ball and the range, as the plain model says, in float and in 8 bits', async () => {
      const results = await method.run(small, pictures(8), undefined, optionsOf(method, norm));
      const fooled = results.filter(({ success8 }) => success8);
      expect(fooled.length / results.length).toBeGreaterThanOrEqual(share);
      for (const result of results) {
        const { adversarial, original, success, label, after, path, forwards } = result;
        expect(result.method).toBe(method.name);
        expect(Math.min(...adversarial)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...adversarial)).toBeLessThanOrEqual(1);
        expect(result.distances).toEqual(distances(adversarial, original));
        if (method.kind === 'budget') expect(withinBudget(result.distances[norm], budgets[norm])).toBe(true);
        expect((await small.predictPlain(adversarial)).label).toBe(after.label);
        expect(after.label !== label).toBe(success);
        expect(success || adversarial.every((value, i) => value === original[i])).toBe(true);
        expect(path.length).toBeGreaterThan(0);
        expect(path.at(-1)!.forwards).toBeLessThanOrEqual(forwards);
      }
      for (const result of fooled) {
        const x8 = eightBit(result);
        for (const value of x8) expect(Math.abs(value * 255 - Math.round(value * 255))).toBeLessThan(1e-3);
        expect((await small.predictPlain(x8)).label).not.toBe(result.label);
      }
    });

    it('gives the same again, in any order, and alone or in a batch', async () => {
      const images = pictures(3, 3);
      const all = await method.run(small, images, undefined, optionsOf(method, norm));
      const again = await method.run(small, images.toReversed(), undefined, { ...optionsOf(method, norm), batch: 2 });
      const [alone] = await method.run(small, [images[1]!], undefined, optionsOf(method, norm));
      expect(again.toReversed().map(withoutPath)).toEqual(all.map(withoutPath));
      expect(alone).toEqual(all[1]);
    });

    it('keeps what the mask forbids to change', async () => {
      const mask = Float32Array.from({ length: 256 }, (_, p) => Number(p % 16 < 12));
      const results = await method.run(small, pictures(4, 5), undefined, { ...optionsOf(method, norm, 1.3), mask });
      expect(results.filter(({ success }) => success).length).toBeGreaterThanOrEqual(1);
      for (const result of results) {
        for (const x of [result.adversarial, eightBit(result)])
          x.forEach((value, i) => {
            if (mask[i % 256] === 0) expect(value).toBe(result.original[i]);
          });
      }
    });

    it('claims of pictures off the 8-bit grid, under a mask, what the plain model says of the PNG', async () => {
      const mask = Float32Array.from({ length: 256 }, (_, p) => Number(p % 16 < 12));
      const random = pseudoRandom(12);
      const images = pictures(2, 5).map((image) => image.map((value) => value + (0.9 * (random() - 0.5)) / 255));
      const results = await method.run(small, images, undefined, { ...optionsOf(method, norm, 1.3), mask });
      // Rounding alone changes more values than a count allows.
      const least = method.kind === 'budget' && norm === 'l0' ? 0 : 1;
      expect(results.filter(({ success8 }) => success8).length).toBeGreaterThanOrEqual(least);
      for (const result of results) {
        const { adversarial, original, success8, after8, label } = result;
        const isRounded = success8 && eightBit(result) === adversarial;
        const nearest = original.map((value) => Math.round(value * 255) / 255);
        const { data } = as8Bit(result, small);
        mask.forEach((allowed, p) => {
          if (allowed !== 0) return;
          for (const i of [p, p + 256, p + 512]) {
            expect(adversarial[i]).toBe((isRounded ? nearest : original)[i]);
            expect(data[i]).toBe(nearest[i]);
          }
        });
        if (!result.success) continue;
        expect((await small.predictPlain(data)).label).toBe(after8.label);
        if (!success8) continue;
        expect(data).toEqual(eightBit(result));
        expect(after8.label).not.toBe(label);
        if (method.kind === 'budget')
          expect(withinBudget(distances(data, original)[norm], budgets[norm] * 1.3)).toBe(true);
      }
    });

    it('moves values that are exactly black or white', async () => {
      const random = pseudoRandom(8);
      const image = Float32Array.from({ length: size }, () => Number(random() > 0.5));
      const [result] = await method.run(small, [image], undefined, optionsOf(method, norm, 3));
      expect(result!.success8).toBe(true);
      expect(result!.distances.l0).toBeGreaterThan(0);
    });

    it('reports failure with the original where nothing can be found', async () => {
      await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
      const [image] = pictures(1);
      const [result] = await method.run(constant, [image!], undefined, optionsOf(method, norm));
      expect([result!.success, result!.success8, result!.misclassifiedBefore]).toEqual([false, false, false]);
      expect(result!.adversarial).toEqual(image);
      expect(result!.distances).toEqual({ linf: 0, l2: 0, l1: 0, l0: 0 });
    });

    it('gives the same where all scores are lower by 20', async () => {
      await using shifted = await loadModel(smallNetwork(1, -20), { preprocessing: 'none' });
      const images = pictures(4);
      const [a, b] = [
        await method.run(small, images, undefined, optionsOf(method, norm)),
        await method.run(shifted, images, undefined, optionsOf(method, norm)),
      ];
      expect(b.map(({ success }) => success)).toEqual(a.map(({ success }) => success));
    });

    it.skipIf(!method.targeted)('leads to a target', async () => {
      const images = pictures(4, 2);
      const labels: number[] = [];
      for (const image of images) labels.push((await small.predictPlain(image)).label);
      const target = labels.map((label) => (label + 1) % 5);
      // From labels alone a target is reached only from a picture of its class.
      const starts = method.knowledge === 'labels' ? { starts: await oneOfEachClass() } : {};
      const results = await method.run(small, images, labels, { ...optionsOf(method, norm, 3), ...starts, target });
      for (const { success8, after8 } of results.filter((one) => one.success8)) {
        expect(success8 && target.includes(after8.label)).toBe(true);
      }
      expect(
        results.filter(({ success8, after8 }, i) => success8 && after8.label === target[i]).length / 4,
      ).toBeGreaterThanOrEqual(share / 2);
    });

    it('a linear model is fooled at its known distance, and never below', async () => {
      const random = pseudoRandom(31);
      const w = Float64Array.from({ length: size }, () => Math.fround(random() - 0.5));
      const images = pictures(5, 9, 100, 150);
      const ratios: number[] = [];
      for (const image of images) {
        const base = w.reduce((sum, v, i) => sum + v * image[i]!, 0);
        const { optimum, gap } = nearestBorder(norm, w, image);
        await using linear = await loadModel(linearNetwork(w, -base - gap), { preprocessing: 'none' });
        if (method.kind === 'minimal') {
          const [result] = await method.run(linear, [image], [0], optionsOf(method, norm));
          expect(result!.success).toBe(true);
          ratios.push(result!.distances[norm] / optimum);
          continue;
        }
        const at = async (epsilon: number) =>
          (await method.run(linear, [image], [0], { ...optionsOf(method, norm), epsilon }))[0]!.success;
        expect(await at(norm === 'l0' ? optimum - 1 : optimum * 0.98)).toBe(false);
        expect(await at(optimum * slack)).toBe(true);
      }
      if (method.kind === 'budget') return;
      expect(Math.min(...ratios)).toBeGreaterThanOrEqual(1 - 1e-4);
      expect(ratios.sort((a, b) => a - b)[2]).toBeLessThanOrEqual(norm === 'l0' ? countRatio : ratio);
    }, 60_000);
  });

  it('knows two, four and a thousand classes', async () => {
    for (const classes of [2, 4, 1000]) {
      const random = pseudoRandom(classes);
      const means = Array.from({ length: classes }, () =>
        Float64Array.from({ length: size }, () => 0.5 + 0.1 * (random() - 0.5)),
      );
      await using nearest = await loadModel(nearestMeanNetwork(means), { preprocessing: 'none' });
      const x = Float32Array.from(means[1]!, (v, i) => Math.round(255 * (v + 0.3 * (means[0]![i]! - v))) / 255);
      const [result] = await method.run(nearest, [x], [1], optionsOf(method, method.norms[0]!));
      expect([result!.success, result!.before.label]).toEqual([true, 1]);
    }
  }, 60_000);

  it('ends when it is told to', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const running = method.run(small, pictures(4, 6), undefined, {
      ...optionsOf(method, method.norms[0]!, 0.05),
      ...(method.kind === 'minimal' ? {} : { epsilon: method.norms[0] === 'l0' ? 3 : budgets[method.norms[0]!] / 50 }),
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
  });

  it('refuses pictures that are none and labels that are not there', async () => {
    const options = optionsOf(method, method.norms[0]!);
    await expect(method.run(small, [new Float32Array(5)], undefined, options)).rejects.toThrow(/5 values/);
    await expect(method.run(small, [new Float32Array(size).fill(2)], undefined, options)).rejects.toThrow(/holds 2/);
    await expect(method.run(small, pictures(1), [7], options)).rejects.toThrow(/Class 7/);
  });

  const needsGradients = method.knowledge === 'gradients' || method.knowledge === 'surrogate';
  const alone = crossesPlateaus ? 'needs no gradient' : 'finds nothing';
  it(`${needsGradients ? 'says that gradients vanish' : alone} where they are masked`, async () => {
    await using masked = await loadModel(maskedNetwork(), { preprocessing: 'none' });
    const images = [new Float32Array(size).fill(125 / 255)];
    const [result] = await method.run(masked, images, undefined, optionsOf(method, method.norms[0]!));
    if (needsGradients) expect(result!.notes.join()).toMatch(/exactly zero/);
    else expect(result!.success8).toBe(crossesPlateaus);
  });
});

/** The distance of a picture from the plane w . (x - image) = gap in a norm, and a gap that makes it a budget's size. */
function nearestBorder(norm: Norm, w: Float64Array, image: Float32Array): { optimum: number; gap: number } {
  const sum = w.reduce((total, v) => total + Math.abs(v), 0);
  switch (norm) {
    case 'linf':
      return { optimum: 4 / 255, gap: (4 / 255) * sum };
    case 'l2':
      return { optimum: 0.4, gap: 0.4 * Math.sqrt(w.reduce((total, v) => total + v * v, 0)) };
    case 'l1':
    case 'l0': {
      // The values with the most to gain, each moved as far as it goes.
      const gains = Array.from(w, (v, i) => ({ size: Math.abs(v), room: v > 0 ? 1 - image[i]! : image[i]! }));
      const order = gains.sort((a, b) => (norm === 'l1' ? b.size - a.size : b.size * b.room - a.size * a.room));
      const count = norm === 'l1' ? 6 : 10;
      const used = order.slice(0, count);
      const whole = used.reduce((total, { size: s, room }) => total + s * room, 0);
      if (norm === 'l0') return { optimum: count, gap: whole - 0.5 * used.at(-1)!.size * used.at(-1)!.room };
      return { optimum: used.reduce((total, { room }) => total + room, 0), gap: whole };
    }
  }
}
