/** @file The Square attack: its windows, its bumps, what a move keeps, what a query costs, and victims that give nothing but scores. */
import { describe, expect, it } from 'vitest';
import { square } from '../../src/attack/square.ts';
import { squareBump } from '../../src/attack/square-bump.ts';
import { squareMoves } from '../../src/attack/square-moves.ts';
import { windowShare, windowSide, windowsOf } from '../../src/attack/square-window.ts';
import { trialOf } from '../../src/attack/trial.ts';
import { opaqueModel } from '../../src/attack/victim.ts';
import { distances } from '../../src/distance/ball.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { randomStream } from '../../src/random/random-stream.ts';
import { pseudoRandom } from '../random.ts';
import { constantNetwork, smallNetwork } from '../support/network.ts';

const small = await loadModel(smallNetwork(), { preprocessing: 'none' });
const random = pseudoRandom(4);
const images = Array.from({ length: 4 }, () =>
  Float32Array.from({ length: 768 }, () => Math.round(60 + 135 * random()) / 255),
);
const before = await small.predictPlain(images[0]!);

const trialWith = (mask?: Float32Array) =>
  trialOf({
    x0: images[0]!,
    label: before.label,
    target: undefined,
    shape: [3, 16, 16],
    classCount: 5,
    mask,
    before,
    misclassifiedBefore: false,
    seed: 3,
  });

