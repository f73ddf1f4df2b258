import { describe, expect, it } from 'vitest';
import { fewestChanges, searchAwaiting, smallestShare } from './nearest-fooling.ts';

describe('the smallest share of a change that fools', () => {
  it.each([0.001, 0.3, 0.77, 1])('is found to within 2^-12 of the whole, and fools: %d', async (least) => {
    const found = await searchAwaiting(smallestShare(), async (share) => share >= least);
    expect(found).toBeGreaterThanOrEqual(least - 1e-7);
    expect(found).toBeLessThanOrEqual(least + 2 ** -12 + 1e-7);
  });
});

describe('the fewest changes that fool', () => {
  const x0 = new Float32Array(12);

  it('are the largest ones where any of a number does', async () => {
    const x = Float32Array.from(x0, (_, i) => (i + 1) / 20);
    const fools = async (v: Float32Array) => v.filter((value) => value > 0).length >= 3;
    const found = await searchAwaiting(fewestChanges(x, x0, 'values', 3), fools);
    expect([...found].flatMap((value, i) => (value > 0 ? [i] : []))).toEqual([9, 10, 11]);
    expect(found[11]).toBe(x[11]);
  });

  it('are those that are needed, however small beside others that are not', async () => {
    const x = Float32Array.from(x0, (_, i) => (i + 1) / 20);
    const fools = async (v: Float32Array) => v[2]! > 0 && v[7]! > 0;
    const found = await searchAwaiting(fewestChanges(x, x0, 'values', 3), fools);
    expect([...found].flatMap((value, i) => (value > 0 ? [i] : []))).toEqual([2, 7]);
  });

  it('are of pixels in all channels together where pixels count', async () => {
    const x = Float32Array.from(x0, () => 0.5);
    const found = await searchAwaiting(fewestChanges(x, x0, 'pixels', 3), async (v) => v[1]! > 0 || v[2]! > 0);
    const pixels = [...found].flatMap((value, i) => (value > 0 ? [i % 4] : []));
    expect(pixels).toHaveLength(3);
    expect(new Set(pixels).size).toBe(1);
  });
});
