import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodePng } from '#image-codec';
import { idxOf } from '../../../test/support/archives.ts';
import { folderOf } from '../folder.ts';
import { readMnist } from './mnist.ts';

const images = idxOf([3, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255]);
const labels = idxOf([3], [7, 0, 9]);
const folder = (files: Readonly<Record<string, Uint8Array>>) => folderOf('set', new Map(Object.entries(files)));
const pair = { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': labels };

describe('readMnist', () => {
  it('reads a pair of idx files', async () => {
    const set = await readMnist(folder(pair));
    expect(set).toMatchObject({ name: 'mnist-train', shape: [3, 1, 2, 2], classNames: [...'0123456789'] });
    expect([...set.pixels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255]);
    expect([...set.labels]).toEqual([7, 0, 9]);
  });

  it('reads gzipped files in a folder below, and chooses by split', async () => {
    const zipped = new Uint8Array(gzipSync(idxOf([1, 2, 2], [9, 8, 7, 6])));
    const files = { 'raw/t10k-images-idx3-ubyte.gz': zipped, 'raw/t10k-labels.idx1-ubyte': idxOf([1], [4]), ...pair };
    const set = await readMnist(folder(files), { split: 'test' });
    expect([[...set.pixels], [...set.labels], set.name]).toEqual([[9, 8, 7, 6], [4], 'mnist-test']);
  });

  it('reads strips, a row of 784 pixels for each image', async () => {
    const strip = await encodePng({
      data: Float32Array.from({ length: 2 * 784 }, (_, i) => (i % 256) / 255),
      channels: 1,
      height: 2,
      width: 784,
    });
    const names = new TextEncoder().encode(`var labels=[${Array.from({ length: 60_002 }, (_, i) => i % 10)}];`);
    const files = { 'mnist_batch_0.png': strip, 'mnist_batch_20.png': strip, 'mnist_labels.js': names };
    const set = await readMnist(folder(files), { split: 'test' });
    expect([set.shape, [...set.labels]]).toEqual([
      [2, 1, 28, 28],
      [0, 1],
    ]);
    expect([...set.pixels.subarray(784, 788)]).toEqual([784 % 256, 785 % 256, 786 % 256, 787 % 256]);
    const short = { ...files, 'mnist_labels.js': new TextEncoder().encode('var labels=[1, 2];') };
    await expect(readMnist(folder(short), { split: 'test' })).rejects.toThrow(
      'set/mnist_labels.js: expected 60002 labels or more, got 2.',
    );
  });

  it.each([
    ['nothing for the split', {}, 'set: expected train-images-idx3-ubyte (or .gz) for train.'],
    ['no labels', { 'train-images-idx3-ubyte': images }, 'but no train-labels-idx1-ubyte (or .gz).'],
    [
      'too few labels',
      { ...pair, 'train-labels-idx1-ubyte': idxOf([2], [1, 2]) },
      'expected 3 labels, one for each image, got [2].',
    ],
    [
      'a label that is no class',
      { ...pair, 'train-labels-idx1-ubyte': idxOf([3], [1, 10, 2]) },
      'the label of image 1 is 10; its 10 classes are 0 to 9.',
    ],
    [
      'a file cut off',
      { ...pair, 'train-images-idx3-ubyte': images.subarray(0, 20) },
      'set/train-images-idx3-ubyte: expected 12 bytes for [3, 2, 2], got 4.',
    ],
    ['a header cut off', { ...pair, 'train-images-idx3-ubyte': images.subarray(0, 10) }, 'ends within its header.'],
    ['another file', { ...pair, 'train-images-idx3-ubyte': new TextEncoder().encode('<html>') }, 'is not an idx file'],
    [
      'floats',
      { ...pair, 'train-images-idx3-ubyte': Uint8Array.from([0, 0, 13, 1, 0, 0, 0, 0]) },
      'unsigned bytes (type 8), got type 13',
    ],
    [
      'flat images',
      { ...pair, 'train-images-idx3-ubyte': idxOf([3, 2], [1, 2, 3, 4, 5, 6]) },
      'expected [images, height, width], got [3, 2].',
    ],
    [
      'no images',
      { 'train-images-idx3-ubyte': idxOf([0, 2, 2], []), 'train-labels-idx1-ubyte': idxOf([0], []) },
      'mnist-train holds no image.',
    ],
  ])('refuses %s', async (_, files, message) => {
    await expect(readMnist(folder(files))).rejects.toThrow(message);
  });
});
