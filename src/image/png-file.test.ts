/** @file PNG files of RGBA bytes, against another decoder. */
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { rgbaPng } from './png-file.ts';

it.each([
  [1, 1],
  [7, 5],
  [300, 200],
])('%s x %s pixels are kept at every opacity', async (width, height) => {
  const random = pseudoRandom(width);
  const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, () => 256 * random());
  const png = await rgbaPng(rgba, width, height);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([width, height, 4]);
  expect(new Uint8Array(data)).toEqual(new Uint8Array(rgba));
});
