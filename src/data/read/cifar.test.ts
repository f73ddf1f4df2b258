import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodePng } from '#image-codec';
import { bytesOf, tarOf } from '../../../test/support/archives.ts';
import { openArchive } from '../archive/open-archive.ts';
import { folderOf } from '../folder.ts';
import { toImageArray } from '../to-image-array.ts';
import { cifar10Classes, readCifar10, readCifar100 } from './cifar.ts';

const folder = (files: Readonly<Record<string, Uint8Array>>) => folderOf('set', new Map(Object.entries(files)));
const text = (value: string) => new TextEncoder().encode(value);
/** An image whose red starts with a byte, all else zero. */
const image = (first: number) => [first, ...new Array<number>(3071).fill(0)];

/** A Python 2 pickle of {'data': uint8 [n, 3072], key: labels} as the published files have it. */
function pickled(key: string, labels: readonly number[], firsts: readonly number[], { rows = firsts.length } = {}) {
  const size = firsts.length * 3072;
  return bytesOf(
    [0x80, 2],
    '}q\x01(',
    ['U'.charCodeAt(0), key.length],
    `${key}q\x04]q\x05(`,
    labels.flatMap((label) => [0x4b, label]),
    'eU\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08',
    [0x4b, 0, 0x85, 0x55, 1, 0x62, 0x87, 0x52, 0x28, 0x4b, 1, 0x4b, rows, 0x4d, 0, 12, 0x86],
    'cnumpy\ndtype\n',
    [0x55, 2, ...text('u1'), 0x4b, 0, 0x4b, 1, 0x87, 0x52, 0x28, 0x4b, 3, 0x55, 1, ...text('|NNNJ')],
    [255, 255, 255, 255, 0x4a, 255, 255, 255, 255, 0x4b, 0, 0x74, 0x62, 0x89, 0x54],
    [size & 255, (size >> 8) & 255, size >> 16, 0],
    firsts.flatMap(image),
    'tbu.',
  );
}

/** A Python 2 pickle of {key: names}. */
const pickledNames = (key: string, names: readonly string[]) =>
  bytesOf(
    [0x80, 2],
    '}(',
    [0x55, key.length, ...text(key)],
    '](',
    names.flatMap((name) => [0x55, name.length, ...text(name)]),
    'eu.',
  );

const binary10 = Object.fromEntries(
  [1, 2, 3, 4, 5].map((k) => [`data_batch_${k}.bin`, bytesOf([k], image(k * 10), [0], image(k * 10 + 1))]),
);

