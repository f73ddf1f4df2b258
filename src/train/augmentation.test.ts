import { describe, expect, test } from 'vitest';
import { augmentInto } from './augmentation.ts';

/** A picture whose every pixel says where it is. */
const picture = Uint8Array.from({ length: 2 * 6 * 5 }, (_, i) => i);
const shape = [2, 6, 5] as const;

function augmented(options: Parameters<typeof augmentInto>[3], sample: number, epoch = 0): Uint8Array {
  const result = new Uint8Array(picture.length);
  augmentInto(result, picture, shape, options, 1, epoch, sample);
  return result;
}

describe('augmentation', () => {
  test('without changes copies', () => {
    expect(augmented({}, 3)).toEqual(picture);
  });

  test('flips about half of the samples, each to its exact mirror image', () => {
    const mirror = picture.map((_, i) => picture[i - (i % 5) + 4 - (i % 5)]!);
    const results = Array.from({ length: 200 }, (_, sample) => augmented({ flip: true }, sample));
    const flipped = results.filter((result) => result.join() === mirror.join()).length;
    const kept = results.filter((result) => result.join() === picture.join()).length;
    expect(flipped + kept).toBe(200);
    expect(flipped).toBeGreaterThan(70);
    expect(flipped).toBeLessThan(130);
  });

  test('crops shift all channels alike and mirror at the borders', () => {
    const offsets = new Set<string>();
    for (let sample = 0; sample < 100; sample++) {
      const result = augmented({ crop: 2 }, sample);
      const at = (c: number, y: number, x: number) => result[(c * 6 + y) * 5 + x]! - c * 30;
      // The middle pixel (3, 2) tells the shift; every other pixel must agree with it.
      const [top, left] = [Math.floor(at(0, 3, 2) / 5) - 3, (at(0, 3, 2) % 5) - 2];
      offsets.add(`${top} ${left}`);
      const mirrored = (i: number, size: number) => (i < 0 ? -i : i >= size ? 2 * size - 2 - i : i);
      for (let c = 0; c < 2; c++)
        for (let y = 0; y < 6; y++)
          for (let x = 0; x < 5; x++) expect(at(c, y, x)).toBe(mirrored(y + top, 6) * 5 + mirrored(x + left, 5));
    }
    expect(offsets.size).toBeGreaterThan(20);
  });

  test('cuts out a grey square of at most the given side in all channels', () => {
    for (let sample = 0; sample < 50; sample++) {
      const result = augmented({ cutout: 2 }, sample);
      const grey = [...result].flatMap((value, i) => (value === 128 && picture[i] !== 128 ? [i] : []));
      expect(grey.length).toBeGreaterThan(0);
      expect(grey.length).toBeLessThanOrEqual(2 * 3 * 3);
      expect(grey.filter((i) => i < 30).map((i) => i + 30)).toEqual(grey.filter((i) => i >= 30));
    }
  });

  test('depends on sample and epoch alone', () => {
    expect(augmented({ crop: 2, flip: true }, 7)).toEqual(augmented({ crop: 2, flip: true }, 7));
    const epochs = new Set(
      Array.from({ length: 20 }, (_, epoch) => augmented({ crop: 2, flip: true }, 7, epoch).join()),
    );
    expect(epochs.size).toBeGreaterThan(10);
  });
});
