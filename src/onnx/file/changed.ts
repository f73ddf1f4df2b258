/** @file Messages with some fields changed. */

/** A message with some fields changed; the original stays. Unset fields live on a message's prototype, which a spread would lose. */
export function changed<M extends object>(message: M, fields: Partial<M>): M {
  return Object.assign(Object.create(Object.getPrototypeOf(message)) as M, message, fields);
}
