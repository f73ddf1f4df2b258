/** @file The class that scores stand for. */

/** The first class of the largest score, or -1 where a score is not a number. */
export function topClass(scores: ArrayLike<number>): number {
  let top = 0;
  for (let k = 0; k < scores.length; k++) {
    if (Number.isNaN(scores[k]!)) return -1;
    if (scores[k]! > scores[top]!) top = k;
  }
  return top;
}
