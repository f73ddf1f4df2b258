/** @file The contract of attacks, on networks built by code: budget, range, honesty, determinism, known optima. */
import { describe, expect, it } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { as8Bit } from '../src/attack/attack-figure.ts';
import { fgsm } from '../src/attack/fgsm.ts';
import { lossFor, lossNames } from '../src/attack/loss.ts';
import { type PgdOptions, pgd } from '../src/attack/pgd.ts';
import { distances, type Norm, norms, quantizeWithin, withinBudget } from '../src/distance/ball.ts';
import { loadModel } from '../src/model/load-model.ts';
import type { Model } from '../src/model/model.ts';
import { grad } from '../src/tensor/grad.ts';
import { hostTensor } from '../src/tensor/host.ts';
import { mul } from '../src/tensor/ops/arithmetic.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { logSoftmax } from '../src/tensor/ops/softmax.ts';
import { constant, input } from '../src/tensor/tensor.ts';
import { pseudoRandom } from './random.ts';
import { interpret } from './reference/interpret.ts';
import {
  constantNetwork,
  linearNetwork,
  maskedNetwork,
  oneScoreNetwork,
  quantizedNetwork,
  smallNetwork,
} from './support/network.ts';

const model = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'small' });
const size = 768;

/** Pictures on the 8-bit grid, away from black and white unless asked. */
function pictures(count: number, seed = 1, low = 60, high = 195): Float32Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: size }, () => Math.round(low + (high - low) * random()) / 255),
  );
}

const budgets: Readonly<Record<Norm, number>> = { linf: 12 / 255, l2: 0.9, l1: 14 };

describe.each(norms)('pgd in %s', (norm) => {
  const options: PgdOptions = { norm, epsilon: budgets[norm], seed: 4 };

  it('fools every picture inside the ball and the range, on the 8-bit grid, as the plain model confirms', async () => {
    for (const result of await pgd(model, pictures(12), undefined, options)) {
      expect([result.success, result.success8]).toEqual([true, true]);
      expect(withinBudget(result.distances[norm], budgets[norm])).toBe(true);
      expect(Math.min(...result.adversarial)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...result.adversarial)).toBeLessThanOrEqual(1);
      const plain = await model.predictPlain(result.adversarial);
      expect(plain.label).not.toBe(result.label);
      expect(plain.label).toBe(result.after.label);
      const png = await decodePicture(
        await encodePng({ data: result.adversarial, channels: 3, height: 16, width: 16 }),
      );
      expect(Array.from(png.data)).toEqual(Array.from(result.adversarial));
    }
  });

  it('leads to a target where one is given', async () => {
    const images = pictures(6, 2);
    const labels = [];
    for (const image of images) labels.push((await model.predictPlain(image)).label);
    const target = labels.map((label) => (label + 1) % 5);
    const results = await pgd(model, images, labels, { ...options, epsilon: 3 * budgets[norm], target });
    expect(results.map((result) => result.after8.label)).toEqual(target);
  });

  it('gives the same result again, in any order, and alone or in a batch', async () => {
    const images = pictures(5, 3);
    const all = await pgd(model, images, undefined, { ...options, batch: 4 });
    const again = await pgd(model, images.toReversed(), undefined, { ...options, batch: 4 });
    for (const [i, image] of images.entries()) {
      const [alone] = await pgd(model, [image], undefined, options);
      expect(Array.from(alone!.adversarial)).toEqual(Array.from(all[i]!.adversarial));
      expect(Array.from(again[4 - i]!.adversarial)).toEqual(Array.from(all[i]!.adversarial));
      expect([alone!.forwards, alone!.backwards]).toEqual([all[i]!.forwards, all[i]!.backwards]);
    }
  });

  it('moves pixels that are exactly black or white', async () => {
    const random = pseudoRandom(8);
    const image = Float32Array.from({ length: size }, () => Number(random() > 0.5));
    const [result] = await pgd(model, [image], undefined, { ...options, epsilon: 3 * budgets[norm], exhaust: true });
    expect(result!.distances.l0).toBeGreaterThan(0);
    expect(result!.success8).toBe(true);
  });

  it('moves them also where the network first clips its pictures to [0, 1]', async () => {
    const random = pseudoRandom(9);
    const w = Float64Array.from({ length: size }, () => Math.fround(random() - 0.5));
    // White where the score falls with the pixel, black where it rises: each pixel can only be led inwards.
    const image = Float32Array.from(w, (v) => Number(v < 0));
    const base = w.reduce((sum, v, i) => sum + v * image[i]!, 0);
    const dual = { linf: Math.abs, l2: (v: number) => v * v, l1: (v: number) => Math.abs(v) };
    const total = w.reduce((sum, v) => (norm === 'l1' ? Math.max(sum, dual.l1(v)) : sum + dual[norm](v)), 0);
    const gain = budgets[norm] * (norm === 'l2' ? Math.sqrt(total) : total);
    await using clipped = await loadModel(linearNetwork(w, -base - 0.8 * gain, { clip: true }), {
      preprocessing: 'none',
    });
    const [result] = await pgd(clipped, [image], [0], { ...options, randomStart: false });
    expect(result!.success8).toBe(true);
  });

  it('reports failure with the original where nothing can be found', async () => {
    await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
    const [image] = pictures(1);
    const [result] = await pgd(constant, [image!], undefined, { ...options, steps: 3 });
    expect([result!.success, result!.success8]).toEqual([false, false]);
    expect(result!.adversarial).toEqual(image);
    expect(result!.distances).toEqual({ linf: 0, l2: 0, l1: 0, l0: 0 });
    expect(result!.notes.join()).toContain('zero at 3 of 3');
  });
});

