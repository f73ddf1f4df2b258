import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodePng } from '#image-codec';
import { idxOf, tarOf } from '../../test/support/archives.ts';
import { writeNpy } from './archive/npy.ts';
import { zipOf } from './archive/zip.ts';
import { openDataset } from './open-dataset.ts';

const root = mkdtempSync(join(tmpdir(), 'pareidolia-data-'));
const at = (path: string) => join(root, path);
const png = await encodePng({ data: new Float32Array(3), channels: 3, height: 1, width: 1 });
mkdirSync(at('pets/cat'), { recursive: true });
mkdirSync(at('pets/dog'));
writeFileSync(at('pets/cat/a.png'), png);
writeFileSync(at('pets/dog/a.png'), png);
writeFileSync(at('pets/dog/.hidden.png'), 'hidden');
symlinkSync(at('pets'), at('pets/cat/loop'));
writeFileSync(at('pets.tar'), tarOf({ 'bee/a.png': png, 'eel/a.png': png }));
mkdirSync(at('digits'));
writeFileSync(at('digits/t10k-images-idx3-ubyte'), idxOf([1, 1, 1], [5]));
writeFileSync(at('digits/t10k-labels-idx1-ubyte'), idxOf([1], [5]));
const [x, y] = [writeNpy([2, 1, 1], Uint8Array.from([3, 4])), writeNpy([2], ['cat', 'dog'])];
writeFileSync(at('x.npy'), x);
writeFileSync(at('y.npy'), y);
writeFileSync(
  at('set.npz'),
  await zipOf([
    ['x.npy', x],
    ['y.npy', y],
  ]),
);
writeFileSync(
  at('pets.zip'),
  await zipOf([
    ['pets/cat/a.png', png],
    ['pets/dog/a.png', png],
  ]),
);
writeFileSync(at('labels.csv'), 'path,label\npets/dog/a.png,dog\npets/cat/a.png,cat\n');
mkdirSync(at('empty'));
writeFileSync(at('page.html'), '<html>');

describe('openDataset', () => {
  it.each([
    ['folder:', 'pets', ['cat', 'dog']],
    ['tar:', 'pets.tar', ['bee', 'eel']],
    ['', 'pets', ['cat', 'dog']],
    ['', 'pets.tar', ['bee', 'eel']],
    ['', 'pets.zip', ['cat', 'dog']],
    ['csv:', 'labels.csv', ['cat', 'dog']],
    ['', 'labels.csv', ['cat', 'dog']],
    ['npz:', 'set.npz', ['cat', 'dog']],
    ['', 'set.npz', ['cat', 'dog']],
  ])('opens %s%s', async (kind, path, classNames) => {
    const set = await openDataset(`${kind}${at(path)}`);
    expect([set.classNames, set.length]).toEqual([classNames, 2]);
  });

  it('opens a pair of .npy files', async () => {
    const set = await openDataset(`npy:${at('x.npy')},${at('y.npy')}`);
    expect([set.classNames, set.label(1), [...set.array!.pixels]]).toEqual([['cat', 'dog'], 1, [3, 4]]);
  });

  it('knows MNIST by its files', async () => {
    const set = await openDataset(at('digits'), { split: 'test' });
    expect([set.name, set.label(0)]).toEqual(['mnist-test', 5]);
    const fashion = await openDataset(`fashion-mnist:${at('digits')}`, { split: 'test' });
    expect(fashion.classNames[fashion.label(0)]).toBe('sandal');
  });

  it.each([
    [
      'an unknown kind',
      'cifar11:x',
      /^There is no kind of data set "cifar11"\. Known are folder:DIR, .*cifar10:DIR or FILE/,
    ],
    [
      'a path that is not there',
      'nowhere',
      /^Cannot read nowhere: there is no such file or folder\. Known are folder:DIR/,
    ],
    [
      'a path that is not there, of a kind',
      'folder:nowhere',
      /^Cannot read nowhere: there is no such file or folder\.$/,
    ],
    ['an empty folder', at('empty'), /empty holds nothing that tells the kind of data set\. Known are/],
    ['an empty folder as image folder', `folder:${at('empty')}`, /empty holds no PNG, JPEG or WebP picture\.$/],
    [
      'another file',
      at('page.html'),
      /Expected .*page\.html to be a tar archive \(gzipped or not\) or a zip; its bytes are of another kind/,
    ],
  ])('refuses %s', async (_, spec, message) => {
    await expect(openDataset(spec)).rejects.toThrow(message);
  });

  it('takes a set without parts for training as a whole, and refuses its test part', async () => {
    for (const spec of [at('labels.csv'), at('set.npz'), `npy:${at('x.npy')},${at('y.npy')}`, at('pets')]) {
      expect((await openDataset(spec, { split: 'train' })).length).toBe(2);
      await expect(openDataset(spec, { split: 'test' })).rejects.toThrow('has no test part');
    }
  });
});
