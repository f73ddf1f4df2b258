/** @file How the learning rate runs over training. */

/** A schedule; `peak` is the learning rate that it scales. */
export type Schedule =
  | { readonly kind: 'constant' }
  /** Half a cosine from the peak to zero, after a linear rise over the share `warmup` of the steps. */
  | { readonly kind: 'cosine'; readonly warmup?: number }
  /** A straight rise to the peak at the share `peakAt` and a straight fall to zero. */
  | { readonly kind: 'one-cycle'; readonly peakAt?: number }
  /** Times `factor` at each of the shares `at`. */
  | { readonly kind: 'steps'; readonly at: readonly number[]; readonly factor?: number };

/** Factor of the learning rate at a step (from 0) of `total`. */
export function scheduleFactor(schedule: Schedule, step: number, total: number): number {
  const t = total <= 1 ? 0 : step / total;
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'cosine': {
      const { warmup = 0 } = schedule;
      if (t < warmup) return (step + 1) / (warmup * total + 1);
      return 0.5 * (1 + Math.cos((Math.PI * (t - warmup)) / (1 - warmup)));
    }
    case 'one-cycle': {
      const { peakAt = 0.25 } = schedule;
      return t < peakAt ? (step + 1) / (peakAt * total + 1) : (1 - t) / (1 - peakAt);
    }
    case 'steps': {
      const { at, factor = 0.1 } = schedule;
      return factor ** at.filter((share) => t >= share).length;
    }
  }
}
