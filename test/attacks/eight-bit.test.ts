/** @file Pictures of 8-bit values: what is claimed of them is what a PNG holds, the nearest is taken, and every question is counted. */
import { describe, expect, it } from 'vitest';
import { apgdCe } from '../../src/attack/apgd.ts';
import { as8Bit } from '../../src/attack/attack-figure.ts';
import { type BudgetOptions, runBudgetAttack } from '../../src/attack/budget-attack.ts';
import { ddn } from '../../src/attack/ddn.ts';
import { type MinimalOptions, runMinimalAttack } from '../../src/attack/minimal-attack.ts';
import { pgd } from '../../src/attack/pgd.ts';
import { lookAll } from '../../src/attack/procedure.ts';
import { opaqueModel, type Victim } from '../../src/attack/victim.ts';
import { quantizeWithin } from '../../src/distance/ball.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { linearNetwork } from '../support/network.ts';

describe('a picture off the grid whose rounding alone decides', () => {
  // Two rows may rise; all the others lose 0.4 levels each by rounding, which is more than two rows win.
  const mask = Float32Array.from({ length: 256 }, (_, p) => Number(p < 32));
  const x0 = new Float32Array(768).fill(100.4 / 255);
  const model = () => {
    const base = x0.reduce((sum, value) => sum + value, 0);
    return loadModel(linearNetwork(new Float64Array(768).fill(1), -base - 0.3), { preprocessing: 'none' });
  };

  it.each([
    ['pgd', pgd],
    ['apgd-ce', apgdCe],
    ['ddn', ddn],
  ] as const)('fools in float alone, under a mask, by %s', async (name, method) => {
    await using linear = await model();
    const [result] = await method(linear, [x0], [0], {
      ...(name === 'ddn' ? {} : { norm: 'linf' }),
      epsilon: 2 / 255,
      mask,
    } as never);
    const { data } = as8Bit(result!, linear);
    expect((await linear.predictPlain(data)).label).toBe(0);
    expect([result!.success, result!.success8, result!.after.label, result!.after8.label]).toEqual([true, false, 1, 0]);
    result!.adversarial.forEach((value, i) => {
      if (mask[i % 256] === 0) expect(value).toBe(x0[i]);
    });
  });
});

describe('rounding within a ball', () => {
  it.each(['linf', 'l2', 'l1', 'l0'] as const)(
    "rounds the original's values to the nearest in %s, however small the ball",
    (norm) => {
      const x0 = Float32Array.from([10.3, 20.7, 30.4, 40.6], (value) => value / 255);
      const x = x0.map((value, i) => (i === 3 ? value + 1e-4 : value));
      const x8 = quantizeWithin(norm, x, x0, 1e-4);
      expect(Array.from(x8.subarray(0, 3), (value) => Math.round(value * 255))).toEqual([10, 21, 30]);
    },
  );
});

/** Pictures of four values, on levels. */
const levels = (...values: readonly number[]) => Float32Array.from(values, (value) => value / 255);
const grey = levels(100, 100, 100, 100);

/** A victim that fools by a rule of levels, and counts how often it is asked. */
function counting(fools: (levels: readonly number[]) => boolean): { readonly victim: Victim; asked(): number } {
  let count = 0;
  const scores = (pixels: Float32Array) => {
    count++;
    return fools(Array.from(pixels, (value) => Math.round(value * 255e3) / 1e3)) ? [0, 1] : [1, 0];
  };
  const victim = opaqueModel({ channels: 1, height: 2, width: 2, classCount: 2, scores });
  return { victim, asked: () => count };
}

/** An attack that looks at given pictures and ends. */
function looking(xs: readonly Float32Array[]) {
  return {
    name: 'looking',
    norms: ['l2' as const],
    *run() {
      yield* lookAll(xs);
    },
  };
}

describe('the smallest change', () => {
  const run = async (victim: Victim, x: Float32Array, options: MinimalOptions = { finalSearch: false }) =>
    (await runMinimalAttack(victim, [grey], [0], options, looking([x])))[0]!;

  it('is never larger in float than in 8 bits', async () => {
    const { victim, asked } = counting(([first]) => first! >= 110);
    const { adversarial, adversarial8, distances, measured8, forwards } = await run(
      victim,
      levels(110.4, 100, 100, 100),
    );
    expect(adversarial8).toEqual(levels(110, 100, 100, 100));
    expect(adversarial).toEqual(adversarial8);
    expect(distances.l2).toBe(measured8!.l2);
    expect(forwards).toBe(asked());
  });

  it('in 8 bits is the nearest of the roundings that fool', async () => {
    const { victim } = counting(([first]) => first! >= 110.3);
    const { adversarial8, success8 } = await run(victim, levels(110.4, 103.4, 100, 100));
    expect(success8).toBe(true);
    expect(adversarial8).toEqual(levels(111, 100, 100, 100));
  });

  it('counts the question of what its picture is once rounded', async () => {
    const { victim, asked } = counting(([first]) => first! % 1 !== 0);
    const { success, success8, forwards, after8 } = await run(victim, levels(110.4, 100, 100, 100));
    expect([success, success8, after8.label]).toEqual([true, false, 0]);
    expect(forwards).toBe(asked());
  });
});

describe('the best within a ball', () => {
  const options: BudgetOptions = { norm: 'l2', epsilon: 0.2 };

  it('is told in float where the plain model denies its rounding', async () => {
    const { victim, asked } = counting(([first]) => first! >= 110);
    const plain = counting(([first]) => first! >= 110 && first! % 1 !== 0);
    const x = levels(110.4, 100, 100, 100);
    const denying: Victim = { ...victim, predictPlain: (pixels) => plain.victim.predictPlain(pixels) };
    const [result] = await runBudgetAttack(denying, [grey], [0], options, looking([x]));
    const { success, success8, adversarial, after, after8, notes, forwards } = result!;
    expect([success, success8, after.label, after8.label, notes]).toEqual([true, false, 1, 0, []]);
    expect(adversarial).toEqual(x);
    expect(forwards).toBe(asked() + plain.asked());
  });

  it('is the original where the plain model denies all', async () => {
    const { victim, asked } = counting(([first]) => first! >= 110);
    const plain = counting(() => false);
    const denying: Victim = { ...victim, predictPlain: (pixels) => plain.victim.predictPlain(pixels) };
    const [result] = await runBudgetAttack(denying, [grey], [0], options, looking([levels(110.4, 100, 100, 100)]));
    expect([result!.success, result!.success8, result!.after8.label]).toEqual([false, false, 0]);
    expect(result!.adversarial).toEqual(grey);
    expect(result!.notes.join()).toMatch(/plain model is not/);
    expect(result!.forwards).toBe(asked() + plain.asked());
  });
});
