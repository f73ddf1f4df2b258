/** @file Data sets in a page: the same readers on archives by address, chosen files, gzip and pictures of the browser's own. */
import { describe, expect, it } from 'vitest';
import { encodePng } from '#image-codec';
import { folderOfFiles } from '../../src/data/folder.ts';
import { openDataset } from '../../src/data/open-dataset.ts';
import { readImageFolder } from '../../src/data/read/image-folder.ts';
import { readMnist } from '../../src/data/read/mnist.ts';
import { toImageArray } from '../../src/data/to-image-array.ts';
import { encodeNpz, writeDataset } from '../../src/data/write-dataset.ts';
import { idxOf, tarOf } from '../support/archives.ts';

const plain = (byte: number) =>
  encodePng({ data: new Float32Array(12).fill(byte / 255), channels: 3, height: 2, width: 2 });

/** An address of bytes in this page. */
const addressOf = (bytes: Uint8Array) => URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

describe('data sets in a page', () => {
  it('reads a gzipped archive of class folders by its address, and writes it as .npz that it reads again', async () => {
    const archive = await gzip(tarOf({ 'cat/a.png': await plain(51), 'dog/a.png': await plain(204) }));
    const array = await toImageArray(await openDataset(`tar:${addressOf(archive)}`));
    expect([array.shape, array.classNames, [...array.labels]]).toEqual([
      [2, 3, 2, 2],
      ['cat', 'dog'],
      [0, 1],
    ]);
    expect([...new Set(array.pixels)]).toEqual([51, 204]);
    const back = await toImageArray(await openDataset(`npz:${addressOf(await encodeNpz(array))}`));
    expect([back.pixels, back.labels, back.classNames]).toEqual([array.pixels, array.labels, array.classNames]);
  });

  it('reads files that a user chose', async () => {
    const chosen = (path: string, bytes: Uint8Array) => {
      const file = new File([bytes as Uint8Array<ArrayBuffer>], path.split('/').at(-1)!);
      Object.defineProperty(file, 'webkitRelativePath', { value: path });
      return file;
    };
    const pets = folderOfFiles('pets', [
      chosen('pets/dog/1.png', await plain(1)),
      chosen('pets/cat/1.png', await plain(2)),
    ]);
    expect((await readImageFolder(pets)).classNames).toEqual(['cat', 'dog']);
    const digits = folderOfFiles('digits', [
      chosen('d/t10k-images-idx3-ubyte.gz', await gzip(idxOf([1, 1, 2], [7, 9]))),
      chosen('d/t10k-labels-idx1-ubyte', idxOf([1], [5])),
    ]);
    const test = await readMnist(digits, { split: 'test' });
    expect([[...test.pixels], [...test.labels]]).toEqual([[7, 9], [5]]);
  });

  it('says what a page cannot do, and names a damaged picture', async () => {
    const archive = tarOf({ 'cat/a.png': (await plain(51)).slice(0, 50) });
    const set = await openDataset(`tar:${addressOf(archive)}`);
    await expect(toImageArray(set)).rejects.toThrow(
      /\/cat\/a\.png: Expected a PNG, JPEG or WebP picture, got a damaged/,
    );
    await expect(writeDataset(set, 'out')).rejects.toThrow('A page cannot write out.');
    await expect(openDataset('npz:http://127.0.0.1:9/none.npz')).rejects.toThrow(
      'Cannot fetch http://127.0.0.1:9/none.npz',
    );
  });
});
