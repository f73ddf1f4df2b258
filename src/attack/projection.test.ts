/** @file Projections against closed forms and against what makes a point the nearest. */
import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { projectL0, projectL1, projectL2, projectLinf, projectOnto } from './projection.ts';
import { dot, minus, normOf } from './vector.ts';

const v = Float32Array.of(3, -4, 0.5, 0);

function randomVector(seed: number, length = 200): Float32Array {
  const random = pseudoRandom(seed);
  return Float32Array.from({ length }, () => 4 * random() - 2);
}

it('linf clips', () => expect(projectLinf(v, 1)).toEqual(Float32Array.of(1, -1, 0.5, 0)));

it('l2 scales onto the sphere from outside', () =>
  expect(projectL2(Float32Array.of(3, -4), 1)).toEqual(Float32Array.of(0.6, -0.8)));

it('l1 subtracts one threshold from all and stops at 0', () => {
  // (3 + 4 - 2) / 2 = 2.5 lies above the third value.
  expect(projectL1(v, 2)).toEqual(Float32Array.of(0.5, -1.5, 0, 0));
  // (3 + 4 + .5 - 6.6) / 3 = .3 does not.
  [2.7, -3.7, 0.2, 0].forEach((value, i) => {
    expect(projectL1(v, 6.6)[i]).toBeCloseTo(value, 6);
  });
});

it('l0 keeps the largest, of equal ones the first', () => {
  expect(projectL0(v, 1)).toEqual(Float32Array.of(0, -4, 0, 0));
  expect(projectL0(Float32Array.of(1, -1, 1, 2), 2)).toEqual(Float32Array.of(1, 0, 0, 2));
  expect(projectL0(v, 0)).toEqual(new Float32Array(4));
});

describe.each(['linf', 'l2', 'l1', 'l0'] as const)('%s', (norm) => {
  it('leaves what lies inside as it is, in a new vector', () => {
    const result = projectOnto(norm, v, 100);
    expect(result).toEqual(v);
    expect(result).not.toBe(v);
  });

  it('ends on the border from outside, at the nearest point', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const z = randomVector(seed);
      const radius = norm === 'l0' ? 17 : 0.3 * normOf(norm, z);
      const p = projectOnto(norm, z, radius);
      expect(normOf(norm, p)).toBeCloseTo(radius, 3);
      const random = pseudoRandom(seed + 10);
      for (let trial = 0; trial < 50; trial++) {
        // No other point of the ball is nearer; for convex balls it makes a blunt angle besides: (z - p) . (q - p) <= 0.
        const q = projectOnto(
          norm,
          p.map((value) => value + 0.2 * (random() - 0.5)),
          radius,
        );
        expect(normOf('l2', minus(z, q))).toBeGreaterThanOrEqual(normOf('l2', minus(z, p)) - 1e-5);
        if (norm !== 'l0') expect(dot(minus(z, p), minus(q, p))).toBeLessThanOrEqual(1e-4);
      }
    }
  });
});
