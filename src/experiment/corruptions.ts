/** @file Changes of pictures that no adversary chose: noise, contrast, and parts of the spectrum. */
import { imageArray } from '../data/image-array.ts';
import { randomStream } from '../random/random-stream.ts';
import { type Band, bandPassed } from '../spectrum/band.ts';
import type { PictureSet } from './picture-set.ts';
import { pictureSet } from './picture-set.ts';

/** What becomes of one picture [C, H, W]; `i` is its place in the set. */
export type Corruption = (
  x: Float32Array,
  i: number,
  size: readonly [channels: number, height: number, width: number],
) => Float32Array;

/** A set with every picture changed, brought back to values from 0 to 1. */
export function corrupted({ array }: PictureSet, name: string, change: Corruption): Promise<PictureSet> {
  const [count, channels, height, width] = array.shape;
  const size = channels * height * width;
  const scale = array.pixels instanceof Uint8Array ? 255 : 1;
  const pixels = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const x = Float32Array.from(array.pixels.subarray(i * size, (i + 1) * size), (value) => value / scale);
    const changed = change(x, i, [channels, height, width]);
    for (let j = 0; j < size; j++) pixels[i * size + j] = Math.min(1, Math.max(0, changed[j]!));
  }
  return pictureSet(imageArray({ ...array, name, pixels }));
}

/** Nearer to the picture's mean: factor 1 changes nothing, 0 leaves grey. */
export function contrast(factor: number): Corruption {
  return (x) => {
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    return x.map((value) => mean + factor * (value - mean));
  };
}

/** Only what some bands hold; each channel's mean is added where they do not hold it. */
export function onlyBands(kept: readonly Band[]): Corruption {
  return (x, _i, [channels, height, width]) => {
    const parts = kept.map((band) => bandPassed(x, height, width, band));
    const area = height * width;
    const holdsMean = kept.some(({ low }) => low === 0);
    return x.map((_value, at) => {
      const part = parts.reduce((sum, each) => sum + each[at]!, 0);
      if (holdsMean) return part;
      const c = Math.floor(at / area) % channels;
      let mean = 0;
      for (let p = c * area; p < (c + 1) * area; p++) mean += x[p]! / area;
      return part + mean;
    });
  };
}

/** Normal noise within a band, of one length in l2: the same noise for picture i whatever the length. */
export function bandNoise(band: Band, length: number): Corruption {
  return (x, i, [, height, width]) => {
    const { normal } = randomStream(i, 0x6e6f6973);
    const noise = bandPassed(Float32Array.from(x, normal), height, width, band);
    const factor = length / Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0));
    return x.map((value, at) => value + factor * noise[at]!);
  };
}
