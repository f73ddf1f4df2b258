/** @file What a training says when it cannot begin or go on. */

/** A training that cannot be done as asked, or whose loss is no longer a number. The message says the way out. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}
