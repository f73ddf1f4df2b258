/** @file What Ctrl-C does: the first asks the command to stop cleanly, another one later ends the process at once. */

/** The part of `process` that signals come through. */
export interface SignalSource {
  on(event: 'SIGINT', listener: () => void): unknown;
}

/**
 * How close two signals count as one. A terminal signals the whole group and npm passes the signal on besides, so one
 * press of a key may come twice.
 */
const samePressMs = 300;

/**
 * Calls `stop` at the first interruption and `quit` at a later one. The listener stays for good: without one the system
 * would kill the process, in the middle of whatever it cleans up.
 */
export function onInterrupt(
  source: SignalSource,
  { stop, quit, now = () => performance.now() }: { stop(): void; quit(): void; now?: () => number },
): void {
  let first: number | undefined;
  source.on('SIGINT', () => {
    if (first === undefined) {
      first = now();
      stop();
    } else if (now() - first > samePressMs) quit();
  });
}
