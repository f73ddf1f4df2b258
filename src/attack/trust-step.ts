/**
 * @file The step of Brendel and Bethge (2019, eq. 1): from x, onto a plane, within a radius, in [0, 1], to where the distance from the original
 * is least,
 *
 *     min |x + delta - x0|_p    b . delta = gain,   |delta|_2 <= r,   0 <= x + delta <= 1
 *
 * Where the plane is out of reach, the step goes as far towards it as it can. Without the radius it is a projection; with it, each value is a
 * function of two multipliers, kappa of the plane and s of the radius, which grow with them, so that two nested searches for a root
 * find the optimum (with d = x0 - x):
 *
 *     l2: s d + kappa b      l1: kappa b, moved towards d by at most s      linf: kappa b, at most -s away from d
 *
 * In l0 the problem is a choice of values and not convex: values are taken by what they save of the Lagrangian, as few as reach the plane.
 */
import { bracketed, doubledUntil, monotoneRoot } from './monotone-root.ts';
import { projectOntoPlane } from './plane-projection.ts';
import { addScaled, dot, minus, normOf, scaled } from './vector.ts';

/** Norms that the step is known for. */
export type StepNorm = 'linf' | 'l2' | 'l1' | 'l0';

/** What the step needs to know. */
export interface TrustStep {
  readonly x: Float32Array;
  readonly x0: Float32Array;
  /** The plane's normal. */
  readonly b: Float32Array;
  /** What b . delta should be. */
  readonly gain: number;
  readonly radius: number;
}

/** The step delta. */
export function trustStep(norm: StepNorm, { x, x0, b, gain, radius }: TrustStep): Float32Array {
  const length = normOf('l2', b);
  if (!(length > 0) || !Number.isFinite(gain)) return new Float32Array(x.length);
  const problem = { x, x0, b: scaled(b, 1 / length), gain: gain / length, radius };
  const shortest = projectOntoPlane('l2', x, problem.b, problem.gain);
  if (!reaches(shortest, problem) || normOf('l2', shortest) > radius) return furthest(problem);
  return norm === 'l0' ? fewest(problem, shortest) : nearest(norm, problem, shortest);
}

function reaches(delta: Float32Array, { b, gain }: TrustStep): boolean {
  return Math.abs(dot(b, delta) - gain) <= 1e-4 * Math.abs(gain) + 1e-9;
}

/** The step of length r, or less where values run out of room, that gains most. */
function furthest({ x, b, gain, radius }: TrustStep): Float32Array {
  const way = gain < 0 ? -1 : 1;
  const at = (kappa: number) => x.map((value, i) => clip(way * kappa * b[i]!, value));
  const length = (kappa: number) => normOf('l2', at(kappa));
  return at(monotoneRoot(length, radius, 0, doubledUntil(length, radius, Math.max(radius, 1e-12))));
}

/** Keeps value + delta in [0, 1]. */
function clip(delta: number, value: number): number {
  return Math.min(1 - value, Math.max(-value, delta));
}

/** A value of the optimum, before it is kept in [0, 1], of d, kappa b and s. */
const pointOf: Readonly<Record<'linf' | 'l2' | 'l1', (d: number, pull: number, s: number) => number>> = {
  l2: (d, pull, s) => s * d + pull,
  l1: (d, pull, s) => (Math.abs(pull - d) <= s ? d : pull - s * Math.sign(pull - d)),
  linf: (d, pull, s) => Math.min(d - s, Math.max(d + s, pull)),
};

/** Relative precision of the radius, and of the plane. */
const [radiusPrecision, planePrecision] = [1e-3, 1e-6];

