/** @file Power laws: the slope of one logarithm over another. */

/** Frequencies that slopes of spectra are taken over, in cycles a pixel, unless said otherwise. */
export const slopeRange: readonly [low: number, high: number] = [0.02, 0.4];

/** A place on a curve, both above 0, and how much it counts (1 unless given). */
export interface LogPoint {
  readonly x: number;
  readonly y: number;
  readonly weight?: number;
}

/** Slope of log y over log x by least squares; NaN for fewer than two different x. */
export function logSlope(points: readonly LogPoint[]): number {
  const total = points.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const mean = (value: (point: LogPoint) => number) =>
    points.reduce((sum, point) => sum + (point.weight ?? 1) * value(point), 0) / total;
  const [x, y] = [mean((point) => Math.log(point.x)), mean((point) => Math.log(point.y))];
  const over = mean((point) => (Math.log(point.x) - x) * (Math.log(point.y) - y));
  return over / mean((point) => (Math.log(point.x) - x) ** 2);
}
