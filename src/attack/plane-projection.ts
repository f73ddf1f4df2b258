/**
 * @file The smallest change of a picture that puts it on a plane and keeps it in [0, 1], exactly, in l1, l2 and linf (the projections of
 * Croce and Hein 2020, Section 2.2). Each value may move by its room towards the plane, and gains |w| for each unit: in l1 those
 * with the largest |w| go as far as they can, in l2 each goes lambda |w|, in linf each lambda, as far as its room.
 */

/** Norms that the projection is known for. */
export type PlaneNorm = 'linf' | 'l2' | 'l1';

/** What moving towards the plane gives: the room of each value, and how much of it each unit brings. */
interface Gains {
  readonly slope: Float64Array;
  readonly room: Float64Array;
  /** 1 where values rise, -1 where they fall. */
  readonly way: Int8Array;
  readonly wanted: number;
  /** What all rooms together bring. */
  readonly most: number;
}

/**
 * The change delta of least norm for which w . (x + delta) = w . x + gain, with x + delta in [0, 1]. Where no such picture exists, the one
 * that comes nearest to the plane: every value with a say goes as far as it can.
 * @param x values in [0, 1], of any shape
 * @param w normal of the plane, as many values
 * @param gain how much w . x has to change, of either sign
 */
export function projectOntoPlane(norm: PlaneNorm, x: Float32Array, w: Float32Array, gain: number): Float32Array {
  const gains = gainsOf(x, w, gain);
  const moved = Number.isNaN(gain) ? new Float64Array(x.length) : moves(norm, gains);
  const delta = new Float32Array(x.length);
  for (let i = 0; i < delta.length; i++) delta[i] = moved[i]! * gains.way[i]!;
  return delta;
}

function gainsOf(x: Float32Array, w: Float32Array, gain: number): Gains {
  const slope = new Float64Array(x.length);
  const room = new Float64Array(x.length);
  const way = new Int8Array(x.length);
  let most = 0;
  for (let i = 0; i < x.length; i++) {
    const rises = gain > 0 === w[i]! > 0;
    slope[i] = Math.abs(w[i]!);
    room[i] = Math.max(0, w[i] === 0 ? 0 : rises ? 1 - x[i]! : x[i]!);
    way[i] = rises ? 1 : -1;
    most += slope[i]! * room[i]!;
  }
  return { slope, room, way, wanted: Math.abs(gain), most };
}

function moves(norm: PlaneNorm, gains: Gains): Float64Array {
  const { slope, room, wanted, most } = gains;
  if (wanted === 0) return new Float64Array(room.length);
  if (wanted >= most) return room;
  if (norm === 'l1') return largestFirst(gains);
  const pace = norm === 'l2' ? slope : undefined;
  const lambda = rootOf(gains, pace);
  const moved = new Float64Array(room.length);
  for (let i = 0; i < moved.length; i++) moved[i] = Math.min(room[i]!, pace === undefined ? lambda : lambda * pace[i]!);
  return moved;
}

/**
 * The lambda at which the sum of slope min(lambda pace, room) is what is wanted. The sum is concave and piecewise linear, so Newton's
 * steps from 0 never overshoot and end at the root once no value runs out of room.
 */
function rootOf({ slope, room, wanted }: Gains, pace: Float64Array | undefined): number {
  let lambda = 0;
  for (;;) {
    let [full, rate] = [0, 0];
    for (let i = 0; i < slope.length; i++) {
      const own = pace === undefined ? 1 : pace[i]!;
      // At a kink the slope to the right counts.
      if (lambda * own >= room[i]!) full += slope[i]! * room[i]!;
      else rate += slope[i]! * own;
    }
    if (rate === 0) return lambda;
    const next = (wanted - full) / rate;
    if (!(next > lambda)) return lambda;
    lambda = next;
  }
}

/** Those with the largest slopes go as far as they can; the last of them part of the way. */
function largestFirst({ slope, room, wanted }: Gains): Float64Array {
  const gainAbove = (threshold: number) => {
    let sum = 0;
    for (let i = 0; i < slope.length; i++) if (slope[i]! > threshold) sum += slope[i]! * room[i]!;
    return sum;
  };
  // The smallest slope above which not all is reached yet: the values of that very slope complete it.
  const sorted = slope.toSorted();
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (gainAbove(sorted[middle]!) < wanted) high = middle;
    else low = middle + 1;
  }
  const threshold = sorted[low]!;
  let left = wanted - gainAbove(threshold);
  return room.map((most, i) => {
    if (slope[i]! !== threshold) return slope[i]! > threshold ? most : 0;
    const move = Math.min(most, Math.max(0, left) / threshold);
    left -= move * threshold;
    return move;
  });
}
