/** @file Probabilities of one picture's class scores on the host, for attacks that see nothing but scores. */

/** log p of a class, the softmax's logarithm, in float64; scores [K] are logits up to a constant. */
export function logProbability(scores: Float32Array, k: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const z of scores) largest = Math.max(largest, z);
  let total = 0;
  for (const z of scores) total += Math.exp(z - largest);
  return scores[k]! - largest - Math.log(total);
}
