/** @file What a waiting reader sees on stderr: the steps of the demo, counted, each with what it found. */

/** Says how far the step at work is. */
export type Update = (text: string) => void;

/** Runs a step and says what it found; `found` makes a few words of its result. */
export type RunStep = <T>(
  title: string,
  work: (update: Update) => Promise<T>,
  found: (result: T) => string,
) => Promise<T>;

/** Steps of which there will be `total`. */
export function countedSteps(total: number, stream: NodeJS.WriteStream = process.stderr): RunStep {
  let at = 0;
  const again = stream.isTTY ? '\r\x1b[K' : '';
  return async (title, work, found) => {
    at++;
    const start = `[${at}/${total}] ${title}`;
    stream.write(stream.isTTY ? `${start} …` : '');
    const result = await work((text) => {
      if (stream.isTTY) stream.write(`${again}${start} … ${text}`.slice(0, (stream.columns ?? 80) + again.length - 1));
    });
    stream.write(`${again}${start}: ${found(result)}\n`);
    return result;
  };
}
