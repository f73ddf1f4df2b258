/** @file Where drawings are put together, in the browser: its own elements, in a document of their own. */

/**
 * A document that makes elements and shows nothing.
 * @throws in a worker, which has none
 */
export function drawingDocument(): Document {
  if (typeof document === 'undefined')
    throw new Error(
      'Charts are drawn with a page’s elements, and a worker has none: send the numbers to the page and draw there.',
    );
  return document.implementation.createHTMLDocument();
}
