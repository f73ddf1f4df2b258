/** @file Every distance on photos: more blur, more noise and stronger JPEG are further away. */
import { beforeAll, describe, expect, it } from 'vitest';
import { decodePicture } from '#image-codec';
import { blur, type Distortion, jpeg, noise } from '../src/distance/distortions.ts';
import { type Measurement, measure } from '../src/distance/measure.ts';
import { distanceRegistry } from '../src/distance/registry.ts';
import { type Picture, toRgb } from '../src/image/image.ts';
import { centerCrop, resizeShorterSide } from '../src/image/resize.ts';
import { hasSharedData, sharedFile } from './support/shared-data.ts';

const side = 224;
const photos = ['cat.png', 'parrot.jpg', 'sunflower.png'] as const;

/** Changes of one kind, each stronger than the one before. */
const ladders: Readonly<Record<string, readonly Distortion[]>> = {
  blur: [blur(0.5), blur(1), blur(2), blur(4)],
  noise: [noise(2), noise(8), noise(32)],
  JPEG: [jpeg(90), jpeg(50), jpeg(10)],
};

/** Distances that need not grow, and why; they stay near what they are at most. */
const exceptions: Readonly<Record<string, string>> = {
  'l0:pixels':
    'saturates: quality 90 already changes nearly every pixel, and stronger changes may leave a few more as they were',
};

const steps = Object.entries(ladders).flatMap(([kind, ladder]) => ladder.map((change) => ({ kind, change })));

async function photo(file: string): Promise<Picture> {
  const picture = toRgb(await decodePicture(sharedFile(`images/photos/${file}`)));
  return centerCrop(resizeShorterSide(picture, side), side, side);
}

describe.skipIf(!hasSharedData)('on photos (skipped: the shared data is not beside the checkout)', () => {
  const found = new Map<string, readonly Measurement[]>();
  beforeAll(async () => {
    for (const file of photos) {
      const y = await photo(file);
      const pairs = await Promise.all(steps.map(async ({ change }) => ({ x: await change.apply(y), y })));
      const rows = await measure(distanceRegistry, pairs);
      for (const [k, { name }] of distanceRegistry.entries())
        found.set(
          `${name} ${file}`,
          rows.map((row) => row[k]!),
        );
    }
  }, 120_000);

  /** Distances of a photo's changes of one kind, in the ladder's order. */
  const climbed = (name: string, file: string, kind: string) =>
    found.get(`${name} ${file}`)!.flatMap((one, i) => {
      if (steps[i]!.kind !== kind) return [];
      if (one.kind !== 'measured') throw new Error(one.reason);
      return [one.distance];
    });

  const cases = distanceRegistry.flatMap(({ name }) => Object.keys(ladders).map((kind) => [name, kind] as const));

  it.each(cases.filter(([name]) => !(name in exceptions)))('%s grows with %s', (name, kind) => {
    for (const file of photos) {
      const distances = climbed(name, file, kind);
      expect(distances[0], file).toBeGreaterThan(0);
      for (const [i, distance] of distances.slice(1).entries())
        expect(distance, `${file}, ${distances.join(' ')}`).toBeGreaterThan(distances[i]!);
    }
  });

  it.each(cases.filter(([name]) => name in exceptions))(
    '%s changes little with more %s, once it is large',
    (name, kind) => {
      for (const file of photos) {
        const distances = climbed(name, file, kind);
        for (const [i, distance] of distances.slice(1).entries())
          expect(distance, `${file}, ${distances.join(' ')}`).toBeGreaterThan(0.99 * distances[i]!);
      }
    },
  );

  it.each(Object.entries(exceptions))('%s is an exception in earnest: it %s', (name) => {
    const falls = photos.some((file) =>
      Object.keys(ladders).some((kind) => climbed(name, file, kind).some((d, i, all) => i > 0 && d <= all[i - 1]!)),
    );
    expect(falls).toBe(true);
  });
});
