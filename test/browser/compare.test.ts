/** @file Comparing pictures in a page: the browser's own JPEG, the same noise and blur, readings and the figure. */
import { describe, expect, it } from 'vitest';
import { decodePicture, encodeJpeg } from '#image-codec';
import { shapes } from '../../src/data/shapes/shapes.ts';
import { compare } from '../../src/distance/compare.ts';
import { compareFigure } from '../../src/distance/compare-figure.ts';
import { distortions } from '../../src/distance/distortions.ts';
import { distanceNamed } from '../../src/distance/registry.ts';

const picture = await shapes({ size: 64, length: 1, split: 'test' }).image(0);

describe('comparing in a page', () => {
  it('encodes JPEG of the quality that is asked for', async () => {
    const [fine, coarse] = [await encodeJpeg(picture, 90), await encodeJpeg(picture, 10)];
    expect([...fine.slice(0, 2)]).toEqual([0xff, 0xd8]);
    expect(fine.length).toBeGreaterThan(2 * coarse.length);
    expect(await decodePicture(coarse)).toMatchObject({ channels: 3, height: 64, width: 64 });
  });

  it('measures every distortion, and reads noise as such', async () => {
    const pairs = await Promise.all(distortions.map(async ({ apply }) => ({ x: picture, y: await apply(picture) })));
    const rows = await compare([distanceNamed('l2'), distanceNamed('ssim')], pairs, { maps: ['ssim'] });
    const numbers = distortions.map(({ name }, i) => {
      const [l2] = rows[i]!;
      return [name, l2!.kind === 'measured' ? l2!.distance : undefined] as const;
    });
    const { 'jpeg 90': fine, 'jpeg 10': coarse } = Object.fromEntries(numbers);
    expect(coarse).toBeGreaterThan(fine!);
    const noise = distortions.findIndex(({ name }) => name === 'noise 4/255');
    expect(rows[noise]![0]).toMatchObject({ reading: 'like noise of 4/255' });
    const ssim = rows[noise]![1]!;
    if (ssim.kind === 'not defined' || ssim.map === undefined) throw new Error('ssim has a map at 64 pixels');
    const figure = await decodePicture(await compareFigure(pairs[noise]!, { ...ssim, map: ssim.map }));
    expect(figure.width).toBe(3 * 256 + 2 * 16 + 2 * 20);
  });
});
