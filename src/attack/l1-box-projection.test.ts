import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { ontoL1Box } from './l1-box-projection.ts';
import { normOf } from './vector.ts';

/** The projection by sorting the corners of the norm as a function of lambda, and a straight line between two of them. */
function bySorting(v: Float32Array, x0: Float32Array, epsilon: number): Float64Array {
  const room = Array.from(v, (value, i) => (value > 0 ? 1 - x0[i]! : x0[i]!));
  const at = (lambda: number) =>
    Float64Array.from(v, (value, i) => Math.sign(value) * Math.min(Math.max(Math.abs(value) - lambda, 0), room[i]!));
  const norm = (lambda: number) => at(lambda).reduce((sum, u) => sum + Math.abs(u), 0);
  if (norm(0) <= epsilon) return at(0);
  const corners = [0, ...Array.from(v, Math.abs), ...Array.from(v, (value, i) => Math.abs(value) - room[i]!)]
    .filter((lambda) => lambda >= 0)
    .sort((a, b) => a - b);
  const right = corners.findIndex((lambda) => norm(lambda) <= epsilon);
  const [low, high] = [corners[right - 1]!, corners[right]!];
  return at(low + ((high - low) * (norm(low) - epsilon)) / (norm(low) - norm(high)));
}

describe('the projection onto an l1 ball and the box together', () => {
  it('is what sorting the corners of the dual gives', () => {
    const random = pseudoRandom(3);
    for (let run = 0; run < 50; run++) {
      const x0 = Float32Array.from({ length: 200 }, () => (random() < 0.2 ? Math.round(random()) : random()));
      const v = Float32Array.from(x0, () => (random() < 0.3 ? 0 : 4 * (random() - 0.5) ** 3));
      const epsilon = 0.01 + 6 * random();
      const u = ontoL1Box(v, x0, epsilon);
      const expected = bySorting(v, x0, epsilon);
      u.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 6);
        expect(x0[i]! + value).toBeGreaterThanOrEqual(0);
        expect(x0[i]! + value).toBeLessThanOrEqual(1 + 1e-7);
      });
      expect(normOf('l1', u)).toBeLessThanOrEqual(epsilon * (1 + 1e-6));
    }
  });

  it('is nearer than clipping after the projection onto the ball alone', () => {
    // The first value can only grow by .1; ball first, box second would waste .4 of the budget.
    const x0 = Float32Array.of(0.9, 0.5, 0.5);
    const u = ontoL1Box(Float32Array.of(1, 0.6, 0.4), x0, 1);
    [0.1, 0.5, 0.4].forEach((value, i) => {
      expect(u[i]).toBeCloseTo(value, 6);
    });
  });

  it('leaves a change alone that is in both, and ends where nothing can move', () => {
    const v = Float32Array.of(0.2, -0.1, 0);
    expect(ontoL1Box(v, Float32Array.of(0.5, 0.5, 0.5), 1)).toEqual(v);
    expect(Array.from(ontoL1Box(Float32Array.of(2, -2), Float32Array.of(1, 0), 1), Math.abs)).toEqual([0, 0]);
    expect(Array.from(ontoL1Box(Float32Array.of(3, 3, -3), new Float32Array(3).fill(0.5), 0.75))).toEqual([
      0.25, 0.25, -0.25,
    ]);
  });
});
