/** @file Random starts: where they lie, and what decides them. */
import { describe, expect, it } from 'vitest';
import { distances, norms } from '../distance/ball.ts';
import { hashOf, randomStream } from '../random/random-stream.ts';
import { randomStart } from './random-start.ts';

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
