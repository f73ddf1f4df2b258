/**
 * @file How the Square attack starts and changes a picture, in each norm (Andriushchenko et al. 2020, Algorithms 2 and 3; l1: Croce and
 * Hein 2021). A window is drawn for each picture by its own stream.
 */
import type { Norm } from '../distance/ball.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { ontoL1Box } from './l1-box-projection.ts';
import { squareBump } from './square-bump.ts';
import { eachPlace, windowsOf } from './square-window.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled, minus, normOf } from './vector.ts';

/** The start and the changes of a run. */
export interface SquareMoves {
  start(): Float32Array;
  /** Another picture of the ball that differs from x in a window of a side; undefined where none was found. */
  moved(x: Float32Array, side: number): Float32Array | undefined;
}

/** Moves in a norm. */
export function squareMoves(norm: Norm, trial: Trial, epsilon: number, random: RandomStream): SquareMoves {
  return norm === 'linf' ? flips(trial, epsilon, random) : bumps(norm, trial, epsilon, random);
}

const sign = (random: RandomStream) => (random.uniform() < 0.5 ? -1 : 1);

/** Windows drawn for one change at most; that many are only looked at where nearly nothing can change. */
const mostWindows = 1000;

/**
 * In linf every value is as far from the original as it may be, one way or the other. Starts with vertical stripes. A window that would
 * change nothing is drawn again, as in the paper's code and unlike in AutoAttack's.
 */
function flips(trial: Trial, epsilon: number, random: RandomStream): SquareMoves {
  const { x0, shape, mask } = trial;
  const [channels, height, width] = shape;
  const randomWindow = windowsOf(trial, random);
  const edge = (at: number, s: number) => Math.fround(Math.min(1, Math.max(0, x0[at]! + s * epsilon)));
  return {
    start() {
      const signs = Array.from({ length: channels * width }, () => sign(random));
      const column = (at: number) => Math.floor(at / (height * width)) * width + (at % width);
      return allowed(
        x0.map((_, at) => edge(at, signs[column(at)]!)),
        trial,
      );
    },
    moved(x, side) {
      for (let drawn = 0; drawn < mostWindows; drawn++) {
        const window = randomWindow(side);
        let next: Float32Array | undefined;
        for (let channel = 0; channel < channels; channel++) {
          const s = sign(random);
          eachPlace(window, shape, channel, (at) => {
            if (mask?.[at] === 0 || edge(at, s) === x[at]) return;
            next ??= x.slice();
            next[at] = edge(at, s);
          });
        }
        if (next !== undefined) return next;
      }
      return undefined;
    },
  };
}

/** In l2 and l1 a change's whole norm is used; a move takes the share of one window to another, and what was left unused. */
function bumps(norm: 'l2' | 'l1', trial: Trial, epsilon: number, random: RandomStream): SquareMoves {
  const { x0, shape, mask } = trial;
  const [channels, height, width] = shape;
  const randomWindow = windowsOf(trial, random);
  const known = new Map<number, Float32Array>();
  const bump = (side: number) => {
    const own = known.get(side) ?? squareBump(norm, side);
    known.set(side, own);
    // Halves above each other, or beside each other.
    return sign(random) < 0 ? own : own.map((_, at) => own[(at % side) * side + Math.floor(at / side)]!);
  };
  // Sums of these are the norm, squared in l2.
  const share = norm === 'l2' ? (v: number) => v * v : Math.abs;
  const lengthOf = norm === 'l2' ? Math.sqrt : (sum: number) => sum;
  const whole = share(epsilon);

  /** The change in the ball, as much of it as the picture's range leaves. */
  const pictureOf = (delta: Float32Array) => {
    if (mask !== undefined) for (let at = 0; at < delta.length; at++) delta[at] = delta[at]! * mask[at]!;
    if (norm === 'l1') return allowed(addScaled(x0, 1, ontoL1Box(delta, x0, epsilon)), trial);
    return allowed(addScaled(x0, epsilon / Math.max(normOf('l2', delta), 1e-12), delta), trial);
  };

  return {
    start() {
      const delta = new Float32Array(x0.length);
      const side = Math.max(1, Math.floor(Math.min(height, width) / 5));
      const [rows, columns] = [Math.floor(height / side), Math.floor(width / side)];
      const [top, left] = [Math.floor((height - rows * side) / 2), Math.floor((width - columns * side) / 2)];
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const window = { top: top + row * side, left: left + column * side, side };
          const values = bump(side);
          for (let channel = 0; channel < channels; channel++) {
            const s = sign(random);
            eachPlace(window, shape, channel, (at, i) => {
              delta[at] = s * values[i]!;
            });
          }
        }
      return pictureOf(delta);
    },
    moved(x, side) {
      const delta = minus(x, x0);
      const [to, from] = [randomWindow(side), randomWindow(side)];
      const values = bump(side);
      const unused = Math.max(whole - share(normOf(norm, delta)), 0) / channels;
      for (let channel = 0; channel < channels; channel++) {
        const s = sign(random);
        let [own, both] = [0, 0];
        eachPlace(to, shape, channel, (at) => {
          own += share(delta[at]!);
        });
        both = own;
        const old = new Float64Array(side * side);
        eachPlace(to, shape, channel, (at, i) => {
          old[i] = delta[at]! / (1e-12 + lengthOf(own));
          delta[at] = 0;
        });
        // What lies in both windows is 0 by now, so it is not counted twice.
        eachPlace(from, shape, channel, (at) => {
          both += share(delta[at]!);
          delta[at] = 0;
        });
        const fresh = old.map((v, i) => v + s * values[i]!);
        const length = 1e-12 + lengthOf(fresh.reduce((sum, v) => sum + share(v), 0));
        // In l1 more than the ball holds, by as many times as there are channels: the projection then takes from everywhere.
        const size = norm === 'l2' ? Math.sqrt(unused + both) : channels * (unused + both);
        eachPlace(to, shape, channel, (at, i) => {
          delta[at] = (fresh[i]! / length) * size;
        });
      }
      return pictureOf(delta);
    },
  };
}