describe('a linear model, whose optimum is known', () => {
  // score_1 - score_0 = w . x + b: within the ball the margin rises by at most epsilon times the dual norm of w.
  const random = pseudoRandom(31);
  const w = Float64Array.from({ length: size }, () => Math.fround(random() - 0.5));
  const [x] = pictures(1, 9, 100, 150);
  const base = w.reduce((sum, v, i) => sum + v * x![i]!, 0);
  const gains: Readonly<Record<Norm, number>> = {
    linf: w.reduce((sum, v) => sum + Math.abs(v), 0),
    l2: Math.sqrt(w.reduce((sum, v) => sum + v * v, 0)),
    l1: w.reduce((top, v) => Math.max(top, Math.abs(v)), 0),
  };

  it.each(norms)('is fooled just above its distance in %s and not just below', async (norm) => {
    const epsilon = { linf: 4 / 255, l2: 0.3, l1: 0.3 }[norm];
    const gap = epsilon * gains[norm];
    // l1's step spreads over the largest 1 % of the weights, whose mean is less than the largest.
    const reach = norm === 'l1' ? 0.85 : 0.98;
    for (const [share, fooled] of [
      [reach, true],
      [1.02, false],
    ] as const) {
      await using linear = await loadModel(linearNetwork(w, -base - share * gap), { preprocessing: 'none' });
      const [result] = await pgd(linear, [x!], [0], { norm, epsilon, steps: 60, exhaust: true, randomStart: false });
      expect(result!.success, `at ${share} of the optimum`).toBe(fooled);
    }
  });

  it('fgsm is optimal there in linf', async () => {
    const epsilon = 4 / 255;
    await using linear = await loadModel(linearNetwork(w, -base - 0.99 * epsilon * gains.linf), {
      preprocessing: 'none',
    });
    const [result] = await fgsm(linear, [x!], [0], { epsilon });
    expect([result!.success8, result!.forwards, result!.backwards]).toEqual([true, 5, 1]);
  });
});

