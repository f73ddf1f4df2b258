/**
 * @file Maps of frequencies side by side, the mean in their middle, under one colour scale: SVG with text as outlines, and the same as PNG.
 * Drawn by hand, since a plotting library's colour scale needs a canvas, which Node has not.
 */
import { encodePng, rasterize } from '#image-codec';
import { svgText, textWidth } from '#image-text';
import { fit } from '../image/figure.ts';
import { colourOf } from '../image/heat-map.ts';
import { bands } from './band.ts';
import type { WaveGrid } from './wave-grid.ts';

/** A map of a figure. */
export interface MapPanel {
  readonly title: string;
  readonly grid: WaveGrid;
  /** Numbers at grid.down[row], grid.across[column]. */
  readonly numbers: readonly (readonly number[])[];
  /** A line under the map. */
  readonly caption?: string;
}

/** Maps in a row. */
export interface MapFigure {
  readonly panels: readonly MapPanel[];
  readonly heading: string;
  /** What the numbers are, beside the colour scale, and its ends; numbers beyond them have the colour of the end. */
  readonly scale: { readonly title: string; readonly from: number; readonly to: number };
  /** Lines under all maps. */
  readonly notes?: readonly string[];
}

const [margin, between, top, axis] = [20, 56, 92, 46];
/** A map's side at least; cells are whole pixels. */
const leastSide = 330;
const barWidth = 16;

/** The figure as an SVG document. */
export function mapFigureSvg({ panels, heading, scale, notes = [] }: MapFigure): string {
  const sides = panels.map(({ grid }) => sideOf(grid));
  const tallest = Math.max(...sides.map(({ height }) => height));
  const lefts = sides.map((_, p) => margin + axis + sides.slice(0, p).reduce((x, { width }) => x + width + between, 0));
  const barLeft = lefts.at(-1)! + sides.at(-1)!.width + 30;
  const maps = barLeft + barWidth + 20 + Math.max(60, Math.ceil(textWidth(scale.title, 13)));
  // A single map is narrower than what is said of it.
  const words = Math.max(textWidth(heading, 18, true), ...notes.map((note) => textWidth(note, 12)));
  const width = Math.max(maps, Math.min(800, Math.ceil(words) + 2 * margin));
  const captioned = panels.some(({ caption }) => caption !== undefined);
  const height = top + tallest + 46 + (captioned ? 22 : 0) + 18 * notes.length + margin;
  const drawn = panels.map((panel, p) => panelSvg(panel, lefts[p]!, tallest, scale));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="#ffffff"/>
${svgText(fit(heading, width - 2 * margin, 18, true), margin, margin + 16, 18, { bold: true })}
${drawn.join('\n')}
${scaleSvg(scale, barLeft, tallest)}
${notes.map((note, n) => svgText(fit(note, width - 2 * margin, 12), margin, height - margin - 18 * (notes.length - 1 - n), 12, { fill: '#666666' })).join('')}</svg>
`;
}

/** The figure as PNG bytes. */
export async function mapFigurePng(figure: MapFigure): Promise<Uint8Array> {
  return encodePng(await rasterize(mapFigureSvg(figure)));
}

/** Cells of a map in pixels: square ones, as many as the map has frequencies. */
function sideOf({ down, across }: WaveGrid): { cell: number; width: number; height: number } {
  const cell = Math.max(1, Math.round(leastSide / Math.max(down.length, across.length)));
  return { cell, width: cell * across.length, height: cell * down.length };
}

function panelSvg(
  { title, grid, numbers, caption }: MapPanel,
  left: number,
  tallest: number,
  { from, to }: MapFigure['scale'],
): string {
  const { cell, width, height } = sideOf(grid);
  const colour = (value: number) => hex(colourOf((value - from) / (to - from)));
  const cells = numbers.flatMap((row, y) =>
    row.map(
      (value, x) =>
        `<rect x="${left + x * cell}" y="${top + y * cell}" width="${cell}" height="${cell}" fill="${colour(value)}"/>`,
    ),
  );
  const [middleX, middleY] = [left + width / 2, top + height / 2];
  // Where the named bands end; a circle of one radius in cycles a pixel is an ellipse of a picture that is not square.
  const circles = [bands.low.high, bands.middle.high].map(
    (radius) =>
      `<ellipse cx="${middleX}" cy="${middleY}" rx="${(radius * grid.width * cell) / grid.step}" ry="${(radius * grid.height * cell) / grid.step}" fill="none" stroke="#ffffff" stroke-opacity="0.7" stroke-dasharray="4 3"/>`,
  );
  const bottom = top + height;
  const ticks = [
    ...tickedOf(grid.across).map(({ at, value }) => {
      const x = left + (at + 0.5) * cell;
      return `<path d="M${x} ${bottom}v5" stroke="#666666"/>${svgText(value, x - textWidth(value, 12) / 2, bottom + 18, 12)}`;
    }),
    ...tickedOf(grid.down).map(({ at, value }) => {
      const y = top + (at + 0.5) * cell;
      return `<path d="M${left} ${y}h-5" stroke="#666666"/>${svgText(value, left - 9 - textWidth(value, 12), y + 4, 12)}`;
    }),
  ];
  const words = 'periods from left to right';
  return [
    svgText(fit(title, width, 15, true), left, top - 26, 15, { bold: true }),
    svgText('periods from top to bottom', left - axis + 8, top - 8, 12, { fill: '#666666' }),
    `<g shape-rendering="crispEdges">${cells.join('')}</g>`,
    ...circles,
    ...ticks,
    svgText(words, left + (width - textWidth(words, 12)) / 2, bottom + 36, 12, { fill: '#666666' }),
    caption === undefined ? '' : svgText(fit(caption, width + between - 8, 13), left, top + tallest + 58, 13),
  ].join('');
}

/** Five places of an axis with their periods. */
function tickedOf(periods: readonly number[]): { at: number; value: string }[] {
  const last = periods.length - 1;
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = Math.round(share * last);
    return { at, value: `${periods[at]}` };
  });
}

function scaleSvg({ title, from, to }: MapFigure['scale'], left: number, tallest: number): string {
  const steps = 64;
  const each = tallest / steps;
  const bar = Array.from(
    { length: steps },
    (_, k) =>
      `<rect x="${left}" y="${(top + (steps - 1 - k) * each).toFixed(2)}" width="${barWidth}" height="${(each + 1).toFixed(2)}" fill="${hex(colourOf((k + 0.5) / steps))}"/>`,
  );
  const labels = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = top + (1 - share) * tallest;
    const value = Number((from + share * (to - from)).toPrecision(3));
    return `<path d="M${left + barWidth} ${y}h4" stroke="#666666"/>${svgText(`${value}`, left + barWidth + 8, y + 4, 12)}`;
  });
  return `${svgText(title, left, top - 12, 13)}<g shape-rendering="crispEdges">${bar.join('')}</g>${labels.join('')}`;
}

function hex(colour: readonly number[]): string {
  return `#${colour
    .map((value) =>
      Math.round(255 * value)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
