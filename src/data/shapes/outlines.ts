/** @file Flat shapes as signed distances from their outline, negative inside. All fit in a circle of radius about 1. */

/** Signed distance of a point from an outline. */
export type Outline = (x: number, y: number) => number;

type Point = readonly [number, number];

/** A polygon's signed distance: to the nearest edge, with the sign of the winding number's parity. */
function polygon(points: readonly Point[]): Outline {
  const edges = points.map(([ax, ay], i): readonly [number, number, number, number, number] => {
    const [bx, by] = points[(i + 1) % points.length]!;
    return [ax, ay, bx - ax, by - ay, (bx - ax) ** 2 + (by - ay) ** 2];
  });
  return (x, y) => {
    let [nearest, inside] = [Infinity, false];
    for (const [ax, ay, ex, ey, square] of edges) {
      const [px, py] = [x - ax, y - ay];
      const t = Math.min(1, Math.max(0, (px * ex + py * ey) / square));
      const [dx, dy] = [px - t * ex, py - t * ey];
      nearest = Math.min(nearest, dx * dx + dy * dy);
      if (ay > y !== ay + ey > y && x < ax + ((y - ay) * ex) / ey) inside = !inside;
    }
    return (inside ? -1 : 1) * Math.sqrt(nearest);
  };
}

const star = polygon(
  Array.from({ length: 10 }, (_, i): Point => {
    const radius = i % 2 === 0 ? 1 : 0.42;
    const angle = Math.PI / 2 + (i * Math.PI) / 5;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  }),
);

const arm = 0.3;
const cross = polygon(
  [
    [arm, 0.95],
    [arm, arm],
    [0.95, arm],
    [0.95, -arm],
    [arm, -arm],
    [arm, -0.95],
    [-arm, -0.95],
    [-arm, -arm],
    [-0.95, -arm],
    [-0.95, arm],
    [-arm, arm],
    [-arm, 0.95],
  ].map(([x, y]): Point => [x!, y!]),
);

const arrow = polygon(
  [
    [0, 1],
    [0.72, 0.16],
    [0.28, 0.16],
    [0.28, -0.95],
    [-0.28, -0.95],
    [-0.28, 0.16],
    [-0.72, 0.16],
  ].map(([x, y]): Point => [x!, y!]),
);

const heart = polygon(
  Array.from({ length: 28 }, (_, i): Point => {
    const t = (2 * Math.PI * i) / 28;
    const x = 16 * Math.sin(t) ** 3;
    const y = 13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
    return [x / 17.5, (y + 2.5) / 17.5];
  }),
);

/** A disc without a second one that is shifted to the side. */
const moon: Outline = (x, y) => {
  const disc = Math.sqrt(x * x + y * y) - 0.92;
  const bite = Math.sqrt((x - 0.46) ** 2 + y * y) - 0.76;
  return Math.max(disc, -bite);
};

/** The flat shapes by class name. */
export const outlines = { star, cross, arrow, heart, moon } as const satisfies Readonly<Record<string, Outline>>;