describe('gradients of any size lead', () => {
  const random = pseudoRandom(32);
  const w = Float64Array.from({ length: size }, () => Math.fround(random() - 0.5));
  const [x] = pictures(1, 10, 100, 150);
  const base = w.reduce((sum, v, i) => sum + v * x![i]!, 0);
  const reach = 12 / 255;
  const gap = reach * w.reduce((sum, v) => sum + Math.abs(v), 0);

  // Scores thousands apart, as networks fed 0..255 give them: the probability of the answer rounds to 1.
  it.each(norms.flatMap((norm) => lossNames.map((loss) => [norm, loss] as const)))(
    'in %s, %s: of a network that is sure beyond doubt',
    async (norm, loss) => {
      const sure = linearNetwork(
        w.map((v) => 1000 * v),
        1000 * (-base - 0.5 * gap),
      );
      await using saturated = await loadModel(sure, { preprocessing: 'none' });
      const epsilon = { linf: reach, l2: reach * Math.sqrt(size), l1: reach * size }[norm];
      const [away] = await pgd(saturated, [x!], [0], { norm, epsilon, loss });
      const [led] = await pgd(saturated, [x!], [0], { norm, epsilon, loss, target: 1 });
      expect([away!.success8, led!.success8]).toEqual([true, true]);
      expect(away!.notes.join()).not.toContain('zero');
    },
  );

  it.each(norms)('in %s: whose squares are too small for float32', async (norm) => {
    const faint = linearNetwork(
      w.map((v) => 1e-26 * v),
      1e-26 * (-base - 0.5 * gap),
    );
    await using vanishing = await loadModel(faint, { preprocessing: 'none' });
    const epsilon = { linf: reach, l2: reach * Math.sqrt(size), l1: reach * size }[norm];
    const [result] = await pgd(vanishing, [x!], [0], { norm, epsilon });
    expect(result!.success8).toBe(true);
    expect(result!.notes).toEqual([]);
  });
});

describe('honesty', () => {
  it('says when gradients vanish, and restarts do not hide it', async () => {
    await using masked = await loadModel(maskedNetwork(), { preprocessing: 'none' });
    const [result] = await pgd(masked, pictures(1), undefined, { epsilon: 8 / 255, steps: 4, restarts: 2 });
    expect(result!.success).toBe(false);
    expect(result!.restarts).toBe(2);
    expect(result!.notes.join()).toMatch(/exactly zero at 8 of 8 points: it may be masked/);
  });

  it('speaks of the rounded picture where a picture between bytes is fooled only as it is', async () => {
    // Fooled above a mean of 100.8 / 255; the next byte, 101, lies outside the ball of 0.5 / 255 around 100.45 / 255.
    const w = new Float64Array(size).fill(100 / size);
    await using fine = await loadModel(linearNetwork(w, (-100 * 100.8) / 255), { preprocessing: 'none' });
    const x0 = new Float32Array(size).fill(100.45 / 255);
    const [result] = await pgd(fine, [x0], [0], { epsilon: 0.5 / 255 });
    expect([result!.success, result!.success8, result!.after.label, result!.after8.label]).toEqual([true, false, 1, 0]);
    const png = await decodePicture(await encodePng(as8Bit(result!, fine)));
    expect((await fine.predictPlain(png.data)).label).toBe(result!.after8.label);
    expect(withinBudget(distances(png.data, x0).linf, 0.5 / 255)).toBe(true);
  });

  it('asks again of the rounded picture also where nothing had to be changed', async () => {
    const w = new Float64Array(size).fill(100 / size);
    await using fine = await loadModel(linearNetwork(w, (-100 * 100.3) / 255), { preprocessing: 'none' });
    const x0 = new Float32Array(size).fill(100.4 / 255);
    const [result] = await pgd(fine, [x0], [0], { epsilon: 0.45 / 255 });
    expect([result!.misclassifiedBefore, result!.success8, result!.after8.label]).toEqual([true, false, 0]);
  });

  it('does not attack what is wrong already, and says so', async () => {
    const images = pictures(1);
    const { label } = await model.predictPlain(images[0]!);
    const [result] = await pgd(model, images, [(label + 1) % 5], { epsilon: 8 / 255 });
    expect(result!.misclassifiedBefore).toBe(true);
    expect(result!.distances.linf).toBe(0);
    expect(result!.backwards).toBe(0);
  });

  it('shifting all scores by -20 changes nothing', async () => {
    await using shifted = await loadModel(smallNetwork(1, -20), { preprocessing: 'none' });
    const images = pictures(4);
    for (const loss of lossNames) {
      const a = await pgd(model, images, undefined, { epsilon: 8 / 255, loss });
      const b = await pgd(shifted, images, undefined, { epsilon: 8 / 255, loss });
      expect(b.map((result) => result.success8)).toEqual(a.map((result) => result.success8));
      expect(a.filter((result) => result.success8).length).toBeGreaterThan(0);
    }
  });

  it('counts one forward and backward pass a step, and the checks', async () => {
    await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
    const [result] = await pgd(constant, pictures(1), undefined, { epsilon: 8 / 255, steps: 7 });
    // 7 steps, a look at the last point, and the plain model before.
    expect([result!.forwards, result!.backwards]).toEqual([9, 7]);
  });
});

