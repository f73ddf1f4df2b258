/** @file Times of functions taken in turns, so that what else the machine does strikes all of them alike. */

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Runs of one function before the next has its turn; the threads of an idle session keep spinning for a while. */
const block = 8;

/** Milliseconds of processor time that this process has taken: what others do on the machine does not count. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of each function by a clock: the median over turns of several runs each, of which the first do not count. */
export async function timeInTurns(
  functions: readonly (() => Promise<unknown>)[],
  budgetMs = 3000,
  clock: () => number = () => performance.now(),
): Promise<number[]> {
  const times: number[][] = functions.map(() => []);
  for (const f of functions) await f();
  const end = performance.now() + budgetMs;
  for (let turn = 0; turn < 2 || performance.now() < end; turn++) {
    for (const [i, f] of functions.entries()) {
      for (let run = 0; run < block; run++) {
        const start = clock();
        await f();
        if (run >= 2) times[i]!.push(clock() - start);
      }
    }
  }
  return times.map(median);
}
