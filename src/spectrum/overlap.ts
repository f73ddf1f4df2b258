/**
 * @file How often windows that move on by a stride cover each pixel (Odena, Dumoulin and Olah 2016): the checkerboard that the backward
 * pass of a strided layer draws, and the forward pass of a transposed convolution.
 */

/** How often windows along one axis cover each phase of it. */
export interface Overlap {
  /** Elements of a window that fall on phase i = 0 … stride - 1, counted from the window's first element. */
  readonly counts: readonly number[];
  /** Largest over smallest count; infinite where some phase is never covered. */
  readonly ratio: number;
  /** Whether all phases are covered equally often. */
  readonly even: boolean;
}

/**
 * Coverage along an axis: n(i) = ceil((k - i) / s) for an undilated kernel of k elements and a stride of s, so that the ratio is
 * ceil(k / s) / floor(k / s), and coverage is even where the stride divides the kernel. Dilated elements fall on multiples of the dilation.
 */
export function overlapOf(kernel: number, stride: number, dilation = 1): Overlap {
  const counts = new Array<number>(stride).fill(0);
  for (let tap = 0; tap < kernel; tap++) counts[(tap * dilation) % stride]!++;
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return { counts, ratio: most / least, even: most === least };
}

/** Largest over smallest coverage in the plane, where windows cover a pixel as often as the product of both axes says. */
export function planeRatio(overlaps: readonly Overlap[]): number {
  return overlaps.reduce((product, { ratio }) => product * ratio, 1);
}
