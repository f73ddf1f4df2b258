/** @file Search without gradients, in ask and tell form: the optimiser proposes points, is told their values, and proposes better ones. */

/** An optimiser that needs values alone. Values are raised. */
export interface AskTell {
  readonly name: string;
  /** The next points to look at, as many as it wants. */
  ask(): Float64Array[];
  /** Their values, in the same order. NaN counts as worst. */
  tell(values: readonly number[]): void;
}

/** Places of values from the largest to the smallest; NaN last, equal ones in their order. */
export function ranking(values: readonly number[]): number[] {
  const worth = (i: number) => (Number.isNaN(values[i]!) ? Number.NEGATIVE_INFINITY : values[i]!);
  return Array.from(values.keys()).sort((a, b) => worth(b) - worth(a) || a - b);
}

/** The best point of a search, with its value. */
export interface BestPoint {
  /** Undefined where every value was NaN. */
  readonly z: Float64Array | undefined;
  readonly value: number;
  readonly evaluations: number;
  /** The best value after every round. */
  readonly path: readonly number[];
}

/** Runs an optimiser until a number of evaluations is used up. @throws the signal's reason when aborted */
export async function runAskTell(
  optimizer: AskTell,
  valuesOf: (points: readonly Float64Array[]) => Promise<readonly number[]> | readonly number[],
  evaluations: number,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, best: number) => void } = {},
): Promise<BestPoint> {
  let best: { z: Float64Array; value: number } | undefined;
  const path: number[] = [];
  let done = 0;
  while (done < evaluations) {
    options.signal?.throwIfAborted();
    const points = optimizer.ask();
    const values = await valuesOf(points);
    optimizer.tell(values);
    done += points.length;
    for (const [i, value] of values.entries())
      if (!Number.isNaN(value) && (best === undefined || value > best.value)) best = { z: points[i]!.slice(), value };
    path.push(best?.value ?? Number.NaN);
    options.onProgress?.(done, best?.value ?? Number.NaN);
  }
  return { z: best?.z, value: best?.value ?? Number.NaN, evaluations: done, path };
}
