/** @file The functions of the discrete cosine transform (DCT-II, orthonormal). */

/** Values of one frequency along n places, of norm 1 in l2. */
export function cosines(frequency: number, n: number): Float64Array {
  const height = Math.sqrt((frequency === 0 ? 1 : 2) / n);
  return Float64Array.from({ length: n }, (_, i) => height * Math.cos((Math.PI * (2 * i + 1) * frequency) / (2 * n)));
}
