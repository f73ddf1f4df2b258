/** @file Parts of data sets: some of the images, the first ones, a shuffled set, a set in two. */

import { randomOrder } from '../random/random-order.ts';
import { DataError, type Dataset } from './dataset.ts';
import { pickImages } from './image-array.ts';

/** The images at some indices, in their order; an index may come again. @throws DataError if one is out of range. */
export function subset(set: Dataset, indices: ArrayLike<number>, name: string = set.name): Dataset {
  const chosen = Array.from(indices);
  for (const i of chosen) {
    if (!Number.isInteger(i) || i < 0 || i >= set.length) {
      throw new DataError(`${set.name} has ${set.length} images, 0 to ${set.length - 1}; there is no image ${i}.`);
    }
  }
  return {
    name,
    length: chosen.length,
    classNames: set.classNames,
    image: (i) => set.image(chosen[i]!),
    label: (i) => set.label(chosen[i]!),
    get array() {
      return set.array === undefined || chosen.length === 0 ? undefined : { ...pickImages(set.array, chosen), name };
    },
  };
}

/** The first images, or all where there are fewer. Many sets are in the order of their classes: shuffle them before. */
export function take(set: Dataset, count: number): Dataset {
  return subset(set, range(Math.max(0, Math.min(count, set.length))));
}

/** The set in an order that the seed decides. */
export function shuffle(set: Dataset, seed: number): Dataset {
  return subset(set, randomOrder(set.length, seed));
}

/** How a set is split. */
export interface SplitOptions {
  readonly seed: number;
  /** Whether each class is split by itself, so that both parts have the same shares of classes (default true). */
  readonly stratified?: boolean;
}

/**
 * Two parts that share no image: the first with `fraction` (0 to 1) of the images, chosen by the seed, the second with the others.
 * Both keep the set's order.
 */
export function split(
  set: Dataset,
  fraction: number,
  { seed, stratified = true }: SplitOptions,
): [first: Dataset, second: Dataset] {
  if (!(fraction >= 0 && fraction <= 1)) throw new DataError(`A fraction is from 0 to 1, got ${fraction}.`);
  const all = range(set.length);
  const groups = new Map<number, number[]>();
  for (const i of all) {
    const key = stratified ? set.label(i) : 0;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [i]);
    else members.push(i);
  }
  const first = new Set<number>();
  // Shares are rounded on their running sum, so that the whole is right and each class is off by less than one image.
  let seen = 0;
  for (const [key, members] of [...groups].sort(([a], [b]) => a - b)) {
    const count = Math.round(fraction * (seen + members.length)) - Math.round(fraction * seen);
    for (const place of randomOrder(members.length, seed, key).subarray(0, count)) first.add(members[place]!);
    seen += members.length;
  }
  return [
    subset(
      set,
      all.filter((i) => first.has(i)),
    ),
    subset(
      set,
      all.filter((i) => !first.has(i)),
    ),
  ];
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
