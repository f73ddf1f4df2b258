/** @file A contact sheet: rows of small pictures with a title before each, as one picture. */
import { encodePng, rasterize } from '#image-codec';
import { svgText, textWidth } from '#image-text';
import { fit, paste } from './figure.ts';
import { type Picture, toRgb } from './image.ts';
import { resizePicture } from './resize.ts';

/** A row of a sheet. */
export interface SheetRow {
  readonly title: string;
  /** A second line under the title. */
  readonly note?: string;
  readonly pictures: readonly Picture[];
}

/** A sheet: rows under each other, in as many columns as asked. */
export interface Sheet {
  readonly rows: readonly SheetRow[];
  readonly heading?: string;
  /** Rows stand in this many columns (1), filled one after another. */
  readonly columns?: number;
  /** Side of the square that each picture is fitted into, in pixels (64). */
  readonly side?: number;
}

const margin = 20;
const gap = 4;
const between = 28;
const titleGap = 12;
/** Least height of a row, which its title and note need. */
const twoLines = 36;
const [titleSize, noteSize, headingSize] = [14, 12, 18];

/** The sheet as PNG bytes. Small pictures are enlarged by whole factors, so that their pixels show; large ones are shrunk. */
export async function sheetPng(
  { rows, heading, columns = 1, side = 64 }: Sheet,
  text: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const shown = rows.map((row) => ({ ...row, pictures: row.pictures.map((each) => fitted(toRgb(each), side)) }));
  const sides = shown.flatMap(({ pictures }) => pictures.flatMap(({ width, height }) => [width, height]));
  const cell = sides.reduce((a, b) => Math.max(a, b), twoLines);
  const widths = rows.map(({ title, note = '' }) =>
    Math.max(textWidth(title, titleSize, true), textWidth(note, noteSize)),
  );
  const titleWidth = Math.min(
    180,
    widths.reduce((a, b) => Math.max(a, Math.ceil(b)), 0),
  );
  const most = rows.reduce((a, { pictures }) => Math.max(a, pictures.length), 1);
  const columnWidth = titleWidth + titleGap + most * (cell + gap) - gap;
  const perColumn = Math.ceil(rows.length / columns);
  const top = margin + (heading === undefined ? 0 : 32);
  const headingWidth = Math.min(600, Math.ceil(textWidth(heading ?? '', headingSize, true)));
  const width = 2 * margin + Math.max(headingWidth, columns * columnWidth + (columns - 1) * between);
  const height = top + perColumn * (cell + gap) - gap + margin;
  const placed = shown.map((row, i) => ({
    ...row,
    x: margin + Math.floor(i / perColumn) * (columnWidth + between),
    y: top + (i % perColumn) * (cell + gap),
  }));
  const drawing = [
    ...(heading === undefined
      ? []
      : [
          svgText(fit(heading, width - 2 * margin, headingSize, true), margin, margin + 14, headingSize, {
            bold: true,
          }),
        ]),
    ...placed.flatMap(({ title, note, x, y }) => {
      const middle = y + cell / 2;
      const bold = { bold: true };
      if (note === undefined) return [svgText(fit(title, titleWidth, titleSize, true), x, middle + 5, titleSize, bold)];
      return [
        svgText(fit(title, titleWidth, titleSize, true), x, middle - 3, titleSize, bold),
        svgText(fit(note, titleWidth, noteSize), x, middle + 14, noteSize, { fill: '#666666' }),
      ];
    }),
  ];
  const page = await rasterize(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#ffffff"/>${drawing.join('')}</svg>`,
  );
  const data = page.data.slice();
  for (const { pictures, x, y } of placed) {
    for (const [i, picture] of pictures.entries()) {
      const left = x + titleWidth + titleGap + i * (cell + gap) + Math.floor((cell - picture.width) / 2);
      paste(data, page, picture, left, y + Math.floor((cell - picture.height) / 2));
    }
  }
  return encodePng({ ...page, data }, text);
}

/** A picture enlarged by the largest whole factor that fits into the square, or shrunk into it. */
function fitted(picture: Picture, side: number): Picture {
  const longer = Math.max(picture.width, picture.height);
  if (longer > side) {
    const [width, height] = [picture.width, picture.height].map((n) => Math.max(1, Math.round((n * side) / longer)));
    return resizePicture(picture, width!, height!);
  }
  const factor = Math.floor(side / longer);
  return resizePicture(picture, picture.width * factor, picture.height * factor, { mode: 'nearest' });
}