function nearest(norm: 'linf' | 'l2' | 'l1', problem: TrustStep, shortest: Float32Array): Float32Array {
  const { x, x0, b, gain, radius } = problem;
  const d = minus(x0, x);
  // Without the radius: the original, projected onto the plane.
  const free = addScaled(d, 1, projectOntoPlane(norm, x0, b, gain - dot(b, d)));
  if (normOf('l2', free) <= radius) return free;
  const point = pointOf[norm];
  let kappa = kappaOf(shortest, b, gain);
  const at = (s: number): Float32Array => {
    const value = (k: number, i: number) => clip(point(d[i]!, k * b[i]!, s), x[i]!);
    const gained = (k: number) => {
      let sum = 0;
      for (let i = 0; i < b.length; i++) sum += b[i]! * value(k, i);
      return sum;
    };
    // The last search's multiplier is the next one's guess.
    kappa = monotoneRoot(gained, gain, ...bracketed(gained, gain, kappa), planePrecision);
    const delta = new Float32Array(b.length);
    for (let i = 0; i < delta.length; i++) delta[i] = value(kappa, i);
    return delta;
  };
  const length = (s: number) => normOf('l2', at(s));
  // The shortest step belongs to the low end, the one without the radius to the high end.
  const [low, high] = {
    l2: () => [0, 1] as const,
    l1: () => [0, doubledUntil(length, radius, Math.abs(kappa) * normOf('linf', b))] as const,
    linf: () => [-normOf('linf', minus(shortest, d)), -normOf('linf', minus(free, d))] as const,
  }[norm]();
  return at(monotoneRoot(length, radius, low, high, radiusPrecision));
}

/** Times that the multiplier is taken from the step that it gave. */
const refinements = 3;

/** As few values as reach the plane within the radius change; the others go to the original. */
function fewest(problem: TrustStep, shortest: Float32Array): Float32Array {
  const { x, x0, b, gain, radius } = problem;
  const d = minus(x0, x);
  const isAllowed = (delta: Float32Array) => reaches(delta, problem) && normOf('l2', delta) <= radius;
  const free = addScaled(d, 1, fewestOnPlane(x0, b, gain - dot(b, d)));
  if (isAllowed(free)) return free;
  let [best, bestKappa] = [shortest, kappaOf(shortest, b, gain)];
  let [low, high] = [0, x.length];
  while (high - low > 1) {
    const count = Math.floor((low + high) / 2);
    let kappa = bestKappa;
    let found = false;
    for (let i = 0; i < refinements && !found; i++) {
      const fixed = leastSaving(problem, d, kappa, x.length - count);
      const reset = d.map((own, j) => (fixed[j] === 1 ? own : 0));
      const missing = gain - dot(b, reset);
      const freed = projectOntoPlane(
        'l2',
        x,
        b.map((own, j) => (fixed[j] === 1 ? 0 : own)),
        missing,
      );
      const delta = addScaled(reset, 1, freed);
      kappa = kappaOf(freed, b, missing);
      found = isAllowed(delta);
      if (found) [best, bestKappa] = [delta, kappa];
    }
    if (found) high = count;
    else low = count;
  }
  return best;
}

/**
 * 1 for those values, `count` of them, that save least of the Lagrangian by being free instead of going to the original,
 * (d² - delta²) / 2 + kappa b (delta - d) with delta = kappa b kept in [0, 1].
 */
function leastSaving({ x, b }: TrustStep, d: Float32Array, kappa: number, count: number): Uint8Array {
  const saved = Float64Array.from(d, (own, i) => {
    const delta = clip(kappa * b[i]!, x[i]!);
    return (own * own - delta * delta) / 2 + kappa * b[i]! * (delta - own);
  });
  const order = Array.from(saved.keys()).sort((i, j) => saved[i]! - saved[j]! || i - j);
  const fixed = new Uint8Array(d.length);
  for (const i of order.slice(0, count)) fixed[i] = 1;
  return fixed;
}

/** The change of fewest values from x0 that gains so much: those with the most to gain go all the way, the last of them as far as is needed. */
function fewestOnPlane(x0: Float32Array, b: Float32Array, gain: number): Float32Array {
  const most = x0.map((value, i) => (gain > 0 === b[i]! > 0 ? 1 - value : -value));
  const order = Array.from(x0.keys()).sort((i, j) => Math.abs(b[j]! * most[j]!) - Math.abs(b[i]! * most[i]!) || i - j);
  const delta = new Float32Array(x0.length);
  let left = gain;
  for (const i of order) {
    const whole = b[i]! * most[i]!;
    if (left === 0 || whole === 0) break;
    const share = Math.min(1, left / whole);
    delta[i] = share * most[i]!;
    left = share < 1 ? 0 : left - whole;
  }
  return delta;
}

/** The multiplier of a shortest step onto a plane: what its values that have room left moved, for each unit of b. */
function kappaOf(delta: Float32Array, b: Float32Array, gain: number): number {
  let largest = 0;
  for (let i = 0; i < delta.length; i++) if (b[i] !== 0) largest = Math.max(largest, Math.abs(delta[i]! / b[i]!));
  return gain < 0 ? -largest : largest;
}
