/** @file How two numbers of the same things go together. */

/** Pearson's correlation of pairs; NaN where all have the same in either place. */
export function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (k: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length;
  const [mx, my] = [mean(0), mean(1)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [x, y] of pairs) {
    xy += (x - mx) * (y - my);
    xx += (x - mx) ** 2;
    yy += (y - my) ** 2;
  }
  // Sums of floats seldom give 0 itself.
  const same = (k: 0 | 1) => pairs.every((pair) => pair[k] === pairs[0]![k]);
  return same(0) || same(1) ? Number.NaN : xy / Math.sqrt(xx * yy);
}
