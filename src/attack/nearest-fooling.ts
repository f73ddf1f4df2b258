/**
 * @file From a change that fools to the smallest part of it that does: by halving towards the original, or value by value. The searches yield
 * what they ask about and are sent whether it fools, so that attacks that ask in batches and those that wait for a model run the same ones.
 */
import type { Distance } from '../distance/distance.ts';
import { look, type Procedure } from './procedure.ts';

/** A search that asks whether something fools and is told. */
export type Search<Asked, Found> = Generator<Asked, Found, boolean>;

/** Halvings of the interval between the original and the picture found, unless others are asked for. */
const usualHalvings = 12;

/** The smallest share of a change that fools, to within 2^-halvings of it, if fooling is kept up to the whole. Asks about shares. */
export function* smallestShare(halvings = usualHalvings): Search<number, number> {
  let [low, high] = [0, 1];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (yield middle) high = middle;
    else low = middle;
  }
  return high;
}

/** Looks of the greedy reset at most. */
const resetLooks = 200;

/**
 * x with as many values (or pixels, all channels together) as possible set back to x0: first all but the largest changes, as few as still
 * fool, then in groups of half as many each time, the smallest changes first, whatever is not needed. Asks about pictures.
 */
export function* fewestChanges(
  x: Float32Array,
  x0: Float32Array,
  counted: NonNullable<Distance['counts']>,
  channels: number,
): Search<Float32Array, Float32Array> {
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
    if (yield withOnly(new Set(order.slice(0, middle)))) high = middle;
    else low = middle;
  }
  let kept = new Set(order.slice(0, high));
  let looks = 0;
  for (let group = Math.floor(high / 2); group >= 1; group = Math.floor(group / 2)) {
    const left = Array.from(kept).reverse();
    for (let at = 0; at < left.length && looks < resetLooks; at += group, looks++) {
      const fewer = new Set(kept);
      for (const i of left.slice(at, at + group)) fewer.delete(i);
      if (fewer.size > 0 && (yield withOnly(fewer))) kept = fewer;
    }
  }
  return withOnly(kept);
}

/** Runs a search by questions to the network about the pictures that what it asks about stands for. */
export function* searchByLooks<Asked, Found>(
  search: Search<Asked, Found>,
  picture: (asked: Asked) => Float32Array,
): Procedure<Found> {
  let next = search.next();
  while (!next.done) next = search.next((yield* look(picture(next.value))).fools);
  return next.value;
}

/** Runs a search by answers that have to be waited for. */
export async function searchAwaiting<Asked, Found>(
  search: Search<Asked, Found>,
  fools: (asked: Asked) => Promise<boolean>,
): Promise<Found> {
  let next = search.next();
  while (!next.done) next = search.next(await fools(next.value));
  return next.value;
}
