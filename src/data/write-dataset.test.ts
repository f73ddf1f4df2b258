import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from './dataset.ts';
import { datasetOf } from './image-array.ts';
import { openDataset } from './open-dataset.ts';
import { take } from './subset.ts';
import { toImageArray } from './to-image-array.ts';
import { writeDataset } from './write-dataset.ts';

const root = mkdtempSync(join(tmpdir(), 'pareidolia-write-'));
const at = (path: string) => join(root, path);
const set = datasetOf({
  name: 'six',
  shape: [6, 3, 2, 2],
  pixels: Uint8Array.from({ length: 72 }, (_, i) => (i * 37) % 256),
  labels: Int32Array.from([2, 0, 1, 2, 1, 0]),
  classNames: ['zebra', 'tabby / tiger cat', '..'],
});

describe('writeDataset', () => {
  it('writes class folders that are read back to the bit, names and order of classes included', async () => {
    await writeDataset(set, at('folder'));
    const back = await toImageArray(await openDataset(at('folder')));
    expect(back.classNames).toEqual(set.classNames);
    const order = [1, 5, 2, 4, 0, 3]; // by class, then by place
    expect([...back.labels]).toEqual(order.map((i) => set.label(i)));
    expect([...back.pixels]).toEqual(order.flatMap((i) => [...set.array!.pixels.subarray(12 * i, 12 * i + 12)]));
    expect(readdirSync(at('folder')).sort()).toEqual(['%2e%2e', 'classes.json', 'tabby %2f tiger cat', 'zebra']);
    expect(readdirSync(at('folder/zebra'))).toEqual(['000001.png', '000005.png']);
  });

  it('writes an .npz that is read back to the bit', async () => {
    await writeDataset(set, at('set.npz'));
    const back = await toImageArray(await openDataset(at('set.npz')));
    expect(back).toEqual({ ...set.array, name: at('set.npz') });
    const floats = { ...set.array!, pixels: Float32Array.from({ length: 72 }, (_, i) => i / 71) };
    await writeDataset(datasetOf(floats), at('floats.npz'));
    expect((await toImageArray(await openDataset(at('floats.npz')))).pixels).toEqual(floats.pixels);
  });

  it('brings images to one size where asked', async () => {
    await writeDataset(set, at('small'), { size: 1, channels: 1 });
    const { width, height } = await (await openDataset(at('small'))).image(0);
    expect([width, height]).toEqual([1, 1]);
    await writeDataset(set, at('small.npz'), { size: 1, channels: 1 });
    expect((await toImageArray(await openDataset(at('small.npz')))).shape).toEqual([6, 1, 1, 1]);
  });

  it('keeps classes that have no image', async () => {
    await writeDataset(take(set, 1), at('one'));
    await expect(openDataset(at('one'))).rejects.toThrow('zebra, tabby %2f tiger cat have no PNG');
    expect((await openDataset(at('one'), { emptyClasses: 'keep' })).classNames).toEqual(set.classNames);
  });

  it('writes nothing over what is there', async () => {
    writeFileSync(at('there.npz'), 'mine');
    await expect(writeDataset(set, at('there.npz'))).rejects.toThrow('there.npz is there already.');
    expect(readFileSync(at('there.npz'), 'utf8')).toBe('mine');
    mkdirSync(at('full'));
    writeFileSync(at('full/a'), 'mine');
    await expect(writeDataset(set, at('full'))).rejects.toThrow('full is there already.');
    await expect(writeDataset(set, at('there.npz/in'))).rejects.toThrow(
      /^Cannot write .*: part of the path is a file\.$/,
    );
  });

  it('leaves nothing where it fails or is stopped half-way', async () => {
    const broken = {
      ...set,
      array: undefined,
      image: async (i: number) => {
        if (i === 4) throw new DataError('image 4 is broken.');
        return set.image(i);
      },
    };
    await expect(writeDataset(broken, at('half'))).rejects.toThrow('image 4 is broken.');
    const controller = new AbortController();
    const stopped = writeDataset(set, at('stopped'), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(readdirSync(root).filter((name) => /half|stopped|part/.test(name))).toEqual([]);
    await writeDataset(broken, at('skipped'), { badImages: 'skip' });
    expect((await openDataset(at('skipped'))).length).toBe(5);
    expect(existsSync(at('skipped/tabby %2f tiger cat/000004.png'))).toBe(false);
  });
});
