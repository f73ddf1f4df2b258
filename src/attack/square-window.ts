/** @file Windows of the Square attack: how large they are as the queries go on, and where they lie. */
import type { RandomStream } from '../random/random-stream.ts';
import type { Trial } from './trial.ts';

/** A square of pixels. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

/** Changes, of ten thousand, after which the share of pixels in a window halves (Andriushchenko et al. 2020, section 5). */
const halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

/** The share of the picture's pixels that the next window holds, after `tried` changes. */
export function windowShare(initial: number, tried: number): number {
  return initial / 2 ** halvings.filter((after) => tried > after).length;
}

/** The side of a window: at least `least`, odd where asked, and never more than the picture has. */
export function windowSide(share: number, { shape: [, height, width] }: Pick<Trial, 'shape'>, norm: string): number {
  const exact = Math.round(Math.sqrt(share * height * width));
  const side = norm === 'linf' ? Math.max(exact, 1) : oddAtLeast3(exact);
  return Math.min(side, height, width);
}

function oddAtLeast3(side: number): number {
  const enough = Math.max(side, 3);
  return enough % 2 === 0 ? enough + 1 : enough;
}

/**
 * Draws windows of a picture, each place equally likely; where a mask forbids changes, windows that hold a pixel, each equally likely,
 * which may change.
 */
export function windowsOf(
  { shape: [, height, width], mask }: Pick<Trial, 'shape' | 'mask'>,
  random: RandomStream,
): (side: number) => Window {
  if (mask === undefined)
    return (side) => ({ top: below(random, height - side + 1), left: below(random, width - side + 1), side });
  // A mask is the same in all channels.
  const free = Array.from({ length: height * width }, (_, pixel) => pixel).filter((pixel) => mask[pixel] !== 0);
  const around = (at: number, side: number, length: number) => {
    const first = Math.max(0, at - side + 1);
    return first + below(random, Math.min(at, length - side) - first + 1);
  };
  return (side) => {
    const pixel = free[below(random, free.length)]!;
    return { top: around(Math.floor(pixel / width), side, height), left: around(pixel % width, side, width), side };
  };
}

/** A whole number from 0 to n - 1. */
export function below(random: RandomStream, n: number): number {
  return Math.floor(random.uniform() * n);
}

/** Calls with each place of a window in one channel: its position in the picture, and its number in the window. */
export function eachPlace(
  { top, left, side }: Window,
  [, height, width]: Trial['shape'],
  channel: number,
  visit: (at: number, inWindow: number) => void,
): void {
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) visit((channel * height + top + y) * width + left + x, y * side + x);
}
