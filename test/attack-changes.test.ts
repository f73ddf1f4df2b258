/** @file Ways of changing a picture: nothing at zero, what each does by definition, and attacks through them under a mask. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openRuntime } from '#runtime';
import { distanceAttack } from '../src/attack/distance-attack.ts';
import { type ChangeName, changes } from '../src/attack/parameterisation.ts';
import { l2 } from '../src/distance/lp.ts';
import { loadModel } from '../src/model/load-model.ts';
import { compile } from '../src/runtime/compile.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { sizeOf } from '../src/tensor/shape.ts';
import { pseudoRandom } from './random.ts';
import { smallNetwork } from './support/network.ts';

let device: DeviceRuntime;
beforeAll(async () => {
  device = await openRuntime('cpu');
});

describe('a change', () => {
  const image = () => Float32Array.from({ length: 768 }, pseudoRandom(3));
  const apply = async (
    name: ChangeName,
    z: Float32Array,
    x0: Float32Array,
    channels = 3,
    [height, width] = [16, 16],
  ) => {
    const change = changes[name];
    const picture = [channels, height!, width!];
    const program = await compile(
      ({ z: parameters, x0: pixels }) => ({ x: change.apply(parameters!, pixels!) }),
      {
        z: { shape: [1, ...change.shape(picture)], dtype: 'float32' },
        x0: { shape: [1, ...picture], dtype: 'float32' },
      },
      { device },
    );
    const { x } = await program.run({ z, x0 });
    await program.release();
    return x!.data as Float32Array;
  };
  const names = Object.keys(changes) as ChangeName[];

  test.each(names.flatMap((name) => [[name, 3] as const, [name, 1] as const]))(
    'by %s is nothing at zero, for pictures of %i channels',
    async (name, channels) => {
      const x0 = image().slice(0, channels * 256);
      const z = new Float32Array(sizeOf(changes[name].shape([channels, 16, 16])));
      const x = await apply(name, z, x0, channels);
      x.forEach((value, i) => {
        expect(Math.abs(value - x0[i]!)).toBeLessThan(2e-6);
      });
    },
  );

  test('by colour sends equal colours to equal colours, and a knot of the lattice by its own shift', async () => {
    const random = pseudoRandom(4);
    const colours = Array.from({ length: 5 }, () => [random(), random(), random()]);
    const x0 = Float32Array.from({ length: 768 }, (_, i) => colours[(i % 256) % 5]![Math.floor(i / 256)]!);
    const z = Float32Array.from({ length: 3 * 512 }, () => 0.4 * (random() - 0.5));
    const x = await apply('colour', z, x0);
    for (let p = 5; p < 256; p++) for (const c of [0, 1, 2]) expect(x[c * 256 + p]).toBe(x[c * 256 + (p % 5)]);
    expect(x.some((value, i) => Math.abs(value - x0[i]!) > 0.02)).toBe(true);
    // Red 3/7, green 5/7, blue 2/7 is the knot [3, 5, 2]; the lattice's axes are red, green, blue.
    const knot = Float32Array.from({ length: 768 }, (_, i) => [3, 5, 2][Math.floor(i / 256)]! / 7);
    const shifted = await apply('colour', z, knot);
    for (const c of [0, 1, 2])
      expect(shifted[c * 256]).toBeCloseTo(knot[c * 256]! + z[c * 512 + 3 * 64 + 5 * 8 + 2]!, 5);
  });

  test('by a flow of one pixel to the right fetches each pixel from its right neighbour', async () => {
    // A pixel of 16 is 2 / 16 in the units of grid sampling.
    const z = Float32Array.from({ length: 512 }, (_, i) => (i < 256 ? 2 / 16 : 0));
    const x = await apply('flow', z, image());
    for (let i = 0; i < 768; i++) if (i % 16 < 15) expect(x[i]).toBeCloseTo(image()[i + 1]!, 4);
  });

  test.each([
    [16, 16],
    [12, 18],
    [18, 12],
  ])(
    'as a whole by a quarter turn fetches each pixel from a quarter turn around the middle, at %i x %i',
    async (h, w) => {
      const x0 = Float32Array.from({ length: h * w }, pseudoRandom(6));
      const x = await apply('rigid', Float32Array.from([Math.PI / 2, 0, 0]), x0, 1, [h, w]);
      const [middleY, middleX] = [(h - 1) / 2, (w - 1) / 2];
      x.forEach((value, i) => {
        // Right of the middle comes from below it, below from the left.
        const [down, right] = [Math.floor(i / w) - middleY, (i % w) - middleX];
        const [fromY, fromX] = [middleY + right, middleX - down];
        const inside = fromY >= 0 && fromY < h && fromX >= 0 && fromX < w;
        expect(value).toBeCloseTo(inside ? x0[fromY * w + fromX]! : 0, 4);
      });
    },
  );

  test('as a whole by a shift fetches each pixel from so many halves of the picture away, black from outside', async () => {
    const [h, w] = [12, 18];
    const x0 = Float32Array.from({ length: h * w }, pseudoRandom(6));
    // Two pixels of nine to the right, one of six down.
    const x = await apply('rigid', Float32Array.from([0, 2 / 9, 1 / 6]), x0, 1, [h, w]);
    x.forEach((value, i) => {
      const [fromY, fromX] = [Math.floor(i / w) + 1, (i % w) + 2];
      expect(value).toBeCloseTo(fromY < h && fromX < w ? x0[fromY * w + fromX]! : 0, 4);
    });
  });

  test.each(names)('by %s stays within its bounds', async (name) => {
    const { shape, bound, reach } = changes[name];
    const sample = [1, ...shape([3, 16, 16])];
    const program = await compile(
      ({ z, x0 }) => ({ bounded: bound(z!, x0!) }),
      { z: { shape: sample, dtype: 'float32' }, x0: { shape: [1, 3, 16, 16], dtype: 'float32' } },
      { device },
    );
    const random = pseudoRandom(7);
    const z = Float32Array.from({ length: sizeOf(sample) }, () => 4 * (random() - 0.5));
    const { bounded } = await program.run({ z, x0: image() });
    await program.release();
    const low = (i: number) => ({ pixels: -image()[i]!, colour: -0.5, flow: -0.2, rigid: -(reach?.[i] ?? 0) })[name];
    const high = (i: number) => (name === 'pixels' ? 1 - image()[i]! : -low(i));
    (bounded!.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo(Math.min(high(i), Math.max(low(i), z[i]!)), 5);
    });
  });

  test.each(names)(
    'by %s fools a network, keeps outside the mask every bit, and alone is what it is among others',
    async (name) => {
      await using model = await loadModel(smallNetwork(), { preprocessing: 'none', device });
      const mask = Float32Array.from({ length: 256 }, (_, p) => Number(p % 16 < 14));
      const options = { distance: l2, change: name, mask, steps: 40 };
      const images = [3, 4, 5, 6, 8, 9].map((seed) => Float32Array.from({ length: 768 }, pseudoRandom(seed)));
      const results = await distanceAttack(model, images, undefined, options);
      const fooled = results.filter(({ success8 }) => success8);
      expect(fooled.length).toBeGreaterThanOrEqual(name === 'rigid' ? 1 : 5);
      for (const { adversarial, adversarial8, original, label, after8 } of fooled) {
        expect(after8.label).not.toBe(label);
        for (const [i, value] of original.entries()) {
          if (mask[i % 256] === 1) continue;
          expect(adversarial[i]).toBe(value);
          expect(adversarial8[i]).toBe(Math.fround(Math.round(value * 255) / 255));
        }
      }
      const [alone] = await distanceAttack(model, images.slice(2, 3), undefined, options);
      expect(alone!.adversarial).toEqual(results[2]!.adversarial);
      expect(alone!.adversarial8).toEqual(results[2]!.adversarial8);
    },
  );
});
