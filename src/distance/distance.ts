/** @file What a perceptual distance is: an expression of two batches of pictures, with its convention said. */
import type { Tensor } from '../tensor/tensor.ts';

/** How a distance takes its pictures and what its number means. */
export interface DistanceConvention {
  /** What colours become first: `rgb` as it is, `luma` (and by which matrix), `lab` … */
  readonly colour: string;
  /** Down-sampling before anything else, padding at the borders, range of values inside. */
  readonly sampling: string;
  /** Whether a larger value means more alike (SSIM) or less (LPIPS). */
  readonly better: 'lower' | 'higher';
  /** Value of two equal pictures; undefined where it is infinite (PSNR). */
  readonly identity: number | undefined;
  /** Whether swapping the pictures changes nothing. */
  readonly symmetric: boolean;
  /** What is left out for grey pictures, where they do not have the value of their RGB form. */
  readonly grey?: string;
  /** Smallest height and width that it is defined for, in pixels. */
  readonly minimumSize: number;
}

/**
 * A distance between pictures. All functions take batches [N, C, H, W] of one shape, pixels in [0, 1], C = 3 or 1, and are
 * differentiable in both with finite gradients also where the pictures are equal.
 */
export interface Distance {
  /** As users ask for it: `ssim`, `ssim:downsampled`. */
  readonly name: string;
  readonly brief: string;
  /** Paper, and where this departs from it. */
  readonly source: string;
  readonly convention: DistanceConvention;
  /** The value that people quote, one per pair: [N]. */
  value(x: Tensor, y: Tensor): Tensor;
  /** What budgets bound and attacks keep small: 0 for equal pictures, growing with the difference, [N]. */
  distance(x: Tensor, y: Tensor): Tensor;
  /**
   * What attacks make small in place of a distance that has no slope, or one at a single pixel; the distance itself unless given. About
   * as large as the distance, since bounds hold it against the distance's limit while they search.
   */
  standIn?(x: Tensor, y: Tensor): Tensor;
  /** For a distance that counts changes: of what. */
  readonly counts?: 'values' | 'pixels';
  /** Where the pictures differ, [N, 1, H', W'], larger for more; absent where the metric has no places. */
  map?(x: Tensor, y: Tensor): Tensor;
}

/** Pictures or settings that a distance is not defined for. */
export class DistanceError extends Error {
  override readonly name = 'DistanceError';
}
