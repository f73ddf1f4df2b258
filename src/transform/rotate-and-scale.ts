/** @file Random turning, scaling and moving (Athalye et al. 2018; Engstrom et al. 2019), by bilinear sampling. */
import { affineGrid, type GridPadding, gridSample } from '../tensor/ops/grid-sample.ts';
import { samplingOf } from './affine.ts';
import { drawFrom, type Range, rangeOf } from './range.ts';
import type { Transform } from './transform.ts';

/** Options of `rotateAndScale`. */
export interface RotateAndScaleOptions {
  /** Degrees, counter-clockwise as seen; 0 unless given. */
  readonly angle?: Range;
  /** Factor of the size; 1 unless given. */
  readonly scale?: Range;
  /** Largest move in each direction, as a share of width and height; 0 unless given. */
  readonly shift?: number;
  /** What is seen outside the picture: black, its edge or its mirror image; black unless given. */
  readonly outside?: GridPadding;
}

/**
 * Turns pictures of a size around their middle, scales and moves them.
 * @throws RangeError if a range is none
 */
export function rotateAndScale(
  { angle = 0, scale = 1, shift = 0, outside = 'zeros' }: RotateAndScaleOptions,
  size: readonly [height: number, width: number],
): Transform {
  const angles = rangeOf('rotateAndScale: angle', angle, -360, 360);
  const scales = rangeOf('rotateAndScale: scale', scale, 0.01, 100);
  rangeOf('rotateAndScale: shift', shift, 0, 1);
  return {
    key: `rotate ${angles} scale ${scales} shift ${shift} ${outside}`,
    data: { theta: { shape: [2, 3], dtype: 'float32' } },
    draw: (random) => ({
      theta:
        random === undefined
          ? [1, 0, 0, 0, 1, 0]
          : samplingOf(
              {
                angle: drawFrom(angles, random),
                scale: drawFrom(scales, random),
                right: drawFrom([-shift, shift], random),
                down: drawFrom([-shift, shift], random),
              },
              size,
            ),
    }),
    apply: (x, { theta }) => gridSample(x, affineGrid(theta!, size), { padding: outside }),
  };
}
