/** @file Turning, scaling and moving as the matrices that sampling of a grid takes. */

/** A similarity: turned, then scaled, then moved. */
export interface Placement {
  /** Degrees, counter-clockwise as seen. */
  readonly angle: number;
  readonly scale: number;
  /** To the right and downwards, as shares of width and height. */
  readonly right: number;
  readonly down: number;
}

/**
 * The map [2, 3], row by row, from places of the result to places of the source, in units that run from -1 to 1 over each. The source's
 * centre comes to the middle of the result moved by the placement; at scale 1 its pixels keep their size.
 * @param result height and width of the result
 * @param source height and width of what is placed; those of the result unless given
 */
export function samplingOf(
  { angle, scale, right, down }: Placement,
  result: readonly [number, number],
  source: readonly [number, number] = result,
): number[] {
  const radians = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians) / scale, Math.sin(radians) / scale];
  const [height, width] = result;
  const [tall, wide] = source;
  // Turned in pixels: u' = u cos - v sin, v' = u sin + v cos, with v downwards.
  const [a, b] = [(cos * width) / wide, (-sin * height) / wide];
  const [c, d] = [(sin * width) / tall, (cos * height) / tall];
  const [x, y] = [2 * right, 2 * down];
  return [a, b, -(a * x + b * y), c, d, -(c * x + d * y)];
}
