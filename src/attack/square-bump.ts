/** @file The shape of a change that the Square attack puts into a window in l2 and l1: two opposite halves, each heaviest at its centre. */

/**
 * Values of a window of side x side, row by row, of norm 1: the upper half rises, the lower half falls (Andriushchenko et al. 2020,
 * Algorithm 3 and figure 2; in l1 with a steeper fall from the centres, Croce and Hein 2021, appendix).
 */
export function squareBump(norm: 'l2' | 'l1', side: number): Float32Array {
  const upper = Math.floor(side / 2);
  const shape = Float64Array.from(hill(norm, upper, side));
  const falls = hill(norm, side - upper, side).map((value) => -value);
  const all = [...shape, ...falls];
  const size = lengthOf(norm, all);
  return Float32Array.from(all, (value) => value / size);
}

/**
 * A hill of norm 1 over a rectangle: at r steps from its centre, diagonal ones allowed, it is the sum of (k + 1)^-2 over the rings k
 * from r on; (k + 1)^-4 in l1.
 */
function hill(norm: 'l2' | 'l1', rows: number, columns: number): number[] {
  const [middle, centre] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  const power = norm === 'l2' ? 2 : 4;
  const heights = new Array<number>(Math.max(middle, centre) + 1);
  let height = 0;
  for (let ring = heights.length - 1; ring >= 0; ring--) {
    height += 1 / (ring + 1) ** power;
    heights[ring] = height;
  }
  const values: number[] = [];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) values.push(heights[Math.max(Math.abs(y - middle), Math.abs(x - centre))]!);
  const size = lengthOf(norm, values);
  return values.map((value) => value / size);
}

function lengthOf(norm: 'l2' | 'l1', values: readonly number[]): number {
  if (norm === 'l1') return values.reduce((sum, value) => sum + Math.abs(value), 0);
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
