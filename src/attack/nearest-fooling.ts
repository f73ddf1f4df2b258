/** @file From a change that fools to the smallest part of it that does: by halving towards the original, or value by value. */
import type { Distance } from '../distance/distance.ts';

/** Whether a picture fools. */
export type Fools = (x: Float32Array) => Promise<boolean>;

/** Halvings of the interval between the original and the picture found. */
const halvings = 12;

/** The smallest share of a change that fools, to within 2^-12 of it, if fooling is kept up to the whole. */
export async function smallestShare(at: (share: number) => Promise<Float32Array>, fools: Fools): Promise<number> {
  let [low, high] = [0, 1];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (await fools(await at(middle))) high = middle;
    else low = middle;
  }
  return high;
}

/** Looks of the greedy reset at most. */
const resetLooks = 200;

/**
 * x with as many values (or pixels, all channels together) as possible set back to x0: first all but the largest changes, as few as still
 * fool, then in groups of half as many each time, the smallest changes first, whatever is not needed.
 */
export async function fewestChanges(
  x: Float32Array,
  x0: Float32Array,
  counted: NonNullable<Distance['counts']>,
  channels: number,
  fools: Fools,
): Promise<Float32Array> {
  const area = counted === 'pixels' ? x.length / channels : x.length;
  const size = new Float64Array(area);
  x.forEach((value, i) => {
    size[i % area] = size[i % area]! + (value - x0[i]!) ** 2;
  });
  const withOnly = (kept: ReadonlySet<number>) => x.map((value, i) => (kept.has(i % area) ? value : x0[i]!));
  const order = Array.from(size.keys())
    .filter((i) => size[i]! > 0)
    .sort((a, b) => size[b]! - size[a]! || a - b);
  let [low, high] = [0, order.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await fools(withOnly(new Set(order.slice(0, middle))))) high = middle;
    else low = middle;
  }
  let kept = new Set(order.slice(0, high));
  let looks = 0;
  for (let group = Math.floor(high / 2); group >= 1; group = Math.floor(group / 2)) {
    const left = Array.from(kept).reverse();
    for (let at = 0; at < left.length && looks < resetLooks; at += group, looks++) {
      const fewer = new Set(kept);
      for (const i of left.slice(at, at + group)) fewer.delete(i);
      if (fewer.size > 0 && (await fools(withOnly(fewer)))) kept = fewer;
    }
  }
  return withOnly(kept);
}
