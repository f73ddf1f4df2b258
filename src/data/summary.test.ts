import { describe, expect, it } from 'vitest';
import { decodePicture } from '#image-codec';
import { contactSheet } from './contact-sheet.ts';
import type { Dataset } from './dataset.ts';
import { summarize } from './summary.ts';

/** Images of one value each, grey or RGB, of `i % 3 + 1` pixels. */
function valuesSet(values: readonly number[], channels: (i: number) => number): Dataset {
  return {
    name: 'values',
    length: values.length,
    classNames: ['even', 'odd'],
    label: (i) => i % 2,
    image: async (i) => {
      for (let turn = 0; turn < (i * 7) % 5; turn++) await Promise.resolve();
      const width = (i % 3) + 1;
      return { data: new Float32Array(channels(i) * width).fill(values[i]!), channels: channels(i), height: 1, width };
    },
  };
}

describe('summarize', () => {
  it('weighs pixels, not images', async () => {
    const { mean, std, sizes, read } = await summarize(valuesSet([0, 0.5, 1], () => 1));
    // One pixel of 0, two of 0.5, three of 1
    const expected = 4 / 6;
    expect(mean[0]).toBeCloseTo(expected, 12);
    expect(std[0]).toBeCloseTo(Math.sqrt((2 * 0.25 + 3) / 6 - expected ** 2), 12);
    expect([sizes.length, read, mean.length]).toEqual([3, 3, 1]);
  });

  it('takes grey images among RGB ones as RGB', async () => {
    const { mean } = await summarize(valuesSet([0.25, 0.25, 0.25], (i) => (i === 0 ? 1 : 3)));
    expect(mean).toEqual([0.25, 0.25, 0.25]);
  });

  it('is the same to the bit whichever image is read first, for its seed', async () => {
    const values = Array.from({ length: 300 }, (_, i) => Math.fround(Math.sin(i) ** 2));
    const set = valuesSet(values, () => 3);
    const slow: Dataset = {
      ...set,
      image: async (i) => new Promise((resolve) => setImmediate(() => resolve(set.image(i)))),
    };
    const [a, b, c] = [
      await summarize(set, { limit: 100 }),
      await summarize(slow, { limit: 100 }),
      await summarize(set, { limit: 100, seed: 1 }),
    ];
    expect(a).toEqual(b);
    expect(a.mean).not.toEqual(c.mean);
    expect([a.read, a.length, a.classes[0]]).toEqual([100, 300, { name: 'even', images: 150 }]);
  });
});

describe('contactSheet', () => {
  it('shows each class once in a row, in columns where they are many', async () => {
    const few = await decodePicture(await contactSheet(valuesSet([0, 1, 0, 1], () => 3)));
    const many: Dataset = {
      ...valuesSet(new Array(120).fill(0), () => 1),
      classNames: Array.from({ length: 60 }, (_, i) => `class ${i}`),
      label: (i) => i % 60,
    };
    const sheet = await decodePicture(await contactSheet(many));
    expect(sheet.width).toBeGreaterThan(2 * few.width);
    expect(sheet.height).toBeLessThan(1200); // 20 rows in each of three columns
    // Every image is black, of 1 to 3 pixels in a row, enlarged to 48, 48 or 48 pixels in width
    const black = sheet.data.subarray(0, sheet.width * sheet.height).filter((value) => value === 0).length;
    expect(black).toBe(40 * 48 * 48 + 40 * 48 * 24 + 40 * 48 * 16);
  });
});
