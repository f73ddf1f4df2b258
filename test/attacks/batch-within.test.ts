/** @file Batches by memory: what values take, powers of two, limits. */
import { expect, it } from 'vitest';
import { batchWithin, bytesPerPicture } from '../../src/attack/batch-within.ts';
import { loadModel } from '../../src/model/load-model.ts';
import { smallNetwork } from '../support/network.ts';

const model = await loadModel(smallNetwork(), { preprocessing: 'none', name: 'small' });

it('a picture takes at least its convolutions and their activations twice, and not much more', () => {
  // 3x16x16 pixels, two layers of 8x16x16 and 12x8x8 values with a relu each, and a pooled 8x8x8.
  const least = 2 * 4 * (768 + 2 * 2048 + 512 + 2 * 768);
  expect(bytesPerPicture(model)).toBeGreaterThanOrEqual(least);
  expect(bytesPerPicture(model)).toBeLessThan(1.6 * least);
});

it('batches are the largest powers of two that fit, 256 at most', () => {
  const each = bytesPerPicture(model);
  expect(batchWithin(model, each)).toBe(1);
  expect(batchWithin(model, 3.9 * each)).toBe(2);
  expect(batchWithin(model, 64 * each)).toBe(64);
  expect(batchWithin(model, 1e12)).toBe(256);
  expect(batchWithin({ ...model, maxBatch: 1 }, 1e12)).toBe(1);
  expect(() => batchWithin(model, each / 2)).toThrow(/A gradient of small takes about 1 MB for one picture/);
});
