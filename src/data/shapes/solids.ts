/** @file Solids as what a ray meets: ball, cube, cone, cylinder, ring. All fit in a ball of radius about 1 around the origin. */
import { dot, normalize, type Vec3 } from './vector.ts';

/** Where a ray enters a solid. */
export interface Hit {
  /** Point and outward normal in the solid's own frame. */
  readonly point: Vec3;
  readonly normal: Vec3;
}

/** First meeting of the ray o + t d, d of length 1, with a solid; undefined where it passes by. */
export type Solid = (o: Vec3, d: Vec3) => Hit | undefined;

function along(o: Vec3, d: Vec3, t: number): Vec3 {
  return [o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2]];
}

/** Smaller root of a t² + 2 b t + c. */
function entry(a: number, b: number, c: number): number | undefined {
  const discriminant = b * b - a * c;
  if (discriminant < 0 || a === 0) return undefined;
  return (-b - Math.sign(a) * Math.sqrt(discriminant)) / a;
}

const ballRadius = 0.85;

const ball: Solid = (o, d) => {
  const t = entry(1, dot(o, d), dot(o, o) - ballRadius ** 2);
  if (t === undefined) return undefined;
  const point = along(o, d, t);
  return { point, normal: normalize(point) };
};

const cubeHalf = 0.64;

const cube: Solid = (o, d) => {
  let [near, far, axis] = [-Infinity, Infinity, -1];
  for (let i = 0; i < 3; i++) {
    if (Math.abs(d[i]!) < 1e-9) {
      if (Math.abs(o[i]!) > cubeHalf) return undefined;
      continue;
    }
    const [t1, t2] = [(-cubeHalf - o[i]!) / d[i]!, (cubeHalf - o[i]!) / d[i]!];
    if (Math.min(t1, t2) > near) [near, axis] = [Math.min(t1, t2), i];
    far = Math.min(far, Math.max(t1, t2));
  }
  if (near > far || axis === -1) return undefined;
  const normal: [number, number, number] = [0, 0, 0];
  normal[axis] = -Math.sign(d[axis]!);
  return { point: along(o, d, near), normal };
};

/** Nearest of the meetings that count. */
function nearest(
  o: Vec3,
  d: Vec3,
  candidates: readonly (readonly [t: number, normal: (p: Vec3) => Vec3])[],
): Hit | undefined {
  const first = candidates.reduce<(typeof candidates)[number] | undefined>(
    (best, one) => (best === undefined || one[0] < best[0] ? one : best),
    undefined,
  );
  if (first === undefined) return undefined;
  const point = along(o, d, first[0]);
  return { point, normal: first[1](point) };
}

/** The disc y = height of a radius, facing up or down. */
function disc(o: Vec3, d: Vec3, height: number, radius: number): (readonly [number, (p: Vec3) => Vec3])[] {
  if (Math.abs(d[1]) < 1e-9) return [];
  const t = (height - o[1]) / d[1];
  const [x, , z] = along(o, d, t);
  return x * x + z * z <= radius * radius ? [[t, () => [0, Math.sign(height), 0]]] : [];
}

const [cylinderRadius, cylinderHalf] = [0.55, 0.74];

const cylinder: Solid = (o, d) => {
  const side = entry(d[0] ** 2 + d[2] ** 2, o[0] * d[0] + o[2] * d[2], o[0] ** 2 + o[2] ** 2 - cylinderRadius ** 2);
  const onSide = side !== undefined && Math.abs(along(o, d, side)[1]) <= cylinderHalf;
  return nearest(o, d, [
    ...(onSide ? [[side, (p: Vec3) => normalize([p[0], 0, p[2]])] as const] : []),
    ...disc(o, d, cylinderHalf, cylinderRadius),
    ...disc(o, d, -cylinderHalf, cylinderRadius),
  ]);
};

const [coneTop, coneBottom, coneRadius] = [0.95, -0.65, 0.75];

const cone: Solid = (o, d) => {
  const k = (coneRadius / (coneTop - coneBottom)) ** 2; // x² + z² = k (top - y)²
  const h = coneTop - o[1];
  const [a, b, c] = [
    d[0] ** 2 + d[2] ** 2 - k * d[1] ** 2,
    o[0] * d[0] + o[2] * d[2] + k * h * d[1],
    o[0] ** 2 + o[2] ** 2 - k * h * h,
  ];
  const discriminant = b * b - a * c;
  const roots =
    discriminant < 0 || a === 0 ? [] : [(-b - Math.sqrt(discriminant)) / a, (-b + Math.sqrt(discriminant)) / a];
  const onSide = roots.filter((t) => {
    const y = along(o, d, t)[1];
    return y <= coneTop && y >= coneBottom;
  });
  const slope = (p: Vec3) => normalize([p[0], k * (coneTop - p[1]), p[2]]);
  return nearest(o, d, [
    ...onSide.map((t) => [t, slope] as const),
    ...disc(o, d, coneBottom, coneRadius).map(([t]) => [t, (): Vec3 => [0, -1, 0]] as const),
  ]);
};

const [ringMajor, ringMinor] = [0.66, 0.25];

/** A torus about the z axis, by marching along its distance. */
const ring: Solid = (o, d) => {
  const distance = ([x, y, z]: Vec3) => {
    const q = Math.sqrt(x * x + y * y) - ringMajor;
    return Math.sqrt(q * q + z * z) - ringMinor;
  };
  const reach = ringMajor + ringMinor;
  const start = entry(1, dot(o, d), dot(o, o) - reach ** 2);
  if (start === undefined) return undefined;
  let t = start;
  for (let i = 0; i < 40 && t < start + 2 * reach; i++) {
    const point = along(o, d, t);
    const gap = distance(point);
    if (gap < 2e-3) {
      const [x, y, z] = point;
      const rim = ringMajor / (Math.sqrt(x * x + y * y) || 1);
      return { point, normal: normalize([x - x * rim, y - y * rim, z]) };
    }
    t += gap;
  }
  return undefined;
};

/** The solids by class name. */
export const solids = { ball, cube, cone, cylinder, ring } as const satisfies Readonly<Record<string, Solid>>;
