/** @file Text in drawings, in Node: glyph outlines of a font that comes with the package, since machines may have none. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype, { type Font } from 'opentype.js';

const fonts = new Map<string, Font>();

function fontOf(bold: boolean): Font {
  const name = bold ? 'Roboto-Medium' : 'Roboto-Regular';
  const known = fonts.get(name);
  if (known !== undefined) return known;
  const bytes = readFileSync(createRequire(import.meta.url).resolve(`roboto-fontface/fonts/roboto/${name}.woff`));
  const font = opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  fonts.set(name, font);
  return font;
}

/** Width of a line of text in pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  return fontOf(bold).getAdvanceWidth(text, size);
}

/** SVG of a line of text whose baseline starts at (x, y). */
export function svgText(
  text: string,
  x: number,
  y: number,
  size: number,
  { bold = false, fill = '#222222' } = {},
): string {
  return `<path fill="${fill}" d="${fontOf(bold).getPath(text, x, y, size).toPathData(2)}"/>`;
}
