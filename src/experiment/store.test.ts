/** @file Keeping by content: equal recipes share what they made, others do not. */
import { expect, it } from 'vitest';
import { contentHash, type Recipe } from '../data/content-hash.ts';
import type { ImageArray } from '../data/dataset.ts';
import { pictureSet } from './picture-set.ts';
import { kept, memoryStore } from './store.ts';

const set = (first: number, label: number): ImageArray => ({
  name: 'tiny',
  shape: [2, 1, 2, 2],
  pixels: Uint8Array.from([first, 0, 0, 0, 0, 0, 0, 255]),
  labels: Int32Array.from([label, 1]),
  classNames: ['a', 'b'],
});

it('makes a thing once, whatever the order of its settings, and anew when one differs', async () => {
  const store = memoryStore();
  let made = 0;
  const ask = (recipe: Recipe) => kept(store, 'bin', recipe, async () => Uint8Array.of(++made));
  expect([...(await ask({ steps: 3, data: 'x', inner: { a: 1, b: 2 } }))]).toEqual([1]);
  expect([...(await ask({ data: 'x', inner: { b: 2, a: 1 }, steps: 3 }))]).toEqual([1]);
  expect([...(await ask({ data: 'x', inner: { b: 1, a: 2 }, steps: 3 }))]).toEqual([2]);
  expect([...(await ask({ data: 'x', steps: 3 }))]).toEqual([3]);
});

it('keeps nothing of what failed', async () => {
  const store = memoryStore();
  await expect(
    kept(store, 'bin', { a: 1 }, async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect([...(await kept(store, 'bin', { a: 1 }, async () => Uint8Array.of(7)))]).toEqual([7]);
});

it('tells sets apart by a pixel or a label, and not by their name', async () => {
  const hash = async (array: ImageArray) => (await pictureSet(array)).hash;
  const own = await hash(set(1, 0));
  expect(await hash({ ...set(1, 0), name: 'other' })).toBe(own);
  expect(await hash(set(2, 0))).not.toBe(own);
  expect(await hash(set(1, 1))).not.toBe(own);
});

it('hashes bytes as SHA-256 does', async () => {
  expect(await contentHash(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223');
});
