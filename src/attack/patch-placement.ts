/** @file Where a patch lies in pictures: random placements, and the pictures with the patch in them as expressions. */
import type { RandomStream } from '../random/random-stream.ts';
import { add, mul, sub } from '../tensor/ops/arithmetic.ts';
import { concat } from '../tensor/ops/concat.ts';
import { expand } from '../tensor/ops/expand.ts';
import { affineGrid, gridSample } from '../tensor/ops/grid-sample.ts';
import { slice } from '../tensor/ops/slice.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Placement, samplingOf } from '../transform/affine.ts';
import { drawFrom } from '../transform/range.ts';

/** Outlines of patches. */
export type PatchShape = 'circle' | 'square';

/** How far a patch may be turned and how large it may be. */
export interface PatchRanges {
  /** Degrees. */
  readonly angle: readonly [number, number];
  /** Side of the patch over the shorter side of the picture. */
  readonly scale: readonly [number, number];
}

/** 1 inside a patch of a side of `side` pixels, 0 outside, with an edge of one pixel between, [side, side]. */
export function patchMask(shape: PatchShape, side: number): Float32Array {
  if (shape === 'square') return new Float32Array(side * side).fill(1);
  const middle = (side - 1) / 2;
  return Float32Array.from({ length: side * side }, (_, at) => {
    const r = Math.hypot((at % side) - middle, Math.floor(at / side) - middle);
    return Math.min(1, Math.max(0, side / 2 - r + 0.5));
  });
}

/**
 * A random turn, size and place. The patch lies inside the picture, or in its middle along an axis that it is too large for.
 * @param size height and width of the picture
 */
export function drawPlacement(
  { angle, scale }: PatchRanges,
  shape: PatchShape,
  [height, width]: readonly [number, number],
  random: RandomStream,
): Placement {
  const turned = drawFrom(angle, random);
  const share = drawFrom(scale, random);
  const radians = (turned * Math.PI) / 180;
  // A turned square reaches further out than a circle.
  const reach = shape === 'circle' ? 1 : Math.abs(Math.cos(radians)) + Math.abs(Math.sin(radians));
  const extent = share * Math.min(height, width) * reach;
  const along = (length: number) => {
    const room = Math.max(0, length - extent) / (2 * length);
    return drawFrom([-room, room], random);
  };
  return { angle: turned, scale: share, right: along(width), down: along(height) };
}

/** What `composed` is fed for a placement, [2, 3]: where in the patch each place of the picture lies. */
export function thetaOf(placement: Placement, size: readonly [number, number], side: number): number[] {
  const scale = (placement.scale * Math.min(...size)) / side;
  return samplingOf({ ...placement, scale }, size, [side, side]);
}

/**
 * Pictures with a patch in them.
 * @param x [N, C, H, W]
 * @param patch [N or 1, C, side, side]
 * @param mask [1, 1, side, side]
 * @param theta [N, 2, 3]
 */
export function composed(x: Tensor, patch: Tensor, mask: Tensor, theta: Tensor): Tensor {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const side = patch.shape[2]!;
  // The patch is sampled as it is seen, its outline with it, so that its edge mixes with the picture and not with black.
  const seen = concat([mul(expand(patch, [n, c, side, side]), mask), expand(mask, [n, 1, side, side])], 1);
  const placed = gridSample(seen, affineGrid(theta, [height, width]));
  const part = (from: number, to: number) => slice(placed, { axes: [1], starts: [from], ends: [to] });
  return add(mul(x, sub(1, part(c, c + 1))), part(0, c));
}
