/** @file Attacks by scores alone: closed forms of estimated gradients, what each asks, and victims that are nothing but a function. */
import { describe, expect, it } from 'vitest';
import { estimatedGradient } from '../../src/attack/estimated-gradient.ts';
import { nes } from '../../src/attack/nes.ts';
import { onePixel } from '../../src/attack/one-pixel.ts';
import type { Answer } from '../../src/attack/procedure.ts';
import { simba } from '../../src/attack/simba.ts';
import { spsa } from '../../src/attack/spsa.ts';
import { trialOf } from '../../src/attack/trial.ts';
import { opaqueModel, type Victim } from '../../src/attack/victim.ts';
import { distances } from '../../src/distance/ball.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { pseudoRandom } from '../random.ts';
import { constantNetwork, linearNetwork, smallNetwork } from '../support/network.ts';

const small = await loadModel(smallNetwork(), { preprocessing: 'none' });
const random = pseudoRandom(4);
const images = Array.from({ length: 4 }, () =>
  Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255),
);
const before = await small.predictPlain(images[0]!);

/** A victim of scores alone that notes what it is asked. */
function noting(model: Pick<Victim, 'predict' | 'classCount'>): { victim: Victim; asked: Float32Array[] } {
  const asked: Float32Array[] = [];
  const victim = opaqueModel({
    channels: 3,
    height: 16,
    width: 16,
    classCount: model.classCount,
    scores: (pixels, count) => {
      asked.push(pixels.slice());
      return model.predict(pixels, count);
    },
  });
  return { victim, asked };
}

describe('an estimated gradient', () => {
  const w = Float32Array.from({ length: 768 }, (_, i) => Math.sin(i));
  const linear = (x: Float32Array): Answer => {
    const excess = x.reduce((sum, value, i) => sum + value * w[i]!, 0);
    return { scores: Float32Array.of(0, excess), excess, fools: false };
  };
  const estimate = (pairs: number, directions: 'normal' | 'signs', mask?: Float32Array) => {
    const trial = trialOf({
      x0: images[0]!,
      label: 0,
      target: undefined,
      shape: [3, 16, 16],
      classCount: 2,
      mask,
      before,
      misclassifiedBefore: false,
      seed: 1,
    });
    const procedure = estimatedGradient(images[0]!, trial, { pairs, radius: 0.02, directions, loss: 'margin' }, [5]);
    let next = procedure.next();
    const asked: Float32Array[] = [];
    while (!next.done) {
      asked.push(...next.value.map(({ x }) => x));
      next = procedure.next(next.value.map(({ x }) => linear(x)));
    }
    return { gradient: next.value, asked };
  };

  it('of one pair is the slope along its direction, times the direction', () => {
    const { gradient, asked } = estimate(1, 'signs');
    const u = asked[0]!.map((value, i) => Math.sign(value - images[0]![i]!));
    const slope = u.reduce((sum, value, i) => sum + value * w[i]!, 0);
    gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(slope * u[i]!, 2);
    });
  });

  it.each(['normal', 'signs'] as const)(
    'along %s has the gradient itself for a mean, its size included',
    (directions) => {
      const { gradient } = estimate(5000, directions);
      const along = gradient.reduce((sum, value, i) => sum + value * w[i]!, 0) / w.reduce((sum, v) => sum + v * v, 0);
      expect(along).toBeCloseTo(1, 1);
      const away = Math.sqrt(gradient.reduce((sum, value, i) => sum + (value - w[i]!) ** 2, 0) / 768);
      // Deviation of the mean: |w| / sqrt(pairs).
      expect(away).toBeLessThan((1.3 * Math.sqrt(384)) / Math.sqrt(5000));
    },
  );

  it('asks about points in pairs on either side, and leaves alone what the mask forbids', () => {
    const mask = Float32Array.from({ length: 256 }, (_, p) => p % 2);
    const { gradient, asked } = estimate(3, 'normal', mask);
    expect(asked.length).toBe(6);
    for (let i = 0; i < 768; i++) {
      const [up, down] = [asked[0]![i]! - images[0]![i]!, asked[1]![i]! - images[0]![i]!];
      expect(up).toBeCloseTo(-down, 6);
      expect([up, gradient[i]].every((value) => value === 0)).toBe(i % 2 === 0);
    }
  });
});

