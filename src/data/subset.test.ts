import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset } from './dataset.ts';
import { datasetOf } from './image-array.ts';
import { shuffle, split, subset, take } from './subset.ts';
import { toImageArray } from './to-image-array.ts';

/** A set whose image i has the byte i, of `classes` classes in blocks, as many sets lie on disks. */
const blocks = (length: number, classes: number): Dataset =>
  datasetOf({
    name: 'blocks',
    shape: [length, 1, 1, 1],
    pixels: Uint8Array.from({ length }, (_, i) => i),
    labels: Int32Array.from({ length }, (_, i) => Math.floor((i * classes) / length)),
    classNames: Array.from({ length: classes }, (_, i) => `c${i}`),
  });

const bytesOf = async (set: Dataset) => [...(await toImageArray(set)).pixels];
const labelsOf = (set: Dataset) => Array.from({ length: set.length }, (_, i) => set.label(i));

describe('parts of a set', () => {
  it('subset gives images and labels of the indices', async () => {
    const part = subset(blocks(6, 3), [5, 0, 0], 'part');
    expect([part.name, part.length, part.classNames.length]).toEqual(['part', 3, 3]);
    expect([await bytesOf(part), labelsOf(part)]).toEqual([
      [5, 0, 0],
      [2, 0, 0],
    ]);
    // The same without the array, image by image.
    expect(await bytesOf({ ...part, array: undefined })).toEqual([5, 0, 0]);
    expect(() => subset(blocks(6, 3), [6])).toThrow('blocks has 6 images, 0 to 5; there is no image 6.');
  });

  it('take gives the first images, or all', async () => {
    expect(await bytesOf(take(blocks(6, 3), 2))).toEqual([0, 1]);
    expect(take(blocks(6, 3), 9).length).toBe(6);
  });

  it('shuffle keeps every image once, in an order that the seed decides', async () => {
    const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => bytesOf(shuffle(blocks(50, 5), seed))));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
    expect(a!.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('split shares no image and loses none; stratified, each class has its share to within one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 7 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        fc.integer(),
        async (length, classes, fraction, stratified, seed) => {
          const set = blocks(length, Math.min(classes, length));
          const [first, second] = split(set, fraction, { seed, stratified });
          const bytes = await Promise.all([first, second].map((part) => (part.length === 0 ? [] : bytesOf(part))));
          expect(bytes.flat().sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
          expect(bytes.every((part) => part.every((value, i) => i === 0 || value > part[i - 1]!))).toBe(true);
          expect(first.length).toBe(Math.round(fraction * length));
          if (!stratified) return;
          for (let k = 0; k < set.classNames.length; k++) {
            const of = (part: Dataset) => labelsOf(part).filter((label) => label === k).length;
            expect(Math.abs(of(first) - fraction * of(set))).toBeLessThan(1 + 1e-9);
          }
        },
      ),
    );
  });

  it('split repeats itself for its seed, and differs for another', async () => {
    const chosen = (seed: number) => bytesOf(split(blocks(100, 4), 0.5, { seed })[0]);
    expect(await chosen(3)).toEqual(await chosen(3));
    expect(await chosen(3)).not.toEqual(await chosen(4));
    expect(() => split(blocks(4, 2), 20, { seed: 0 })).toThrow('A fraction is from 0 to 1, got 20.');
  });
});