describe('windows', () => {
  it('halve in share after the numbers of changes in the paper', () => {
    expect(
      [0, 10, 11, 50, 51, 201, 501, 1001, 2001, 4001, 6001, 8001].map((tried) => 0.8 / windowShare(0.8, tried)),
    ).toEqual([1, 1, 2, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
  });

  it('have at least a pixel in linf, and an odd side of at least three in l2 and l1', () => {
    const on = (height: number, width: number) => ({ shape: [3, height, width] as const });
    expect(windowSide(0.8, on(32, 32), 'linf')).toBe(29);
    expect(windowSide(0.8 / 512, on(16, 16), 'linf')).toBe(1);
    expect(windowSide(0.7, on(24, 24), 'l2')).toBe(21);
    expect(windowSide(0.001, on(24, 24), 'l1')).toBe(3);
    expect(windowSide(0.8, on(10, 40), 'linf')).toBe(10);
  });

  it('lie anywhere, at the last row and column too', () => {
    const draw = windowsOf(trialWith(), randomStream(1));
    const windows = Array.from({ length: 400 }, () => draw(14));
    for (const edge of ['top', 'left'] as const)
      expect([...new Set(windows.map((window) => window[edge]))].sort()).toEqual([0, 1, 2]);
  });

  it('hold a pixel that may change', () => {
    const mask = new Float32Array(256);
    mask[16 * 15 + 15] = 1;
    const draw = windowsOf(trialWith(mask), randomStream(1));
    for (let i = 0; i < 50; i++) {
      const { top, left } = draw(4);
      expect([top, left]).toEqual([12, 12]);
    }
  });
});

describe('a bump', () => {
  it('is what the code of AutoAttack gives', () => {
    const three: Readonly<Record<'l2' | 'l1', readonly (readonly number[])[]>> = {
      l2: [
        [0.13608, 0.68041, 0.13608],
        [-0.1291, -0.1291, -0.1291],
        [-0.1291, -0.6455, -0.1291],
      ],
      l1: [
        [0.02632, 0.44737, 0.02632],
        [-0.02273, -0.02273, -0.02273],
        [-0.02273, -0.38636, -0.02273],
      ],
    };
    for (const norm of ['l2', 'l1'] as const)
      squareBump(norm, 3).forEach((value, i) => {
        expect(value).toBeCloseTo(three[norm].flat()[i]!, 4);
      });
    const sixth = Array.from(squareBump('l1', 6).slice(24, 30));
    [-0.00107, -0.00447, -0.02166, -0.29669, -0.02166, -0.00447].forEach((value, i) => {
      expect(sixth[i]).toBeCloseTo(value, 4);
    });
  });

  it('has norm 1, and rises as much as it falls where its halves are equal', () => {
    for (const side of [1, 2, 3, 6, 13]) {
      expect(Math.sqrt(squareBump('l2', side).reduce((sum, v) => sum + v * v, 0))).toBeCloseTo(1, 6);
      expect(squareBump('l1', side).reduce((sum, v) => sum + Math.abs(v), 0)).toBeCloseTo(1, 6);
    }
    for (const norm of ['l2', 'l1'] as const)
      expect(squareBump(norm, 6).reduce((sum, v) => sum + v, 0)).toBeCloseTo(0, 6);
  });
});

describe('a move', () => {
  it('in linf puts one sign a channel into a window, and changes something each time', () => {
    const { start, moved } = squareMoves('linf', trialWith(), 8 / 255, randomStream(2));
    let x = start();
    for (let i = 0; i < 100; i++) {
      const next = moved(x, 3)!;
      const changed = Array.from(next.keys()).filter((at) => next[at] !== x[at]);
      expect(changed.length).toBeGreaterThan(0);
      const rows = changed.map((at) => Math.floor((at % 256) / 16));
      const columns = changed.map((at) => at % 16);
      expect(Math.max(...rows) - Math.min(...rows)).toBeLessThan(3);
      expect(Math.max(...columns) - Math.min(...columns)).toBeLessThan(3);
      for (let c = 0; c < 3; c++) {
        const signs = changed.filter((at) => Math.floor(at / 256) === c).map((at) => Math.sign(next[at]! - x[at]!));
        expect(new Set(signs).size).toBeLessThanOrEqual(1);
      }
      next.forEach((value, at) => {
        expect(Math.abs(value - images[0]![at]!)).toBeCloseTo(8 / 255, 6);
      });
      x = next;
    }
  });

  it.each(['l2', 'l1'] as const)('in %s uses the whole budget at the start and after every move', (norm) => {
    // So small that no value reaches black or white.
    const epsilon = 0.2;
    const { start, moved } = squareMoves(norm, trialWith(), epsilon, randomStream(2));
    let x = start();
    expect(distances(x, images[0]!)[norm]).toBeCloseTo(epsilon, 4);
    for (let i = 0; i < 100; i++) {
      x = moved(x, 5)!;
      expect(distances(x, images[0]!)[norm]).toBeCloseTo(epsilon, 4);
    }
  });
});

describe('square', () => {
  it('asks as many questions as it may, restarts included', async () => {
    await using constant = await loadModel(constantNetwork(), { preprocessing: 'none' });
    for (const norm of ['linf', 'l2', 'l1'] as const) {
      const [result] = await square(constant, [images[0]!], undefined, {
        norm,
        epsilon: 0.1,
        queries: 50,
        restarts: 2,
      });
      // One more before the attack.
      expect(result!.forwards).toBe(101);
      expect(result!.restarts).toBe(2);
    }
  });

  it('gives the same on a victim that is nothing but a function of scores', async () => {
    const opaque = opaqueModel({
      channels: 3,
      height: 16,
      width: 16,
      classCount: 5,
      maxBatch: 4,
      scores: (pixels, count) => small.predict(pixels, count),
    });
    for (const norm of ['linf', 'l2', 'l1'] as const) {
      const options = { norm, epsilon: { linf: 16 / 255, l2: 1.5, l1: 24 }[norm], queries: 200 };
      const [a, b] = [
        await square(opaque, images, undefined, options),
        await square(small, images, undefined, options),
      ];
      expect(a.map(({ adversarial }) => adversarial)).toEqual(b.map(({ adversarial }) => adversarial));
      expect(a.some(({ success8 }) => success8)).toBe(true);
    }
  });

  it('leads to a target by probabilities as by logits', async () => {
    const target = images.map((_, i) => i);
    const options = { epsilon: 48 / 255, queries: 1000, rescale: true, target } as const;
    const sizes = { channels: 3, height: 16, width: 16, classCount: 5 };
    const opaque = opaqueModel({
      ...sizes,
      answers: 'probabilities',
      scores: async (pixels, count) => {
        const z = await small.predict(pixels, count);
        return Array.from({ length: count }, (_, n) => {
          const powers = Array.from(z.slice(n * 5, n * 5 + 5), Math.exp);
          const total = powers.reduce((sum, power) => sum + power, 0);
          return powers.map((power) => power / total);
        }).flat();
      },
    });
    const [a, b] = [await square(opaque, images, undefined, options), await square(small, images, undefined, options)];
    expect(a.map(({ success8 }) => success8)).toEqual(b.map(({ success8 }) => success8));
    expect(a.filter(({ success8, after8 }, i) => success8 && after8.label === target[i]).length).toBeGreaterThan(2);
  });

  it('refuses options that cannot be', async () => {
    const call = (options: object) => square(small, images, undefined, { epsilon: 0.1, ...options });
    await expect(call({ queries: 0 })).rejects.toThrow('Queries must be a whole number of at least 1, got 0');
    await expect(call({ p: 1.5 })).rejects.toThrow('up to 1, got 1.5');
    await expect(call({ loss: 'dlr' })).rejects.toThrow('not one of margin, cross-entropy');
    await expect(call({ norm: 'l0' })).rejects.toThrow('square is not defined for "l0"');
  });
});