it('an integer model is attacked as it runs, through its rounding', async () => {
  await using quantized = await loadModel(quantizedNetwork(), { preprocessing: 'none' });
  for (const result of await pgd(quantized, pictures(4), undefined, { epsilon: 16 / 255 })) {
    expect(result.success8).toBe(true);
    expect((await quantized.predictPlain(result.adversarial)).label).not.toBe(result.label);
    expect(result.notes).toEqual(['Gradients pass straight through QuantizeLinear.']);
  }
});

describe('momentum and schedules', () => {
  it.each([
    ['momentum', { momentum: 1, randomStart: false, steps: 10 }],
    ['cosine', { schedule: 'cosine' as const }],
    ['linear', { schedule: 'linear' as const }],
  ])('%s fools', async (_name, extra) => {
    const results = await pgd(model, pictures(6), undefined, { epsilon: 12 / 255, ...extra });
    expect(results.every((result) => result.success8)).toBe(true);
  });

  it('survives a gradient of exactly zero with momentum', async () => {
    await using masked = await loadModel(maskedNetwork(), { preprocessing: 'none' });
    const [result] = await pgd(masked, pictures(1), undefined, { epsilon: 8 / 255, steps: 3, momentum: 1 });
    expect(result!.notes.join()).not.toContain('NaN');
  });
});

describe('losses', () => {
  const logits = [2, -1, 0.5, 1];
  const value = (name: (typeof lossNames)[number], targeted: boolean) => {
    const [z, y, t] = ['z', 'y', 't'].map((letter) => input(letter, [1, 4]));
    const { loss } = lossFor(name, targeted, 4);
    const feeds = {
      z: hostTensor(logits, [1, 4]),
      y: hostTensor([1, 0, 0, 0], [1, 4]),
      t: hostTensor([0, 0, 1, 0], [1, 4]),
    };
    return interpret([loss({ logits: z!, label: y!, target: t! })], feeds)[0]!.data[0]!;
  };
  const logSum = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));

  it('are those of the papers, the cross-entropy as log odds', () => {
    const odds = (z: number) => Math.log(Math.expm1(logSum - z)); // (1 - p) / p = e^(-log p) - 1
    expect(value('cross-entropy', false)).toBeCloseTo(odds(2), 6);
    expect(value('cross-entropy', true)).toBeCloseTo(-odds(0.5), 6);
    expect(value('margin', false)).toBeCloseTo(1 - 2, 6);
    expect(value('margin', true)).toBeCloseTo(0.5 - 2, 6);
    expect(value('dlr', false)).toBeCloseTo(-(2 - 1) / (2 - 0.5), 6);
    expect(value('dlr', true)).toBeCloseTo(-(2 - 0.5) / (2 - (0.5 - 1) / 2), 6);
  });

  it.each([false, true])('the log odds have the direction of the cross-entropy (targeted: %s)', (targeted) => {
    const z = input('z', [1, 4]);
    const chosen = constant(targeted ? [0, 0, 1, 0] : [1, 0, 0, 0], [1, 4]);
    const odds = reduceSum(lossFor('cross-entropy', targeted, 4).loss({ logits: z, label: chosen, target: chosen }));
    const logP = reduceSum(mul(logSoftmax(z, 1), chosen));
    const [ours, theirs] = interpret([grad(odds, [z])[0]!, grad(logP, [z])[0]!], { z: hostTensor(logits, [1, 4]) });
    const share = ours!.data[0]! / theirs!.data[0]!;
    expect(Math.sign(share)).toBe(targeted ? 1 : -1);
    theirs!.data.forEach((g, k) => {
      expect(ours!.data[k]).toBeCloseTo(share * g, 9);
    });
  });

  it('fall back on the margin, and say so, where dlr needs more classes', () => {
    expect(lossFor('dlr', true, 3)).toMatchObject({
      used: 'margin',
      note: 'The dlr loss needs 4 classes, the model has 3: the margin loss is used.',
    });
  });
});

