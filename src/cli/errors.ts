/** @file Which errors are a user's to mend, and the exit code of each. */

/** Words on the command line that cannot be followed. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** Exit codes, as the README lists them. */
export const exitCodes = { ok: 0, below: 1, usage: 2, unsupported: 3, internal: 70, interrupted: 130 } as const;

const mendable = new Set([
  'CliError',
  'ModelError',
  'ModelFileError',
  'ImageError',
  'DataError',
  'DistanceError',
  'ExperimentError',
  'AttackError',
  'BridgeError',
  'ImportError',
  'DeviceError',
  'TrainingError',
  'VisualizeError',
  'PriorError',
  'SpectrumError',
  'NoGradientError',
]);

/** Whether the message alone tells the user what to do. */
export function isMendable(error: unknown): error is Error {
  return error instanceof Error && mendable.has(error.name);
}

/** The exit code of an error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return exitCodes.internal;
  if (error.name === 'AbortError') return exitCodes.interrupted;
  if (error.name === 'NoGradientError' || error.name === 'ImportError') return exitCodes.unsupported;
  return isMendable(error) ? exitCodes.usage : exitCodes.internal;
}

/** What is printed for an error: one sentence for a user's mistake, the stack for one of ours. */
export function messageOf(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'pareidolia: stopped.';
  if (isMendable(error)) return `pareidolia: ${error.message}`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `pareidolia: an error of the program itself; please report it.\n${stack}`;
}
