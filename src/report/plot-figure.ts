/** @file Drawings of lines side by side over one legend, as an SVG file: text as outlines, for machines without fonts. */
import { svgText, textWidth } from '#image-text';
import { fit } from '../image/figure.ts';
import { outlinedMarkup } from './drawing-markup.ts';
import { Html, html } from './html.ts';
import { type Frame, inset, keyOf, keySize, type Plotted, type PlottedLine, plot, titleOffset } from './plot.ts';

/** A name of the legend. */
export interface Key extends Omit<PlottedLine, 'points'> {
  readonly name: string;
}

/** Drawings in a row. */
export interface PlotFigure {
  /** What a reader who does not see it should know; the heading unless given. */
  readonly alt?: string;
  readonly heading?: string;
  readonly panels: readonly { readonly title?: string; readonly plotted: Plotted }[];
  /** Between the axes of each, in pixels. */
  readonly size: { readonly width: number; readonly height: number };
  readonly keys: readonly Key[];
  /** What the grey band is. */
  readonly bandName?: string;
  readonly notes?: readonly string[];
}

const colours = { ink: '#222222', soft: '#666666', grid: '#dddddd' };
const [margin, gap, keyHeight, noteHeight] = [20, 24, 24, 18];

/** The figure as an SVG document. */
export async function plotFigureSvg(figure: PlotFigure): Promise<string> {
  const { heading = '', panels, size, keys, bandName, notes = [], alt = heading } = figure;
  const frame: Frame = { ...size, fontSize: 13, colours };
  const column = inset.left + size.width + inset.right;
  const row = panels.length * (column + gap) - gap;
  const words = Math.max(textWidth(heading, 18, true), ...notes.map((note) => textWidth(note, 12)));
  const inner = Math.ceil(Math.max(row, Math.min(800, words)));

  let y = margin;
  const parts: Html[] = [];
  if (heading !== '') parts.push(line(fit(heading, inner, 18, true), margin, y + 16, 18, true));
  if (heading !== '') y += 38;
  const titled = panels.some(({ title }) => title !== undefined);
  for (const [p, { title, plotted }] of panels.entries()) {
    const x = margin + p * (column + gap);
    if (title !== undefined) {
      const left = inset.left - titleOffset;
      parts.push(line(fit(title, column - left, 15, true), x + left, y + 12, 15, true));
    }
    const drawn = outlinedMarkup(await plot(plotted, frame));
    parts.push(html`<g transform="translate(${x} ${y + (titled ? 24 : 0)})">${drawn}</g>
`);
  }
  y += (titled ? 24 : 0) + inset.top + size.height + inset.bottom + 14;

  const drawings = await Promise.all(
    keys.map(async (key) => ({ name: key.name, drawing: outlinedMarkup(await keyOf(key)) })),
  );
  const band = html`<rect width="${keySize.width}" height="${keySize.height}" fill="${colours.ink}" fill-opacity="0.12"/>`;
  const all = bandName === undefined ? drawings : [...drawings, { name: bandName, drawing: band }];
  let x = margin;
  for (const { name, drawing } of all) {
    const width = keySize.width + 8 + textWidth(name, 13) + 24;
    if (x > margin && x + width > margin + inner + 24) [x, y] = [margin, y + keyHeight];
    parts.push(html`<g transform="translate(${Math.round(x)} ${y})">${drawing}</g>`);
    parts.push(line(fit(name, inner - keySize.width, 13), Math.round(x) + keySize.width + 8, y + 12, 13));
    x += width;
  }
  y += keyHeight;
  for (const [n, note] of notes.entries())
    parts.push(line(fit(note, inner, 12), margin, y + 14 + n * noteHeight, 12, false, colours.soft));
  const [width, height] = [inner + 2 * margin, y + notes.length * noteHeight + margin];
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${alt}"><rect width="100%" height="100%" fill="#ffffff"/>
${parts}</svg>
`.markup;
}

function line(text: string, x: number, y: number, size: number, bold = false, fill = colours.ink): Html {
  return Html.of([svgText(text, x, y, size, { bold, fill })], []);
}
