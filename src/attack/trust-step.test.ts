import { describe, expect, it } from 'vitest';
import { pseudoRandom } from '../../test/random.ts';
import { doubledUntil, monotoneRoot } from './monotone-root.ts';
import { type StepNorm, type TrustStep, trustStep } from './trust-step.ts';
import { addScaled, dot, minus, normOf, scaled } from './vector.ts';

function problem(seed: number, size: number, radius: number): TrustStep {
  const random = pseudoRandom(seed);
  const values = () => Float32Array.from({ length: size }, (_, i) => (i % 5 === 0 ? Number(random() > 0.5) : random()));
  const [x, x0] = [values(), values()];
  const b = Float32Array.from({ length: size }, (_, i) => (i % 9 === 4 ? 0 : 2 * random() - 1));
  return { x, x0, b, gain: 0.6 * (2 * random() - 1), radius };
}

/** The nearest step within all bounds, by Dykstra's alternating projections: nothing is shared with the solver. */
function bounded(delta: Float32Array, { x, b, gain, radius }: TrustStep): Float32Array {
  const square = dot(b, b);
  const onto: readonly ((v: Float32Array) => Float32Array)[] = [
    (v: Float32Array) => v.map((own, i) => Math.min(1 - x[i]!, Math.max(-x[i]!, own))),
    (v: Float32Array) => scaled(v, Math.min(1, radius / normOf('l2', v))),
    (v: Float32Array) => addScaled(v, (gain - dot(b, v)) / square, b),
  ];
  let point: Float32Array = delta;
  const memory: Float32Array[] = onto.map(() => new Float32Array(delta.length));
  for (let i = 0; i < 400; i++) {
    for (const [j, project] of onto.entries()) {
      const shifted = addScaled(point, 1, memory[j]!);
      point = project(shifted);
      memory[j] = minus(shifted, point);
    }
  }
  return point;
}

const distance = (norm: StepNorm, { x, x0 }: TrustStep, delta: Float32Array) =>
  normOf(norm, addScaled(minus(x, x0), 1, delta));

function expectBounds({ x, b, gain, radius }: TrustStep, delta: Float32Array) {
  expect(dot(b, delta)).toBeCloseTo(gain, 4);
  expect(normOf('l2', delta)).toBeLessThanOrEqual(radius * (1 + 1.1e-3));
  expect(Math.min(...addScaled(x, 1, delta))).toBeGreaterThanOrEqual(-1e-6);
  expect(Math.max(...addScaled(x, 1, delta))).toBeLessThanOrEqual(1 + 1e-6);
}

describe.each(['l2', 'l1', 'linf'] as const)('trustStep in %s', (norm) => {
  it.each([0.6, 1.2, 9])('keeps all bounds, and no step that does is nearer the original (radius %f)', (radius) => {
    const random = pseudoRandom(7);
    for (let seed = 1; seed <= 6; seed++) {
      const own = problem(seed, 40, radius);
      const delta = trustStep(norm, own);
      expectBounds(own, delta);
      const optimum = distance(norm, own, delta);
      for (const size of [0.003, 0.03, 0.3]) {
        // Towards the original, with noise: a problem without other minima has a better point there if it has one at all.
        const noise = delta.map((v, i) => v + size * (own.x0[i]! - own.x[i]! - v) + size * (random() - 0.5));
        const other = bounded(noise, own);
        expect(Math.abs(dot(own.b, other) - own.gain)).toBeLessThan(1e-3);
        expect(distance(norm, own, other)).toBeGreaterThanOrEqual(optimum - 2e-3);
      }
    }
  });
});

it('trustStep in l2 is the projection of the original onto what the bounds leave', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const own = problem(seed, 40, 0.9);
    const [delta, other] = [trustStep('l2', own), bounded(minus(own.x0, own.x), own)];
    expect(normOf('linf', minus(delta, other))).toBeLessThan(2e-3);
  }
});

it('trustStep in l0 is as few changes as trying all sets finds, or one more', () => {
  for (let seed = 1; seed <= 10; seed++) {
    for (const radius of [0.7, 1, 9]) {
      const own = problem(seed, 9, radius);
      const delta = trustStep('l0', own);
      const d = minus(own.x0, own.x);
      let fewest = own.x.length;
      for (let set = 0; set < 2 ** own.x.length; set++) {
        const isFree = (i: number) => ((set >> i) & 1) === 1;
        const count = own.x.reduce((sum, _, i) => sum + Number(isFree(i)), 0);
        if (count >= fewest) continue;
        // The shortest step with these values free, by halving the multiplier.
        const at = (kappa: number) =>
          d.map((v, i) => (isFree(i) ? Math.min(1 - own.x[i]!, Math.max(-own.x[i]!, kappa * own.b[i]!)) : v));
        const gained = (kappa: number) => dot(own.b, at(kappa));
        let [low, high] = [-1e4, 1e4];
        if (gained(low) > own.gain || gained(high) < own.gain) continue;
        for (let i = 0; i < 80; i++) {
          const middle = (low + high) / 2;
          if (gained(middle) < own.gain) low = middle;
          else high = middle;
        }
        if (normOf('l2', at(high)) <= radius) fewest = count;
      }
      const changed = d.filter((v, i) => Math.abs(v - delta[i]!) > 1e-6).length;
      if (Math.abs(dot(own.b, delta) - own.gain) < 1e-3) expect(changed).toBeLessThanOrEqual(fewest + 1);
      else expect(normOf('l2', delta)).toBeCloseTo(radius, 4);
    }
  }
});

it('trustStep goes as far towards a plane out of reach as the radius and the range let it', () => {
  const x = new Float32Array([0.5, 0.5, 0.9]);
  const b = new Float32Array([3, 0, 4]);
  for (const norm of ['l2', 'l1', 'linf', 'l0'] as const) {
    const near = trustStep(norm, { x, x0: x, b, gain: 9, radius: 0.05 });
    expect(near[0]).toBeCloseTo(0.03, 5);
    expect(near[1]).toBeCloseTo(0, 6);
    expect(near[2]).toBeCloseTo(0.04, 5);
    const far = trustStep(norm, { x, x0: x, b, gain: 9, radius: 5 });
    expect([...far].map((v) => Math.round(1e4 * v) / 1e4)).toEqual([0.5, 0, 0.1]);
    expect([...trustStep(norm, { x, x0: x, b: new Float32Array(3), gain: 1, radius: 1 })]).toEqual([0, 0, 0]);
  }
});

it('monotoneRoot meets kinks and jumps, and says where the end of the bracket is the nearest', () => {
  expect(monotoneRoot((s) => s ** 3, 8, 0, 100)).toBeCloseTo(2, 7);
  expect(monotoneRoot((s) => Math.max(0, s - 5) * 1e6, 1, 0, 100)).toBeCloseTo(5.000001, 7);
  expect(monotoneRoot((s) => Number(s > 3), 0.5, 0, 100)).toBeCloseTo(3, 6);
  expect(monotoneRoot((s) => s, 9, 0, 1)).toBe(1);
  expect(monotoneRoot((s) => s, -9, 0, 1)).toBe(0);
  expect(doubledUntil((s) => s, 9, 1)).toBe(16);
});
