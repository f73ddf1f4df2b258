/** @file A table whose numbers are bars: rows down, measurements across, each on a scale of its own. SVG with text as outlines, and PNG. */
import { encodePng, rasterize } from '#image-codec';
import { svgText, textWidth } from '#image-text';
import { fit } from '../image/figure.ts';

/** A bar with its number beside it; undefined where there is none. */
export interface FigureBar {
  /** Length on the column's scale. */
  readonly value: number;
  readonly text: string;
  /** A bar that is not to be taken at its word is drawn as an outline. */
  readonly hollow?: boolean;
}

/** A measurement of all rows. */
export interface BarColumn {
  readonly title: string;
  /** The scale runs from 0 to this. */
  readonly to: number;
  /** A value that bars are to be held against, drawn as a line. */
  readonly mark?: number;
  /** By row. */
  readonly bars: readonly (FigureBar | undefined)[];
}

/** What the figure shows. */
export interface BarFigure {
  readonly heading: string;
  readonly rows: readonly string[];
  readonly columns: readonly BarColumn[];
  readonly notes?: readonly string[];
}

const [margin, top, rowHeight, thickness, column, gap] = [20, 84, 28, 14, 150, 62];
const [ink, soft, fill] = ['#222222', '#666666', '#0072b2'];

/** The figure as an SVG document. */
export function barFigureSvg({ heading, rows, columns, notes = [] }: BarFigure): string {
  const first = margin + Math.ceil(Math.max(0, ...rows.map((row) => textWidth(row, 13)))) + 20;
  const words = Math.max(textWidth(heading, 18, true), ...notes.map((note) => textWidth(note, 12)));
  const width = Math.max(first + columns.length * (column + gap), Math.min(1100, Math.ceil(words) + 2 * margin));
  const bottom = top + rows.length * rowHeight;
  const height = bottom + 24 + 18 * notes.length + margin;
  const middle = (row: number) => top + (row + 0.5) * rowHeight;
  const drawn = columns.map(({ title, to, mark, bars }, c) => {
    const left = first + c * (column + gap);
    const length = (value: number) => (column * Math.min(1, Math.max(0, value / to))).toFixed(1);
    const shapes = bars.map((bar, row) => {
      if (bar === undefined) return svgText('–', left, middle(row) + 4, 13, { fill: soft });
      const look = bar.hollow === true ? `fill="#ffffff" stroke="${fill}"` : `fill="${fill}" stroke="${fill}"`;
      const [own, marked] = [Number(length(bar.value)), mark === undefined ? 0 : Number(length(mark))];
      // A number that the mark would cross stands behind it.
      const isCrossed = marked >= own && marked < own + 8 + textWidth(bar.text, 12);
      const end = left + (isCrossed ? marked : own) + 6;
      return `<rect x="${left}" y="${middle(row) - thickness / 2}" width="${length(bar.value)}" height="${thickness}" ${look}/>${svgText(bar.text, end, middle(row) + 4, 12, { fill: ink })}`;
    });
    const line =
      mark === undefined
        ? ''
        : `<path d="M${left + Number(length(mark))} ${top - 2}V${bottom}" stroke="${ink}" stroke-dasharray="2 3"/>`;
    return [
      svgText(fit(title, column + gap - 8, 13, true), left, top - 14, 13, { bold: true }),
      `<path d="M${left} ${top - 2}V${bottom}" stroke="${soft}"/>`,
      ...shapes,
      line,
    ].join('');
  });
  const names = rows.map((row, r) => svgText(row, margin, middle(r) + 4, 13, { fill: ink }));
  const said = notes.map((note, n) =>
    svgText(fit(note, width - 2 * margin, 12), margin, bottom + 26 + 18 * n, 12, { fill: soft }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="#ffffff"/>
${svgText(fit(heading, width - 2 * margin, 18, true), margin, margin + 16, 18, { bold: true })}
${names.join('')}
${drawn.join('\n')}
${said.join('')}</svg>
`;
}

/** The figure as PNG bytes. */
export async function barFigurePng(figure: BarFigure): Promise<Uint8Array> {
  return encodePng(await rasterize(barFigureSvg(figure)));
}
