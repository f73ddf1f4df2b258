/** @file The error of a bridge that cannot be measured as asked. */

/** Options or pictures that do not fit: one sentence with what was expected. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
}
