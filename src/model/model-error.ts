/** @file The one error for models that cannot be used as asked. */

/** A model, its sidecar or its options do not fit together. The message says what was found and what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}