describe('rounding to 8 bits inside a ball', () => {
  it.each(norms)('never leaves the ball in %s', (norm) => {
    const random = pseudoRandom(2);
    const [x0] = pictures(1);
    const epsilon = { linf: 4 / 255, l2: 0.3, l1: 5 }[norm];
    const direction = Float32Array.from({ length: size }, () => 2 * random() - 1);
    const length = {
      linf: 1,
      l2: Math.sqrt(direction.reduce((s, v) => s + v * v, 0)),
      l1: direction.reduce((s, v) => s + Math.abs(v), 0),
    }[norm];
    const x = x0!.map((value, i) => value + (direction[i]! * epsilon) / length);
    const rounded = quantizeWithin(norm, x, x0!, epsilon);
    expect(withinBudget(distances(rounded, x0!)[norm], epsilon)).toBe(true);
    for (const value of rounded) expect(Math.abs(value * 255 - Math.round(value * 255))).toBeLessThan(1e-4);
  });
});

describe('bad input', () => {
  const [image] = pictures(1);
  const attack = (options: PgdOptions, images = [image!], labels?: number[], on: Model = model) =>
    pgd(on, images, labels, options);
  it.each([
    ['an epsilon in the wrong unit', () => attack({ epsilon: 8 }), 'Did you mean 8/255?'],
    ['an epsilon of 200', () => attack({ epsilon: 200 }), 'Epsilon 200 is more than'],
    ['an epsilon of nothing', () => attack({ epsilon: 0 }), 'Epsilon must be a positive number'],
    ['a NaN epsilon', () => attack({ epsilon: Number.NaN }), 'Epsilon must be a positive number'],
    [
      'a picture of another size',
      () => attack({ epsilon: 0.03 }, [new Float32Array(5)]),
      'has 5 values; the model takes 3 x 16 x 16',
    ],
    ['a NaN pixel', () => attack({ epsilon: 0.03 }, [image!.with(7, Number.NaN)]), 'holds NaN'],
    ['pixels of 255', () => attack({ epsilon: 0.03 }, [image!.map((v) => v * 255)]), 'pixels run from 0 to 1'],
    [
      'a class that does not exist',
      () => attack({ epsilon: 0.03, target: 5 }),
      'Class 5 does not exist: the model has 5 classes, 0 to 4',
    ],
    ['no steps', () => attack({ epsilon: 0.03, steps: 0 }), 'Steps must be a whole number of at least 1, got 0'],
    ['half a step', () => attack({ epsilon: 0.03, steps: 2.5 }), 'Steps must be'],
    ['no restarts', () => attack({ epsilon: 0.03, restarts: 0 }), 'Restarts must be'],
    ['a NaN batch', () => attack({ epsilon: 0.03, batch: Number.NaN }), 'Batch must be'],
    ['a fractional seed', () => attack({ epsilon: 0.03, seed: 0.5 }), 'Seed must be'],
    ['a step size of nothing', () => attack({ epsilon: 0.03, stepSize: 0 }), 'Step size must be a positive number'],
    ['a step size in the wrong unit', () => attack({ epsilon: 0.03, stepSize: 2 }), 'Did you mean 2/255?'],
    ['a negative momentum', () => attack({ epsilon: 0.03, momentum: -1 }), 'Momentum must be'],
    [
      'an unknown schedule',
      () => attack({ epsilon: 0.03, schedule: 'cosinus' as 'cosine' }),
      'Schedule "cosinus" is not one of constant, linear, cosine',
    ],
    ['too few labels', () => attack({ epsilon: 0.03 }, [image!], []), '0 labels for 1 pictures'],
  ])('refuses %s', async (_name, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });

  it('refuses a model of one score', async () => {
    await using single = await loadModel(oneScoreNetwork(), { preprocessing: 'none' });
    await expect(pgd(single, [image!], undefined, { epsilon: 0.03 })).rejects.toThrow(
      'The model gives one score; an attack needs at least two classes.',
    );
  });

  it('stops between steps when told to', async () => {
    const controller = new AbortController();
    const run = pgd(model, pictures(4), undefined, {
      epsilon: 0.001,
      steps: 1000,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(run).rejects.toThrow(/abort/i);
  });
});
