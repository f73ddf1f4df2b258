/** @file Directions in pixels (gradients, normals, features) as pictures. */
import type { Picture } from '../image/image.ts';

/** A direction [C, H, W] as a picture: grey is 0, three deviations are black or white. */
export function directionPicture(
  v: Float32Array | Float64Array,
  [channels, height, width]: readonly [channels: number, height: number, width: number],
): Picture {
  let squares = 0;
  for (const x of v) squares += x * x;
  const spread = 3 * Math.sqrt(squares / v.length) || 1;
  const data = Float32Array.from(v, (x) => Math.min(1, Math.max(0, 0.5 + x / (2 * spread))));
  return { data, channels, height, width };
}
