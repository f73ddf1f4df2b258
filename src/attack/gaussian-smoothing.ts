/** @file Smoothing of a gradient by a Gaussian window, which makes it that of many moved copies of the picture (Dong et al. 2019). */

/**
 * The window of the paper's code: the normal density at `size` places from -3 to 3 deviations, with sum 1. An odd size has a middle.
 * The paper's kernel is the product of two such windows.
 */
export function gaussianWindow(size: number): Float64Array {
  const radius = (size - 1) / 2;
  const density = Float64Array.from({ length: size }, (_, i) =>
    radius === 0 ? 1 : Math.exp(-0.5 * ((3 * (i - radius)) / radius) ** 2),
  );
  const total = density.reduce((sum, value) => sum + value);
  return density.map((value) => value / total);
}

/** Values [C, H, W] smoothed along height and width, each channel for itself, with zeros outside. A new array. */
export function smoothed(
  values: Float64Array,
  [channels, height, width]: readonly [number, number, number],
  window: Float64Array,
): Float64Array {
  const area = height * width;
  const result = new Float64Array(values.length);
  for (let c = 0; c < channels; c++) {
    const rows = convolved(values.subarray(c * area, (c + 1) * area), height, width, window);
    result.set(transposed(convolved(transposed(rows, height, width), width, height, window), width, height), c * area);
  }
  return result;
}

/** Each row of a plane convolved. */
function convolved(plane: Float64Array, height: number, width: number, window: Float64Array): Float64Array {
  const radius = (window.length - 1) / 2;
  const result = new Float64Array(plane.length);
  for (let row = 0; row < height; row++) {
    for (let k = -radius; k <= radius; k++) {
      const weight = window[k + radius]!;
      const [first, last] = [Math.max(0, -k), Math.min(width, width - k)];
      for (let i = first; i < last; i++) result[row * width + i]! += weight * plane[row * width + i + k]!;
    }
  }
  return result;
}

function transposed(plane: Float64Array, height: number, width: number): Float64Array {
  const result = new Float64Array(plane.length);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) result[column * height + row] = plane[row * width + column]!;
  return result;
}