describe('what they ask', () => {
  it('simba: one or two queries a direction, and a change of at most the step times the root of the directions', async () => {
    const w = Float64Array.from({ length: 768 }, () => random() - 0.5);
    const base = w.reduce((sum, v, i) => sum + v * images[0]![i]!, 0);
    await using linear = await loadModel(linearNetwork(w, -base - 3), { preprocessing: 'none' });
    for (const basis of ['pixel', 'dct'] as const) {
      const { victim, asked } = noting(linear);
      const [result] = await simba(victim, [images[0]!], [0], { basis, step: 0.1, finalSearch: false });
      expect(result!.success).toBe(true);
      expect(distances(result!.adversarial, images[0]!).l2).toBeLessThanOrEqual(0.1 * Math.sqrt(asked.length));
      expect(asked.length).toBeGreaterThan(10);
      if (basis === 'dct') continue;
      // Each picture has one value more than the last kept one, so two that follow each other differ in two at most.
      for (let i = 2; i < 40; i++) {
        const single = distances(asked[i]!, asked[i - 1]!).l0;
        expect(single).toBeLessThanOrEqual(2);
      }
    }
  });

  it('simba: waves of low frequency first', async () => {
    await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
    const { victim, asked } = noting(constant);
    const grey = new Float32Array(768).fill(0.5);
    await simba(victim, [grey], undefined, { basis: 'dct', frequency: 1, stride: 15, queries: 7 });
    // Of three channels the constant wave, down and up.
    for (const x of asked.slice(-6)) {
      const changed = x.filter((value) => value !== 0.5);
      expect(changed.length).toBe(256);
      for (const value of changed) expect(Math.abs(value - 0.5)).toBeCloseTo(0.2 / 16, 6);
    }
  });

  it('no more than they may', async () => {
    await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
    const one = [images[0]!];
    const budget = { epsilon: 8 / 255 };
    const counts = [
      (await simba(constant, one, undefined, { queries: 77 }))[0]!,
      (await nes(constant, one, undefined, { ...budget, queries: 153 }))[0]!,
      (await spsa(constant, one, undefined, { ...budget, steps: 3, samples: 20 }))[0]!,
      (await onePixel(constant, one, undefined, { epsilon: 9, population: 10, generations: 4 }))[0]!,
    ].map(({ forwards }) => forwards - 1);
    expect(counts).toEqual([77, 153, 3 * 21, 10 * 5]);
  });

  it('one-pixel: at most as many pixels as it may change, in whole levels', async () => {
    await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
    const { victim, asked } = noting(constant);
    await onePixel(victim, [images[0]!], undefined, { epsilon: 8, population: 20, generations: 5 });
    for (const x of asked) {
      const pixels = new Set(Array.from(x.keys()).flatMap((i) => (x[i] === images[0]![i] ? [] : [i % 256])));
      expect(pixels.size).toBeLessThanOrEqual(2);
      for (const value of x) expect(Math.abs(255 * value - Math.round(255 * value))).toBeLessThan(1e-4);
    }
  });
});

describe('a victim of scores alone', () => {
  it('is fooled as the model itself is', async () => {
    const { victim } = noting(small);
    const both = async <R extends { adversarial: Float32Array; success: boolean }>(
      run: (v: Victim) => Promise<R[]>,
    ) => {
      const [a, b] = [await run(victim), await run(small)];
      expect(a.map(({ adversarial }) => adversarial)).toEqual(b.map(({ adversarial }) => adversarial));
      expect(a.some(({ success }) => success)).toBe(true);
    };
    await both((v) => simba(v, images, undefined, { queries: 500 }));
    await both((v) => simba(v, images, undefined, { basis: 'dct', queries: 500 }));
    await both((v) => nes(v, images, undefined, { epsilon: 16 / 255, queries: 1000 }));
    await both((v) => spsa(v, images, undefined, { epsilon: 16 / 255, steps: 10 }));
    await both((v) => onePixel(v, images, undefined, { epsilon: 90, population: 40, generations: 20 }));
  });
});

describe('options that cannot be', () => {
  it('are refused in a sentence', async () => {
    const one = [images[0]!];
    const budget = { epsilon: 8 / 255 };
    await expect(simba(small, one, undefined, { basis: 'wavelet' as 'dct' })).rejects.toThrow('not one of pixel, dct');
    await expect(simba(small, one, undefined, { step: 0 })).rejects.toThrow('positive number, got 0');
    await expect(nes(small, one, undefined, { ...budget, samples: 5 })).rejects.toThrow(
      'an even number is needed, got 5',
    );
    await expect(nes(small, one, undefined, { ...budget, momentum: 1 })).rejects.toThrow('below 1, got 1');
    await expect(spsa(small, one, undefined, { ...budget, radius: -1 })).rejects.toThrow(
      'The radius must be a positive',
    );
    await expect(onePixel(small, one, undefined, { epsilon: 2 })).rejects.toThrow('which epsilon 2 does not hold');
    await expect(onePixel(small, one, undefined, { epsilon: 5, pixels: 2 })).rejects.toThrow('give at least 6');
  });
});