describe('readCifar10', () => {
  it('joins the five binary batches in order', async () => {
    const { array } = await readCifar10(folder(binary10));
    expect(array).toMatchObject({ name: 'cifar10-train', shape: [10, 3, 32, 32], classNames: cifar10Classes });
    expect([...array!.labels]).toEqual([1, 0, 2, 0, 3, 0, 4, 0, 5, 0]);
    expect(array!.pixels[2 * 3072]).toBe(20);
    expect(array!.pixels[9 * 3072]).toBe(51);
  });

  it('takes class names from batches.meta.txt', async () => {
    const names = [...'abcdefghij'];
    const files = { 'x/test_batch.bin': bytesOf([9], image(1)), 'x/batches.meta.txt': text(`${names.join('\n')}\n\n`) };
    expect((await readCifar10(folder(files), { split: 'test' })).classNames).toEqual(names);
  });

  it("reads Python's pickles out of the published archive, inside a folder or alone", async () => {
    const tar = tarOf({
      'cifar-10-batches-py/': new Uint8Array(),
      'cifar-10-batches-py/test_batch': pickled('labels', [3, 8], [200, 100]),
      'cifar-10-batches-py/batches.meta': pickledNames('label_names', [...'abcdefghij']),
    });
    const file = new Uint8Array(gzipSync(tar));
    for (const root of [folder({ 'cifar-10-python.tar.gz': file }), await openArchive(file, 'c.tar.gz')]) {
      const { array, classNames } = await readCifar10(root, { split: 'test' });
      expect([[...array!.labels], array!.pixels[0], array!.pixels[3072], classNames[3]]).toEqual([
        [3, 8],
        200,
        100,
        'd',
      ]);
    }
  });

  it('reads a tar of JPEGs or PNGs for training and strips for testing, classes in the usual order', async () => {
    const png = await encodePng({ data: new Float32Array(3072).fill(0.2), channels: 3, height: 32, width: 32 });
    const names = [...cifar10Classes].sort().reverse();
    const tar = tarOf(Object.fromEntries(names.map((name) => [`train/${name}/0.png`, png])));
    const set = await readCifar10(folder({ 'train_jpeg.tar': tar }));
    expect([set.classNames, set.length, set.label(9)]).toEqual([cifar10Classes, 10, 9]);
    expect((await toImageArray(set)).pixels.every((byte) => byte === 51)).toBe(true);

    const strip = await encodePng({
      data: Float32Array.from({ length: 3 * 1024 }, (_, i) => Math.floor(i / 1024) * 0.2),
      channels: 3,
      height: 1,
      width: 1024,
    });
    const labels = text(`var labels=[${Array.from({ length: 50_001 }, (_, i) => (i === 50_000 ? 7 : 0))}];`);
    const files = { 'cifar10_batch_50.png': strip, 'cifar10_batch_0.png': strip, 'cifar10_labels.js': labels };
    const test = await readCifar10(folder(files), { split: 'test' });
    expect([test.length, test.label(0)]).toEqual([1, 7]);
    expect([0, 1024, 2048].map((at) => test.array!.pixels[at])).toEqual([0, 51, 102]);
  });

  it.each([
    [
      'nothing of the set',
      {},
      'set: expected data_batch_1 to data_batch_5 of cifar10 (or with .bin, or an archive of them) for train.',
    ],
    [
      'a missing batch',
      { ...binary10, 'data_batch_3.bin': undefined },
      'set has no data_batch_3.bin, only part of the set.',
    ],
    [
      'a batch cut off',
      { ...binary10, 'data_batch_2.bin': binary10['data_batch_2.bin']!.subarray(1) },
      'set/data_batch_2.bin: expected a whole number of images of 3073 bytes, got 6145 bytes.',
    ],
    [
      'a label that is no class',
      { ...binary10, 'data_batch_1.bin': bytesOf([10], image(0)) },
      'cifar10-train: the label of image 0 is 10; its 10 classes are 0 to 9.',
    ],
    [
      'too few class names',
      { ...binary10, 'batches.meta.txt': text('cat\ndog\n') },
      'set: expected 10 class names, got 2.',
    ],
  ])('refuses %s', async (_, files, message) => {
    const present = Object.fromEntries(
      Object.entries(files).flatMap(([path, bytes]) => (bytes === undefined ? [] : [[path, bytes]])),
    );
    await expect(readCifar10(folder(present))).rejects.toThrow(message);
  });

  it.each([
    ['labels of another number', pickled('labels', [3], [1, 2]), 'set/test_batch: expected 2 labels, got 1.'],
    [
      'other keys',
      pickled('fine_labels', [3], [1]),
      'set/test_batch: expected "data" and "labels", got fine_labels, data.',
    ],
    [
      'an array shorter than its shape',
      pickled('labels', [3, 4], [1], { rows: 2 }),
      'expected 6144 bytes of images, got 3072.',
    ],
  ])('refuses a pickle with %s', async (_, bytes, message) => {
    await expect(readCifar10(folder({ test_batch: bytes }), { split: 'test' })).rejects.toThrow(message);
  });
});

describe('readCifar100', () => {
  it('takes the fine label of binary records', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `class ${i}`);
    const files = { 'train.bin': bytesOf([19, 99], image(5)), 'fine_label_names.txt': text(names.join('\n')) };
    const { array, classNames } = await readCifar100(folder(files));
    expect([array!.labels[0], array!.pixels[0], classNames[99]]).toEqual([99, 5, 'class 99']);
  });

  it("takes the fine labels of Python's pickles", async () => {
    const files = { 'cifar-100-python/test': pickled('fine_labels', [49], [6]) };
    const { array } = await readCifar100(folder(files), { split: 'test' });
    expect([array!.labels[0], array!.pixels[0]]).toEqual([49, 6]);
  });
});
