import { describe, expect, it } from 'vitest';
import { writeNpy } from '../archive/npy.ts';
import { zipOf } from '../archive/zip.ts';
import { readNpyPair, readNpz } from './numpy.ts';

type Values = Parameters<typeof writeNpy>[1];

/** An .npz of arrays by name. */
const npz = (arrays: Readonly<Record<string, readonly [readonly number[], Values]>>) =>
  zipOf(Object.entries(arrays).map(([name, [shape, values]]) => [`${name}.npy`, writeNpy(shape, values)] as const));

const grey = [[2, 1, 2], Uint8Array.from([0, 1, 2, 3])] as const;
const y = [[2], Int32Array.from([1, 0])] as const;

describe('readNpz', () => {
  it('takes [N, H, W] as grey and counts the classes', async () => {
    const set = await readNpz(await npz({ x: grey, y }), 'a.npz');
    expect(set).toMatchObject({ name: 'a.npz', shape: [2, 1, 1, 2], classNames: ['0', '1'] });
    expect([[...set.pixels], [...set.labels]]).toEqual([
      [0, 1, 2, 3],
      [1, 0],
    ]);
  });

  it('takes [N, C, H, W], and turns [N, H, W, C] around', async () => {
    const values = Uint8Array.from({ length: 24 }, (_, i) => i);
    const first = await readNpz(await npz({ images: [[2, 3, 2, 2], values], labels: y }), 'a.npz');
    expect([first.shape, [...first.pixels]]).toEqual([[2, 3, 2, 2], [...values]]);
    const last = await readNpz(await npz({ images: [[2, 2, 2, 3], values], labels: y }), 'a.npz');
    expect(last.shape).toEqual([2, 3, 2, 2]);
    expect([...last.pixels.subarray(0, 12)]).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
  });

  it('chooses the part, in both ways of naming it', async () => {
    const other = [[1, 1, 2], Uint8Array.from([8, 9])] as const;
    const one = [[1, 1], Int32Array.from([0])] as const;
    for (const arrays of [
      { x_train: grey, y_train: y, x_test: other, y_test: one },
      { train_images: grey, train_labels: y, test_images: other, test_labels: one },
    ]) {
      const bytes = await npz(arrays);
      expect((await readNpz(bytes, 'a.npz')).shape[0]).toBe(2);
      expect([...(await readNpz(bytes, 'a.npz', { split: 'test' })).pixels]).toEqual([8, 9]);
    }
    await expect(readNpz(await npz({ x: grey, y }), 'a.npz', { split: 'test' })).rejects.toThrow(
      'a.npz has no test part (x_test).',
    );
  });

  it('takes words as labels, in the order of the classes or the alphabet', async () => {
    const words = [[2], ['dog', 'cat']] as const;
    const found = await readNpz(await npz({ x: grey, y: words }), 'a.npz');
    expect([found.classNames, [...found.labels]]).toEqual([
      ['cat', 'dog'],
      [1, 0],
    ]);
    const listed = await readNpz(await npz({ x: grey, y: words, classes: [[3], ['dog', 'eel', 'cat']] }), 'a.npz');
    expect([listed.classNames, [...listed.labels]]).toEqual([
      ['dog', 'eel', 'cat'],
      [0, 2],
    ]);
  });

  it('keeps floats from 0 to 1', async () => {
    const floats = [[2, 1, 2], Float32Array.from([0, 0.25, 0.5, 1])] as const;
    expect((await readNpz(await npz({ x: floats, y }), 'a.npz')).pixels).toEqual(floats[1]);
  });

  it.each([
    ['no images', { y }, 'a.npz: expected images as "x", got y.'],
    ['no labels', { x: grey }, 'a.npz: expected labels as "y", got x.'],
    [
      'labels of another number',
      { x: grey, y: [[3], Int32Array.from([0, 0, 0])] },
      'expected a label for each of 2 images, got 3.',
    ],
    [
      'one-hot labels',
      { x: grey, y: [[2, 2], Int32Array.from([0, 1, 1, 0])] },
      'expected labels [N], got [2, 2]. Take the argmax',
    ],
    [
      'labels that are no whole numbers',
      { x: grey, y: [[2], Float32Array.from([0, 0.5])] },
      'the label of image 1 is 0.5, no class number',
    ],
    ['negative labels', { x: grey, y: [[2], Int32Array.from([-1, 0])] }, 'the label of image 0 is -1, no class number'],
    [
      'a word that is no class',
      { x: grey, y: [[2], ['cat', 'emu']], classes: [[1], ['cat']] },
      'the label of image 1, "emu", is not among its classes.',
    ],
    [
      'a label past the classes',
      { x: grey, y, classes: [[1], ['cat']] },
      'the label of image 0 is 1; its 1 classes are 0 to 0.',
    ],
    [
      'floats up to 255',
      { x: [[2, 1, 2], Float32Array.from([0, 100, 0, 255])], y },
      'expected values from 0 to 1, got 100 in image 0. Divide them by 255',
    ],
    [
      'whole numbers past 255',
      { x: [[2, 1, 2], Int32Array.from([0, 1, 256, 3])], y },
      'expected whole numbers from 0 to 255 for pixels, got 256.',
    ],
    [
      'five channels',
      { x: [[1, 5, 2, 2], new Uint8Array(20)], y: [[1], Int32Array.from([0])] },
      'with 1 or 3 channels, got [1, 5, 2, 2].',
    ],
    ['flat images', { x: [[2, 2], Uint8Array.from([0, 1, 2, 3])], y }, 'expected images as [N, H, W]'],
  ] as const)('refuses %s', async (_, arrays, message) => {
    const bytes = await npz(arrays as unknown as Parameters<typeof npz>[0]);
    await expect(readNpz(bytes, 'a.npz')).rejects.toThrow(message);
  });

  it('refuses what is no zip', async () => {
    await expect(readNpz(new TextEncoder().encode('<html>'), 'a.npz')).rejects.toThrow('a.npz is no zip archive');
  });
});

describe('readNpyPair', () => {
  it('joins images and labels of two files', () => {
    const set = readNpyPair({ bytes: writeNpy(...grey), name: 'x.npy' }, { bytes: writeNpy(...y), name: 'y.npy' });
    expect([set.name, [...set.labels]]).toEqual(['x.npy', [1, 0]]);
  });
});
