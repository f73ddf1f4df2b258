/** @file A row of pictures with titles over and captions under them, as one picture. */
import { encodePng, rasterize } from '#image-codec';
import { svgText, textWidth } from '#image-text';
import { base64 } from './base64.ts';
import { type Picture, toRgb } from './image.ts';
import { resizePicture } from './resize.ts';

/** A line under a panel: text, with a bar for a share of 1 where it has one. */
export interface Caption {
  readonly text: string;
  readonly share?: number;
  readonly highlight?: boolean;
}

/** A picture of a figure. */
export interface Panel {
  readonly title: string;
  readonly picture: Picture;
  readonly captions: readonly Caption[];
}

/** A figure: panels in a row, a heading over them and a note under them. */
export interface Figure {
  readonly panels: readonly Panel[];
  readonly heading?: string;
  readonly note?: string;
}

const margin = 20;
const gap = 16;
const titleSize = 15;
const captionSize = 13;
const lineHeight = 22;

/** The figure as PNG bytes. Small pictures are enlarged by whole factors, so that their pixels show. */
export async function figurePng(figure: Figure, text: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  const { pictures, ...around } = layOut(figure);
  const page = await rasterize(svgOf(around));
  const data = page.data.slice();
  for (const { picture, left, top } of pictures) paste(data, page, picture, left, top);
  return encodePng({ ...page, data }, text);
}

/** The figure as an SVG document that holds its pictures as PNG. */
export async function figureSvg(figure: Figure): Promise<string> {
  const { pictures, drawing, ...size } = layOut(figure);
  const images = await Promise.all(
    pictures.map(async ({ picture, left, top }) => {
      const { width, height } = picture;
      const png = base64(await encodePng(picture));
      return `<image x="${left}" y="${top}" width="${width}" height="${height}" href="data:image/png;base64,${png}"/>`;
    }),
  );
  return svgOf({ ...size, drawing: `${drawing}${images.join('')}` });
}

/** All but the pictures as SVG markup, and where these belong. */
interface Layout {
  readonly width: number;
  readonly height: number;
  readonly drawing: string;
  readonly pictures: readonly { readonly picture: Picture; readonly left: number; readonly top: number }[];
}

function svgOf({ width, height, drawing }: Omit<Layout, 'pictures'>): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="#ffffff"/>${drawing}</svg>`;
}

function layOut({ panels, heading, note }: Figure): Layout {
  const shown = panels.map((panel) => ({ ...panel, picture: enlarge(toRgb(panel.picture)) }));
  const side = Math.max(...shown.map(({ picture }) => picture.width));
  const tallest = Math.max(...shown.map(({ picture }) => picture.height));
  const lines = Math.max(0, ...shown.map(({ captions }) => captions.length));
  const top = margin + (heading === undefined ? 0 : 30);
  const width = 2 * margin + panels.length * side + (panels.length - 1) * gap;
  const height = top + 26 + tallest + 12 + lines * lineHeight + (note === undefined ? 0 : 26) + margin;
  const left = (i: number) => margin + i * (side + gap);

  const drawing = [
    heading === undefined
      ? ''
      : svgText(fit(heading, width - 2 * margin, 18, true), margin, margin + 14, 18, { bold: true }),
    ...shown.flatMap(({ title, picture, captions }, i) => [
      svgText(fit(title, side, titleSize, true), left(i), top + 14, titleSize, { bold: true }),
      ...captions.map((caption, line) =>
        captionSvg(caption, left(i), top + 26 + tallest + 12 + line * lineHeight, picture.width),
      ),
    ]),
    note === undefined
      ? ''
      : svgText(fit(note, width - 2 * margin, captionSize), margin, height - margin, captionSize, { fill: '#666666' }),
  ];
  return {
    width,
    height,
    drawing: drawing.join(''),
    pictures: shown.map(({ picture }, i) => ({ picture, left: left(i), top: top + 26 })),
  };
}

function captionSvg({ text, share, highlight = false }: Caption, x: number, y: number, width: number): string {
  const fill = highlight ? '#c2410c' : '#222222';
  if (share === undefined) return svgText(fit(text, width, captionSize), x, y + 14, captionSize, { fill });
  const percent = `${(100 * share).toFixed(1)} %`;
  const room = width - textWidth(percent, captionSize) - 8;
  const bar = `<rect x="${x}" y="${y}" width="${width}" height="${lineHeight - 3}" rx="3" fill="#f3f4f6"/><rect x="${x}" y="${y}" width="${(width * Math.min(1, share)).toFixed(1)}" height="${lineHeight - 3}" rx="3" fill="${highlight ? '#fed7aa' : '#dbeafe'}"/>`;
  const label = svgText(fit(text, room - 8, captionSize), x + 5, y + 14, captionSize, { fill });
  return `${bar}${label}${svgText(percent, x + width - textWidth(percent, captionSize) - 5, y + 14, captionSize, { fill })}`;
}

/** Text shortened with an ellipsis to a width. */
export function fit(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  let shorter = text;
  while (shorter.length > 1 && textWidth(`${shorter}…`, size, bold) > width) shorter = shorter.slice(0, -1);
  return `${shorter}…`;
}

function enlarge(picture: Picture): Picture {
  const factor = Math.max(1, Math.floor(256 / Math.max(picture.width, picture.height)));
  return factor === 1
    ? picture
    : resizePicture(picture, picture.width * factor, picture.height * factor, { mode: 'nearest' });
}

/** Puts a picture onto an RGB page's data at a place. */
export function paste(data: Float32Array, page: Picture, picture: Picture, left: number, top: number): void {
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < picture.height; y++) {
      const row = picture.data.subarray(
        (c * picture.height + y) * picture.width,
        (c * picture.height + y + 1) * picture.width,
      );
      data.set(row, (c * page.height + top + y) * page.width + left);
    }
  }
}
