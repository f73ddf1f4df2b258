/** @file Balls: projections against their closed forms, steepest steps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpret } from '../../test/reference/interpret.ts';
import { hostTensor } from '../tensor/host.ts';
import { input } from '../tensor/tensor.ts';
import { distances, type Norm, norms, project, steepest } from './ball.ts';

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
