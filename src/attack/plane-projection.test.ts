import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { type PlaneNorm, projectOntoPlane } from './plane-projection.ts';
import { dot, normOf } from './vector.ts';

const norms: readonly PlaneNorm[] = ['linf', 'l2', 'l1'];

function problem(seed: number, size: number) {
  const random = pseudoRandom(seed);
  // A few values are black or white, and a few have no say.
  const x = Float32Array.from({ length: size }, (_, i) => (i % 7 === 0 ? Number(random() > 0.5) : random()));
  const w = Float32Array.from({ length: size }, (_, i) => (i % 11 === 3 ? 0 : 2 * random() - 1));
  return { x, w, random };
}

/** What gain is possible at all, upwards and downwards. */
function reach(x: Float32Array, w: Float32Array) {
  let [up, down] = [0, 0];
  x.forEach((value, i) => {
    up += w[i]! > 0 ? w[i]! * (1 - value) : -w[i]! * value;
    down += w[i]! > 0 ? w[i]! * value : -w[i]! * (1 - value);
  });
  return { up, down };
}

/** The dual of the problem, whose largest value is the least norm: no step of the solver is shared with it. */
function lowerBound(norm: PlaneNorm, x: Float32Array, w: Float32Array, gain: number): number {
  const sign = Math.sign(gain);
  const room = (i: number) => (sign * w[i]! > 0 ? 1 - x[i]! : x[i]!);
  const value = (mu: number) => {
    // min over 0 <= d <= room of |d| - mu (|w| . d - |gain|), value by value where the norm is a sum, in a line search over |d| for linf.
    const slope = Array.from(w, (v) => mu * Math.abs(v));
    const base = mu * Math.abs(gain);
    if (norm === 'l1') return base + slope.reduce((sum, s, i) => sum + Math.min(0, (1 - s) * room(i)), 0);
    if (norm === 'l2')
      return (
        base +
        slope.reduce((sum, s, i) => {
          const d = Math.min(s, room(i));
          return sum + d * d * 0.5 - s * d;
        }, 0)
      );
    let best = 0;
    for (const t of Array.from(x.keys(), room))
      best = Math.min(best, t - slope.reduce((sum, s, i) => sum + s * Math.min(t, room(i)), 0));
    return base + best;
  };
  let [low, high] = [0, 1e4];
  for (let i = 0; i < 200; i++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (value(a) < value(b)) low = a;
    else high = b;
  }
  return value((low + high) / 2);
}

describe.each(norms)('projectOntoPlane in %s', (norm) => {
  it('lands on the plane inside [0, 1] at the distance that the dual problem gives', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { x, w, random } = problem(seed, 60);
      const { up, down } = reach(x, w);
      const share = 0.05 + 0.9 * random();
      const gain = seed % 2 === 0 ? up * share : -down * share;
      const delta = projectOntoPlane(norm, x, w, gain);
      expect(dot(w, delta)).toBeCloseTo(gain, 4);
      delta.forEach((d, i) => {
        expect(x[i]! + d).toBeGreaterThanOrEqual(-1e-6);
        expect(x[i]! + d).toBeLessThanOrEqual(1 + 1e-6);
        if (w[i] === 0) expect(d).toBeCloseTo(0, 12);
      });
      const length = norm === 'l2' ? normOf('l2', delta) ** 2 / 2 : normOf(norm, delta);
      expect(length / lowerBound(norm, x, w, gain)).toBeCloseTo(1, 4);
    }
  });

  it('knows the closed form where the range does not matter', () => {
    const x = new Float32Array([0.5, 0.5, 0.5]);
    const w = new Float32Array([3, -4, 0]);
    const expected = { l2: [0.06, -0.08, 0], linf: [0.5 / 7, -0.5 / 7, 0], l1: [0, -0.125, 0] }[norm];
    const delta = projectOntoPlane(norm, x, w, 0.5);
    delta.forEach((d, i) => {
      expect(d).toBeCloseTo(expected[i]!, 6);
    });
  });

  it('goes as far as it can where the plane is out of reach, and nowhere without a slope', () => {
    const x = new Float32Array([0.25, 1, 0]);
    expect([...projectOntoPlane(norm, x, new Float32Array([1, -1, 1]), 5)]).toEqual([0.75, -1, 1]);
    expect([...projectOntoPlane(norm, x, new Float32Array(3), 5)].map(Math.abs)).toEqual([0, 0, 0]);
    expect([...projectOntoPlane(norm, x, new Float32Array([1, 1, 1]), 0)].map(Math.abs)).toEqual([0, 0, 0]);
  });
});
