/** @file Balls: projections against their closed forms, steepest steps, random starts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpret } from '../../test/reference/interpret.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { hostTensor } from '../tensor/host.ts';
import { input } from '../tensor/tensor.ts';
import { distances, type Norm, norms, project, randomStart, steepest } from './ball.ts';

/** Projects x0 + delta, away from the picture's range, and returns the change that is left. */
function projected(norm: Norm, delta: readonly number[], epsilon: number): number[] {
  const shape = [1, delta.length];
  const x0 = delta.map(() => 0.5);
  const [z, centre, eps] = [input('z', shape), input('x0', shape), input('eps', [1])];
  const feeds = {
    z: hostTensor(
      delta.map((v) => 0.5 + v),
      shape,
    ),
    x0: hostTensor(x0, shape),
    eps: hostTensor([epsilon]),
  };
  return Array.from(interpret([project(norm, z, centre, eps)], feeds)[0]!.data, (v) => v - 0.5);
}

/** Euclidean projection onto the l1 ball by sorting (Duchi et al. 2008). */
function duchi(delta: readonly number[], epsilon: number): number[] {
  const magnitudes = delta.map(Math.abs);
  if (magnitudes.reduce((sum, v) => sum + v, 0) <= epsilon) return [...delta];
  const sorted = [...magnitudes].sort((a, b) => b - a);
  let [sum, theta] = [0, 0];
  sorted.forEach((value, i) => {
    sum += value;
    if (value > (sum - epsilon) / (i + 1)) theta = (sum - epsilon) / (i + 1);
  });
  return delta.map((v) => Math.sign(v) * Math.max(0, Math.abs(v) - theta));
}

const change = fc.array(fc.double({ min: -0.4, max: 0.4, noNaN: true }), { minLength: 2, maxLength: 40 });
const radius = fc.double({ min: 0.01, max: 1, noNaN: true });

describe('project', () => {
  it('onto l1 is the Euclidean projection, as sorting finds it', () => {
    fc.assert(
      fc.property(change, radius, (delta, epsilon) => {
        const [ours, sorted] = [projected('l1', delta, epsilon), duchi(delta, epsilon)];
        for (const [i, value] of sorted.entries()) expect(ours[i]).toBeCloseTo(value, 9);
      }),
    );
  });

  it('onto l2 scales radially, onto linf clips, and neither moves what is inside', () => {
    fc.assert(
      fc.property(change, radius, (delta, epsilon) => {
        const length = Math.hypot(...delta);
        const scale = Math.min(1, epsilon / Math.max(length, 1e-20));
        for (const [i, value] of projected('l2', delta, epsilon).entries())
          expect(value).toBeCloseTo(delta[i]! * scale, 9);
        for (const [i, value] of projected('linf', delta, epsilon).entries()) {
          expect(value).toBeCloseTo(Math.min(epsilon, Math.max(-epsilon, delta[i]!)), 9);
        }
      }),
    );
  });
});

describe('steepest', () => {
  const shape = [1, 200];
  const gradient = Float64Array.from({ length: 200 }, (_, i) => Math.sin(7 * i) * (i + 1));
  const direction = (norm: Norm, x: Float64Array) =>
    Array.from(
      interpret([steepest(norm, input('g', shape), input('x', shape))], {
        g: hostTensor(gradient, shape),
        x: hostTensor(x, shape),
      })[0]!.data,
    );
  const middle = new Float64Array(200).fill(0.5);

  it.each(norms)('has length 1 in %s and follows the gradient', (norm) => {
    const step = direction(norm, middle);
    expect(distances(Float32Array.from(step), new Float32Array(200))[norm]).toBeCloseTo(1, 6);
    expect(step.every((v, i) => v * gradient[i]! >= 0)).toBe(true);
  });

  it('in l1 moves the largest hundredth alone', () => {
    const largest = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!)).slice(0, 2);
    const moved = direction('l1', middle).flatMap((v, i) => (v === 0 ? [] : [i]));
    expect(moved.sort()).toEqual(largest.sort());
  });

  it.each(['l1', 'l2'] as const)('in %s leaves out pixels that could only leave the picture', (norm) => {
    const x = middle.map((_, i) => (gradient[i]! > 0 ? 1 : 0));
    expect(direction(norm, x).every((v) => v === 0)).toBe(true);
  });
});

describe('randomStart', () => {
  const x0 = new Float32Array(500).fill(0.5);
  it.each(norms)('lies in the ball and the range, and fills it in %s', (norm) => {
    const reached = Array.from(
      { length: 30 },
      (_, seed) => distances(randomStart(norm, x0, 0.4, randomStream(seed)), x0)[norm],
    );
    expect(Math.max(...reached)).toBeLessThanOrEqual(0.4 + 1e-6);
    // Nearly all of a ball of 500 dimensions lies near its surface.
    expect(Math.min(...reached)).toBeGreaterThan(0.38);
  });

  it('depends on the seed, the picture and the restart, and on nothing else', () => {
    const other = x0.with(3, 0.6);
    const start = (picture: Float32Array, seed: number, restart: number) =>
      randomStart('linf', picture, 0.1, randomStream(seed, hashOf(picture), restart))[100];
    expect(start(x0, 1, 0)).toBe(start(x0.slice(), 1, 0));
    expect(new Set([start(x0, 1, 0), start(x0, 2, 0), start(x0, 1, 1), start(other, 1, 0)]).size).toBe(4);
  });

  it('draws the same numbers in every version', () => {
    const random = randomStream(1, 2, 3);
    expect([random.uniform(), random.normal(), random.exponential()].map((v) => v.toFixed(12))).toMatchInlineSnapshot(`
      [
        "0.840360894366",
        "1.937219292280",
        "0.189465369925",
      ]
    `);
  });
});
