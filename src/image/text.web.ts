/** @file Text in drawings, in the browser, which has fonts. */

const family = 'Roboto, "Helvetica Neue", Arial, sans-serif';

/** Width of a line of text in pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  context.font = `${bold ? 500 : 400} ${size}px ${family}`;
  return context.measureText(text).width;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** SVG of a line of text whose baseline starts at (x, y). */
export function svgText(
  text: string,
  x: number,
  y: number,
  size: number,
  { bold = false, fill = '#222222' } = {},
): string {
  const escaped = text.replace(/[&<>"]/g, (character) => escapes[character]!);
  return `<text x="${x}" y="${y}" font-family='${family}' font-size="${size}" font-weight="${bold ? 500 : 400}" fill="${fill}">${escaped}</text>`;
}
