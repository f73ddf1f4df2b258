import { describe, expect, it } from 'vitest';
import { toByte } from '../image/image.ts';
import { DataError, type Dataset } from './dataset.ts';
import { datasetOf, imageArray, pickImages, pixelsOf } from './image-array.ts';
import { toImageArray } from './to-image-array.ts';

const array = imageArray({
  name: 'four',
  shape: [4, 1, 1, 2],
  pixels: Uint8Array.from([0, 51, 102, 153, 204, 255, 10, 20]),
  labels: Int32Array.from([0, 1, 0, 1]),
  classNames: ['even', 'odd'],
});

/** A set whose images are computed, the ones at `bad` unreadable. */
function computed(length: number, bad: readonly number[] = [], side = (_: number) => 2): Dataset {
  return {
    name: 'computed',
    length,
    classNames: ['a', 'b', 'c'],
    label: (i) => i % 3,
    image: async (i) => {
      // Later images are ready earlier.
      for (let turn = 0; turn < (length - i) % 7; turn++) await Promise.resolve();
      if (bad.includes(i)) throw new DataError(`image ${i} is broken.`);
      const size = side(i);
      return { data: new Float32Array(3 * size * size).fill(i / 255), channels: 3, height: size, width: size };
    },
  };
}

describe('toImageArray', () => {
  it('keeps the order of the set, whichever image is ready first', async () => {
    const { shape, pixels, labels } = await toImageArray(computed(100));
    expect([shape, pixels.constructor]).toEqual([[100, 3, 2, 2], Uint8Array]);
    expect([...pixels]).toEqual(Array.from({ length: 1200 }, (_, at) => Math.floor(at / 12)));
    expect([...labels]).toEqual(Array.from({ length: 100 }, (_, i) => i % 3));
  });

  it('rounds as a PNG does', async () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => i / 999);
    const set = { ...computed(1), image: async () => ({ data: values, channels: 1, height: 1, width: 1000 }) };
    expect([...(await toImageArray(set)).pixels]).toEqual([...values].map(toByte));
  });

  it('gives an array that is in memory as it is, or as asked', async () => {
    expect(await toImageArray(datasetOf(array))).toBe(array);
    const rgb = await toImageArray(datasetOf(array), { channels: 3, dtype: 'float32' });
    expect([rgb.shape, rgb.pixels.constructor]).toEqual([[4, 3, 1, 2], Float32Array]);
    expect([...rgb.pixels.subarray(6, 12)].map(toByte)).toEqual([102, 153, 102, 153, 102, 153]);
  });

  it('brings images to one size: the shorter side first, then the middle', async () => {
    const wide = { data: Float32Array.from([0, 0, 1, 1, 0, 0]), channels: 1, height: 1, width: 6 };
    const set = { ...computed(2), image: async () => wide };
    expect([...(await toImageArray(set, { size: [1, 2] })).pixels]).toEqual([255, 255, 255, 255]);
    expect(
      (
        await toImageArray(
          computed(3, [], (i) => 3 + i),
          { size: 2 },
        )
      ).shape,
    ).toEqual([3, 3, 2, 2]);
  });

  it('refuses images of several sizes, saying what to do', async () => {
    await expect(toImageArray(computed(3, [], (i) => 3 + i))).rejects.toThrow(
      /^computed: image \d is . x . in 3 channels, others are . x . in 3 channels. Give a size \(and channels\) to bring all to\.$/,
    );
  });

  it('ends at a bad image, or leaves it out and lists it', async () => {
    await expect(toImageArray(computed(50, [7]))).rejects.toThrow('image 7 is broken.');
    const kept = await toImageArray(computed(50, [0, 7, 49]), { badImages: 'skip' });
    expect(kept.skipped).toEqual(['image 0 is broken.', 'image 7 is broken.', 'image 49 is broken.']);
    const left = Array.from({ length: 50 }, (_, i) => i).filter((i) => ![0, 7, 49].includes(i));
    expect([...kept.labels]).toEqual(left.map((i) => i % 3));
    expect([...kept.pixels].filter((_, at) => at % 12 === 0)).toEqual(left);
    await expect(toImageArray(computed(2, [0, 1]), { badImages: 'skip' })).rejects.toThrow(
      'computed: none of its 2 images can be read; the first: image 0 is broken.',
    );
  });

  it('stops when it is told to, and tells how far it is', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const onProgress = (done: number) => {
      seen.push(done);
      if (done === 20) controller.abort();
    };
    await expect(toImageArray(computed(100), { signal: controller.signal, onProgress })).rejects.toThrow(/abort/i);
    expect(seen.length).toBeLessThan(40);
    const all: number[] = [];
    await toImageArray(computed(100), { onProgress: (done) => all.push(done) });
    expect(all.at(-1)).toBe(100);
  });
});

describe('imageArray', () => {
  it.each([
    [
      'labels that are no class',
      { labels: Int32Array.from([0, 1, 2, 0]) },
      'four: the label of image 2 is 2; its 2 classes are 0 to 1.',
    ],
    [
      'a label for each image',
      { labels: Int32Array.from([0, 1]) },
      'four: expected a label for each of 4 images, got 2.',
    ],
    ['pixels of another number', { pixels: new Uint8Array(7) }, 'four: expected 8 values for [4, 1, 1, 2], got 7.'],
    ['two channels', { shape: [2, 2, 1, 2] as const }, 'four: expected images of 1 or 3 channels, got 2.'],
    [
      'values over one',
      { pixels: Float32Array.from([0, 0, 0, 0, 0, 200, 0, 0]) },
      'four: expected values from 0 to 1, got 200 in image 2. Divide them by 255',
    ],
    [
      'values that are no number',
      { pixels: Float32Array.from([0, 0, 0, Number.NaN, 0, 0, 0, 0]) },
      'got NaN in image 1. Mend the values.',
    ],
  ])('looks for %s', (_, change, message) => {
    expect(() => imageArray({ ...array, ...change })).toThrow(message);
  });
});

describe('pixelsOf and pickImages', () => {
  it('give images in the order of the indices', () => {
    expect([...pixelsOf(array, [2, 0])].map(toByte)).toEqual([204, 255, 0, 51]);
    const picked = pickImages(array, [3, 3, 0]);
    expect([[...picked.pixels], [...picked.labels], picked.shape]).toEqual([
      [10, 20, 10, 20, 0, 51],
      [1, 1, 0],
      [3, 1, 1, 2],
    ]);
    expect(() => pixelsOf(array, [4])).toThrow('four has 4 images, 0 to 3; there is no image 4.');
  });

  it('gives values a network takes: bytes over 255', async () => {
    expect((await datasetOf(array).image(1)).data).toEqual(Float32Array.from([102 / 255, 153 / 255]));
  });
});
