/** @file PGD whose change keeps to a band: within the ball, the range and, measured, the band; and optimal where the optimum is known. */
import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { linearNetwork, smallNetwork } from '../../test/support/network.ts';
import { pgd } from '../attack/pgd.ts';
import type { Subspace } from '../attack/subspace.ts';
import { withinBudget } from '../distance/ball.ts';
import { loadModel } from '../model/load-model.ts';
import { type Band, bandPassed, bands } from './band.ts';
import { bandSubspace } from './band-subspace.ts';

const small = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'small' });
const [side, size] = [16, 768];

function pictures(count: number, seed: number, low = 60, high = 195): Float32Array[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: size }, () => Math.round(low + (high - low) * random()) / 255),
  );
}

const squares = (v: Float32Array) => v.reduce((sum, value) => sum + value * value, 0);
const outside = (v: Float32Array, band: Band) => {
  const kept = bandPassed(v, side, side, band);
  return squares(v.map((value, i) => value - kept[i]!)) / squares(v);
};

describe.each([
  ['linf', 32 / 255],
  ['l2', 2.5],
] as const)('in %s', (norm, epsilon) => {
  it.each(['low', 'middle', 'high'] as const)(
    'changes of the %s band stay in it, in the ball and in the range',
    async (name) => {
      const images = pictures(8, 1);
      const results = await pgd(small, images, undefined, {
        norm,
        epsilon,
        steps: 15,
        subspace: bandSubspace(bands[name]),
      });
      const fooled = results.filter(({ success }) => success);
      expect(fooled.length).toBeGreaterThanOrEqual(3);
      for (const { adversarial, original, subspace, distances: measured } of fooled) {
        const change = adversarial.map((value, i) => value - original[i]!);
        expect(withinBudget(measured[norm], epsilon)).toBe(true);
        expect(Math.min(...adversarial)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...adversarial)).toBeLessThanOrEqual(1);
        expect(subspace!.name).toBe(`${name} band`);
        expect(subspace!.outsideRounded).toBeCloseTo(outside(change, bands[name]), 5);
        // Away from black and white only the ball of linf cuts; rounding adds a third of a 255th a value.
        expect(subspace!.outside).toBeLessThan(norm === 'l2' ? 1e-9 : 2e-3);
        expect(subspace!.outsideRounded).toBeLessThan(
          subspace!.outside + (size / 12 / 255 ** 2 / squares(change)) * 1.3,
        );
      }
    },
  );

  it('gives the same again, in any order, and alone or in a batch', async () => {
    const options = { norm, epsilon, steps: 10, subspace: bandSubspace(bands.middle) };
    const images = pictures(3, 3);
    const all = await pgd(small, images, undefined, options);
    const again = await pgd(small, images.toReversed(), undefined, { ...options, batch: 2 });
    expect(again.toReversed()).toEqual(all);
    expect((await pgd(small, [images[1]!], undefined, options))[0]).toEqual(all[1]);
  });

  it('says what clipping puts outside where pixels are black and white', async () => {
    const random = pseudoRandom(8);
    const image = Float32Array.from({ length: size }, () => Math.max(0, random() - 0.3));
    const subspace = bandSubspace(bands.middle);
    const [result] = await pgd(small, [image], undefined, { norm, epsilon: 2 * epsilon, subspace });
    expect(result!.success).toBe(true);
    expect(Math.min(...result!.adversarial)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...result!.adversarial)).toBeLessThanOrEqual(1);
    expect(result!.subspace!.outside).toBeGreaterThan(1e-3);
  });
});

it('a linear model is fooled from its distance within the band on, and not below', async () => {
  const random = pseudoRandom(31);
  const w = Float32Array.from({ length: size }, () => random() - 0.5);
  const [image] = pictures(1, 9, 100, 150);
  const base = w.reduce((sum, v, i) => sum + v * image![i]!, 0);
  for (const band of Object.values(bands)) {
    // The nearest change within the band is along the band's part of w: gap / |B w|.
    const gap = 0.5;
    const optimum = gap / Math.sqrt(squares(bandPassed(w, side, side, band)));
    await using linear = await loadModel(linearNetwork(w, -base - gap), { preprocessing: 'none' });
    const at = async (factor: number) =>
      (
        await pgd(linear, [image!], [0], {
          norm: 'l2',
          epsilon: factor * optimum,
          subspace: bandSubspace(band),
          steps: 20,
        })
      )[0]!;
    expect((await at(0.99)).subspace).toMatchObject({ outside: 0 });
    expect((await at(0.99)).success).toBe(false);
    expect((await at(1.02)).subspace!.outside).toBeLessThan(1e-9);
    expect((await at(1.02)).success).toBe(true);
  }
});

it('refuses a word for a band, and a mask beside one', async () => {
  const word = { epsilon: 0.1, subspace: 'low' as unknown as Subspace };
  await expect(pgd(small, pictures(1, 1), undefined, word)).rejects.toThrow('say --band NAME');
  const mask = new Float32Array(side * side).fill(1);
  const options = { epsilon: 0.1, mask, subspace: bandSubspace(bands.low) };
  await expect(pgd(small, pictures(1, 1), undefined, options)).rejects.toThrow('leave one of them out');
});
