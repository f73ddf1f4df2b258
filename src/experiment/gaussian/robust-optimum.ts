/**
 * @file The robust solution of the Gaussian model found by search, without the formula: the parameters that make the likelihood least bad when an
 * adversary moves every sample. It is what the formula is held against.
 */

/** Where the search ended: variances along the eigenvectors, and the multiplier of the budget. */
export interface RobustOptimum {
  readonly variances: Float64Array;
  readonly lambda: number;
}

/**
 * The least over r and lambda of  sum of 1/2 s / (r - 1 / lambda) + 1/2 log r  +  lambda eps² / 2: the dual of the adversary's problem, which
 * has no gap here. Each variable is found where a difference quotient of what is made least changes its sign.
 */
export function robustOptimum(variances: ArrayLike<number>, epsilon: number): RobustOptimum {
  // r = 1 / lambda + e^t is above its least allowed value for every t.
  const loss = (s: number, t: number, lambda: number) => s / (2 * Math.exp(t)) + Math.log(1 / lambda + Math.exp(t)) / 2;
  const best = (lambda: number) =>
    Array.from(variances, (s) => signChange((at) => slope((t) => loss(s, t, lambda), at)));
  // By the envelope theorem the t may be held while lambda varies.
  const atLambda = signChange((at) => {
    const held = best(Math.exp(at));
    return slope((u) => {
      const lambda = Math.exp(u);
      return held.reduce((sum, t, i) => sum + loss(variances[i]!, t, lambda), (lambda * epsilon * epsilon) / 2);
    }, at);
  });
  const lambda = Math.exp(atLambda);
  return { variances: Float64Array.from(best(lambda), (t) => 1 / lambda + Math.exp(t)), lambda };
}

/** The derivative by Richardson's extrapolation of central differences. */
function slope(f: (u: number) => number, at: number): number {
  const quotient = (h: number) => (f(at + h) - f(at - h)) / (2 * h);
  const [a, b, c] = [quotient(4e-2), quotient(2e-2), quotient(1e-2)];
  const [ab, bc] = [(4 * b - a) / 3, (4 * c - b) / 3];
  return (16 * bc - ab) / 15;
}

/** Where a function rises through 0. */
function signChange(f: (u: number) => number): number {
  let [low, high] = [-30, 30];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
