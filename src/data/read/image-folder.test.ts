import { describe, expect, it } from 'vitest';
import { encodePng } from '#image-codec';
import { tarOf } from '../../../test/support/archives.ts';
import { openArchive } from '../archive/open-archive.ts';
import { folderOf } from '../folder.ts';
import { readImageFolder } from './image-folder.ts';

const grey = (byte: number) =>
  encodePng({ data: new Float32Array(12).fill(byte / 255), channels: 3, height: 2, width: 2 });
const [one, two, three] = await Promise.all([1, 2, 3].map(grey));
const text = (value: string) => new TextEncoder().encode(value);
const folder = (files: Readonly<Record<string, Uint8Array>>) => folderOf('set', new Map(Object.entries(files)));
const pets = { 'dog/b.png': two!, 'cat/10.png': one!, 'cat/9.png': three! };

/** First byte and label of each image. */
async function contents(set: Awaited<ReturnType<typeof readImageFolder>>) {
  const images = Array.from({ length: set.length }, async (_, i) => [
    Math.round((await set.image(i)).data[0]! * 255),
    set.label(i),
  ]);
  return Promise.all(images);
}

describe('readImageFolder', () => {
  it('gives classes in alphabetical order and pictures by name', async () => {
    const set = await readImageFolder(folder(pets));
    expect(set).toMatchObject({ name: 'set', length: 3, classNames: ['cat', 'dog'] });
    expect(await contents(set)).toEqual([
      [1, 0],
      [3, 0],
      [2, 1],
    ]);
  });

  it('takes order and names from classes.txt, or classes.json', async () => {
    const lines = await readImageFolder(folder({ ...pets, 'classes.txt': text('dog\r\ncat\r\n') }));
    expect([lines.classNames, await contents(lines)]).toEqual([
      ['dog', 'cat'],
      [
        [2, 0],
        [1, 1],
        [3, 1],
      ],
    ]);
    const json = text(JSON.stringify(['dog', { folder: 'cat', name: 'tabby / tiger cat' }]));
    expect((await readImageFolder(folder({ ...pets, 'classes.json': json }))).classNames).toEqual([
      'dog',
      'tabby / tiger cat',
    ]);
  });

  it('chooses the part of a set that has train and test', async () => {
    const files = { 'train/cat/a.png': one!, 'train/dog/a.png': one!, 'val/cat/a.png': two!, 'val/dog/a.png': three! };
    expect(await contents(await readImageFolder(folder(files)))).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(await contents(await readImageFolder(folder(files), { split: 'test' }))).toEqual([
      [2, 0],
      [3, 1],
    ]);
    await expect(readImageFolder(folder(pets), { split: 'test' })).rejects.toThrow('set has no test part.');
  });

  it('reads an archive like a folder, whatever lies around the classes', async () => {
    const archive = tarOf({
      'README.md': text('hello'),
      'data/': text(''),
      'data/cat/': text(''),
      'data/cat/a.png': one!,
      'data/cat/._a.png': text('macOS'),
      'data/dog/a.png': two!,
    });
    expect(await contents(await readImageFolder(await openArchive(archive, 'pets.tar')))).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  it.each([
    ['no picture', { 'cat/notes.md': text('') }, 'set holds no PNG, JPEG or WebP picture.'],
    ['a picture in no class', { ...pets, 'sheet.png': one! }, '1 pictures lie in none, such as sheet.png.'],
    ['an empty class', { ...pets, 'eel/': text('') }, 'set: eel has no PNG, JPEG or WebP picture.'],
    ['a class with other files', { ...pets, 'eel/a.gif': text('') }, 'set: eel has no PNG, JPEG or WebP picture.'],
    [
      'a folder that is no class',
      { ...pets, 'classes.txt': text('cat') },
      'set: dog is not among its 1 classes (cat).',
    ],
    ['a listed class without folder', { ...pets, 'classes.txt': text('cat\ndog\neel') }, 'set: eel has no PNG'],
    ['a class listed twice', { ...pets, 'classes.txt': text('cat\ndog\ncat') }, 'set/classes.txt lists cat twice.'],
    [
      'an odd classes.json',
      { ...pets, 'classes.json': text('{"cat": 0}') },
      'set/classes.json does not list classes as ["cat", "dog"]',
    ],
    ['a broken classes.json', { ...pets, 'classes.json': text('[') }, 'set/classes.json is not JSON'],
  ])('refuses %s', async (_, files, message) => {
    await expect(readImageFolder(folder(files))).rejects.toThrow(message);
  });

  it('keeps empty classes where asked', async () => {
    const set = await readImageFolder(folder({ ...pets, 'bee/': text('') }), { emptyClasses: 'keep' });
    expect([set.classNames, set.label(0)]).toEqual([['bee', 'cat', 'dog'], 1]);
  });

  it('names a corrupt picture when it is asked for', async () => {
    const set = await readImageFolder(folder({ ...pets, 'cat/9.png': three!.subarray(0, 50) }));
    await expect(set.image(1)).rejects.toThrow('set/cat/9.png: Expected a PNG, JPEG or WebP picture, got a damaged');
  });
});
