/**
 * @file Adam (Kingma and Ba 2015, Algorithm 1) on the host: the memory of one vector, for attacks whose logic is not a graph. It leaves
 * the step size to the attack, which may change it at each step.
 */

/** Decays of Adam's two means, and what is added to the root. */
export interface AdamOptions {
  /** 0.9 unless given. */
  readonly beta1?: number;
  /** 0.999 unless given. */
  readonly beta2?: number;
  /** 1e-8 unless given. */
  readonly eps?: number;
}

/** Adam's memory of a vector. */
export interface Adam {
  /** The step for a gradient, of size about 1 where its sign is steady: subtract it, times the step size, to descend. A new vector. */
  next(gradient: Float32Array): Float32Array;
  /** What the mean was divided by for the last step, the diagonal of Adam's metric: the root of the mean square, and eps. */
  readonly metric: Float32Array;
}

/** A memory of `length` values before its first step. */
export function adam(length: number, { beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }: AdamOptions = {}): Adam {
  const mean = new Float64Array(length);
  const square = new Float64Array(length);
  const metric = new Float32Array(length);
  // Powers of the decays, which correct the means for their start at 0.
  let [power1, power2] = [1, 1];
  return {
    metric,
    next(gradient) {
      power1 *= beta1;
      power2 *= beta2;
      return Float32Array.from(gradient, (g, i) => {
        mean[i] = beta1 * mean[i]! + (1 - beta1) * g;
        square[i] = beta2 * square[i]! + (1 - beta2) * g * g;
        const root = Math.sqrt(square[i]! / (1 - power2)) + eps;
        metric[i] = root;
        return mean[i]! / (1 - power1) / root;
      });
    },
  };
}
