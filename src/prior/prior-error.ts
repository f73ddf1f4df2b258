/** @file What priors throw. */

/** A prior that cannot be used as asked. The message says what was expected. */
export class PriorError extends Error {
  override readonly name = 'PriorError';
}
