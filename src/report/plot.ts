/** @file Lines, marks and a band between two axes, drawn by Observable Plot, which is loaded once something is drawn. */

/** An axis: what it shows, and how numbers become places along it. */
export interface Axis {
  readonly title: string;
  /** Equal ratios get equal room on a `log` scale, whose numbers are above 0. `linear` unless given. */
  readonly scale?: 'linear' | 'log';
  /** Written per cent, on a linear scale. */
  readonly share?: boolean;
  /** Whether it reaches 0 where no point does. */
  readonly zero?: boolean;
  /** Its ends. Unless given: those of `ticks`, or round numbers around all points. */
  readonly domain?: readonly [from: number, to: number];
  /** Where it is labelled and how, rising. Unless given, at round numbers. */
  readonly ticks?: readonly { readonly at: number; readonly label: string }[];
}

/** How a line is told from others: by dash and mark as well as by colour. */
export interface Look {
  /** Anything that SVG paints with. */
  readonly colour: string;
  /** Lengths of strokes and gaps; an unbroken line unless given. */
  readonly dash?: string;
  readonly symbol: 'circle' | 'square' | 'triangle';
  /** Size of marks in pixels. */
  readonly radius: number;
}

/** A line, marks, or both. */
export interface PlottedLine {
  readonly look: Look;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A line with marks at its points unless given. */
  readonly shown?: 'line' | 'points' | undefined;
}

/** What is drawn, the last on top. */
export interface Plotted {
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly PlottedLine[];
  /** What lies between two lines, in grey beneath all others. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
}

/** Sizes in pixels and colours of what is around the lines. */
export interface Frame {
  /** Between the axes. */
  readonly width: number;
  readonly height: number;
  readonly fontSize: number;
  readonly colours: { readonly ink: string; readonly soft: string; readonly grid: string };
}

/** Room around the frame for labels and titles. */
export const inset = { left: 86, right: 16, top: 40, bottom: 58 };
/** How far left of the frame the title of the upright axis starts. */
export const titleOffset = 52;
/** Size of the drawing of a look, for legends. */
export const keySize = { width: 34, height: 14 };

/**
 * The drawing as an `svg` element, with room for labels around the frame.
 * @throws TypeError for numbers of 0 or below on a logarithmic axis, and for an axis without ticks
 */
export async function plot({ x, y, lines, band = [] }: Plotted, frame: Frame): Promise<Element> {
  const points = lines.flatMap((line) => line.points);
  checkAxis(x, [...points.map(([at]) => at), ...band.map(([at]) => at)]);
  checkAxis(y, [...points.map(([, at]) => at), ...band.flatMap(([, low, high]) => [low, high])]);
  const { Plot, document } = await loaded();
  const { fontSize } = frame;
  const { ink, soft, grid } = frame.colours;
  const words = { fontSize, labelArrow: 'none', fill: soft, stroke: soft } as const;
  const [across, up] = [ticksOf(x), ticksOf(y)];
  return Plot.plot({
    document,
    className: 'plot',
    width: inset.left + frame.width + inset.right,
    height: inset.top + frame.height + inset.bottom,
    marginLeft: inset.left,
    marginRight: inset.right,
    marginTop: inset.top,
    marginBottom: inset.bottom,
    x: scaleOf(x),
    y: scaleOf(y),
    marks: [
      Plot.gridY({ stroke: grid, strokeOpacity: 1, ...gridOf(y), tickSpacing: 50 }),
      Plot.areaY(band, { x: '0', y1: '1', y2: '2', fill: ink, fillOpacity: 0.12 }),
      ...lines.flatMap((line) => marksOf(Plot, line)),
      Plot.axisX({
        ...words,
        ...across,
        label: oneLine(x.title),
        labelAnchor: 'center',
        labelOffset: 55,
        tickSize: 5,
        tickPadding: 7,
      }),
      Plot.axisY({
        ...words,
        ...up,
        label: oneLine(y.title),
        labelAnchor: 'top',
        labelOffset: titleOffset,
        tickSize: 0,
        tickSpacing: 50,
      }),
    ],
  });
}

/** How a line looks, as an `svg` element of `keySize`. */
export async function keyOf({ look, shown }: Omit<PlottedLine, 'points'>): Promise<Element> {
  const { Plot, document } = await loaded();
  const { width, height } = keySize;
  const middle = height / 2;
  const points = { line: [1, width - 1], points: [width / 2] };
  const of = (kind: 'line' | 'points') =>
    marksOf(Plot, { look, shown: kind, points: points[kind].map((at) => [at, middle] as const) });
  return Plot.plot({
    document,
    className: 'plot',
    width,
    height,
    margin: 0,
    axis: null,
    x: { domain: [0, width] },
    y: { domain: [0, height] },
    marks: [...(shown === 'points' ? [] : of('line')), ...(shown === 'line' ? [] : of('points'))],
  });
}

type Plot = typeof import('@observablehq/plot');

async function loaded() {
  const [Plot, { drawingDocument }] = await Promise.all([import('@observablehq/plot'), import('#document')]);
  return { Plot, document: drawingDocument() };
}

function marksOf(Plot: Plot, { look: { colour, dash, symbol, radius }, points, shown }: PlottedLine) {
  const line = () => Plot.line(points, { stroke: colour, strokeWidth: 2.5, ...(dash && { strokeDasharray: dash }) });
  const marks = () => Plot.dot(points, { fill: colour, symbol, r: radius });
  return [...(shown === 'points' ? [] : [line()]), ...(shown === 'line' ? [] : [marks()])];
}

function checkAxis({ title, scale, zero, domain, ticks }: Axis, values: readonly number[]) {
  if (ticks?.length === 0) throw new TypeError(`The axis "${title}" has an empty list of ticks.`);
  if (scale !== 'log') return;
  if (zero) throw new TypeError(`The axis "${title}" is logarithmic and cannot reach 0.`);
  const wrong = [...(domain ?? []), ...(ticks ?? []).map(({ at }) => at), ...values].find((value) => value <= 0);
  if (wrong !== undefined)
    throw new TypeError(`The axis "${title}" is logarithmic and has no place for ${wrong}; leave such points out.`);
}

/** About as many round numbers as an axis is divided by, and ends at one of them. */
const divisions = 6;

function scaleOf({ scale = 'linear', zero = false, domain, ticks }: Axis) {
  const ends = domain ?? (ticks && [ticks[0]!.at, ticks.at(-1)!.at]);
  return { type: scale, ...(ends === undefined ? { nice: divisions, zero } : { domain: ends }) };
}

function ticksOf({ scale, share, ticks }: Axis) {
  if (ticks !== undefined)
    return { ticks: ticks.map(({ at }) => at), text: (_: number, i: number) => oneLine(ticks[i]!.label) };
  if (scale === 'log') return { tickFormat: '~g' };
  const percent = (value: number) => `${Number((100 * value).toPrecision(12))}\u00a0%`;
  return { ticks: divisions, ...(share && { tickFormat: percent }) };
}

/** Lines at all labels; on a logarithmic axis at powers of ten alone, which crowd less. */
function gridOf({ scale, ticks }: Axis) {
  if (ticks !== undefined) return { ticks: ticks.map(({ at }) => at) };
  return scale === 'log' ? { filter: (at: number) => isWhole(Math.log10(at)) } : { ticks: divisions };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function isWhole(power: number): boolean {
  return Math.abs(power - Math.round(power)) < 1e-9;
}
