/** @file Where drawings are put together, in Node, which has no page of its own. */
import { parseHTML } from 'linkedom';

/** A document that makes elements and shows nothing. */
export function drawingDocument(): Document {
  return parseHTML('<!doctype html><html><body></body></html>').document;
}
