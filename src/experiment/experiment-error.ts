/** @file The error of experiments. */

/** An experiment that cannot run as asked. The message says what was expected. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
}
