/** @file Expectation over transformations: what attacks survive with it and without, and what it changes in them. */
import { describe, expect, it } from 'vitest';
import { openRuntime } from '#runtime';
import { apgdCe as apgd } from '../../src/attack/apgd.ts';
import { fgsm } from '../../src/attack/fgsm.ts';
import { attackMethods, methodNamed } from '../../src/attack/methods.ts';
import { pgd } from '../../src/attack/pgd.ts';
import { survival } from '../../src/attack/survival.ts';
import { opaqueModel } from '../../src/attack/victim.ts';
import { shapes } from '../../src/data/shapes/shapes.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { blur } from '../../src/transform/blur.ts';
import { jpeg } from '../../src/transform/jpeg.ts';
import { noise } from '../../src/transform/noise.ts';
import { resizeAndPad } from '../../src/transform/resize-and-pad.ts';
import { rotateAndScale } from '../../src/transform/rotate-and-scale.ts';
import type { Transform } from '../../src/transform/transform.ts';

const device = await openRuntime('cpu');
const model = await loadModel('zoo:shapes-standard', { device });
const set = shapes({ split: 'test' });
const images: Float32Array[] = [];
for (let i = 0; i < 10; i++) images.push((await set.image(i)).data);
const labels = images.map((_, i) => set.label(i));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const transforms: readonly (readonly [string, Transform])[] = [
  ['JPEG', jpeg({ quality: [50, 90] })],
  ['blur', blur({ sigma: [0.4, 0.9] })],
  ['resizing and padding', resizeAndPad({ scale: [0.7, 1.2], fill: 0.5 }, [32, 32])],
  ['turning', rotateAndScale({ angle: [-15, 15], scale: [0.9, 1.1], shift: 0.05, outside: 'border' }, [32, 32])],
];

describe.each([
  ['pgd', pgd, transforms],
  ['apgd', apgd, transforms.slice(0, 1)],
] as const)('%s', async (_name, attack, chosen) => {
  const options = { epsilon: 6 / 255, steps: 10 };
  const plain = await attack(model, images, labels, { ...options, exhaust: true });
  it.each(chosen)('survives %s more often with an expectation over it than without', async (_what, transform) => {
    const hardened = await attack(model, images, labels, { ...options, expectation: { transform, draws: 4 } });
    const both = images.flatMap((_, i) => (plain[i]!.success && hardened[i]!.success ? [i] : []));
    expect(both.length).toBeGreaterThanOrEqual(6);
    const survived = async (results: typeof plain) =>
      mean(
        await survival(
          model,
          both.map((i) => results[i]!.adversarial),
          both.map((i) => labels[i]!),
          transform,
        ),
      );
    expect(await survived(hardened)).toBeGreaterThan((await survived(plain)) + 0.05);
  });
});

it('counts the passes of every draw, and gives the same again in any order and batch', async () => {
  const expectation = { transform: noise({ size: 0.05 }, [3, 32, 32]), draws: 3 };
  const options = { epsilon: 4 / 255, steps: 4, expectation };
  for (const attack of [pgd, apgd]) {
    const some = await attack(model, images.slice(0, 3), labels.slice(0, 3), options);
    const [alone] = await attack(model, [images[1]!], [labels[1]!], { ...options, batch: 1 });
    expect(alone).toEqual(some[1]);
    expect(some.every(({ misclassifiedBefore, backwards }) => misclassifiedBefore || backwards % 3 === 0)).toBe(true);
  }
  await expect(pgd(model, images, labels, { ...options, expectation: { ...expectation, draws: 0.5 } })).rejects.toThrow(
    'Draws must be a whole number of at least 1, got 0.5.',
  );
  const [one] = await fgsm(model, [images[0]!], [labels[0]!], { epsilon: 4 / 255, expectation });
  expect(one!.backwards).toBe(3);
});

it.each(['square', 'nes', 'spsa', 'one-pixel', 'simba', 'hopskipjump', 'boundary', 'geoda'])(
  'is refused by %s, which asks for no gradients',
  async (name) => {
    const expectation = { transform: noise({ size: 0.05 }, [3, 32, 32]), draws: 3 };
    const { kind, run } = methodNamed(name);
    const budget = kind === 'budget' ? { epsilon: name === 'one-pixel' ? 3 : 4 / 255 } : {};
    await expect(run(model, [images[0]!], [labels[0]!], { ...budget, expectation })).rejects.toThrow(
      `${name} asks for no gradients, of which an expectation is the mean`,
    );
  },
);

it('is refused by no attack with gradients', () => {
  const refusing = attackMethods.filter(({ knowledge }) => knowledge === 'scores' || knowledge === 'labels');
  expect(refusing.map(({ name }) => name).sort()).toEqual([
    'boundary',
    'geoda',
    'hopskipjump',
    'nes',
    'one-pixel',
    'simba',
    'spsa',
    'square',
  ]);
});

describe('survival', () => {
  it('is 1 where all draws fool, 0 where none does, and their share between', async () => {
    const dark = opaqueModel({
      channels: 1,
      height: 4,
      width: 4,
      classCount: 2,
      maxBatch: 8,
      scores: (pixels, count) => Array.from({ length: count }, (_, i) => [0, pixels[16 * i]! - 0.5]).flat(),
    });
    const grey = (value: number) => new Float32Array(16).fill(value);
    const transform = noise({ size: 0.2, distribution: 'uniform' }, [1, 4, 4]);
    const shares = await survival(dark, [grey(0.9), grey(0.1), grey(0.6)], [0, 0, 0], transform, { draws: 400 });
    expect(shares.slice(0, 2)).toEqual([1, 0]);
    // 0.6 + u > 0.5 for three quarters of u in [-0.2, 0.2].
    expect(shares[2]).toBeCloseTo(0.75, 1);
    const [targeted] = await survival(dark, [grey(0.9)], [0], transform, { target: 0 });
    expect(targeted).toBe(0);
  });
});
