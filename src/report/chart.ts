/** @file Curves and bars as inline SVG, in the page's colours, readable without them and at any width. */
import { innerMarkup } from './drawing-markup.ts';
import { type Content, type Html, html } from './html.ts';
import { type Axis, keyOf, type PlottedLine, plot } from './plot.ts';

/** Colours of series, by what they stand for: two that are compared, a third one, and what all are held against. */
export type Tone = 'first' | 'second' | 'third' | 'reference';

/** A line of a chart. */
export interface Series {
  readonly name: string;
  readonly tone: Tone;
  /** [x, y] in the units of the axes, x rising along a line. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A line with marks at its points unless given. */
  readonly shown?: 'line' | 'points';
}

/** A chart of lines. */
export interface LineChart {
  /** What a reader who does not see it should know. */
  readonly alt: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** Between the axes, in units of a drawing that takes the width of its place. */
export const chartSize = { width: 498, height: 304 };

/** Tones differ in dash and mark as well as in colour. */
const looks = {
  first: { symbol: 'circle', radius: 4.5 },
  second: { symbol: 'square', radius: 4.5 },
  third: { symbol: 'triangle', radius: 4.5, dash: '10 7' },
  reference: { symbol: 'circle', radius: 3, dash: '2 6' },
} as const;

/** A series as it is plotted, in the colour of its tone. */
export function plottedSeries({ tone, points, shown }: Series, colours: Readonly<Record<Tone, string>>): PlottedLine {
  return { points, shown, look: { ...looks[tone], colour: colours[tone] } };
}

/** Colours of the page. */
const pageTones = {
  first: 'var(--first)',
  second: 'var(--second)',
  third: 'var(--third)',
  reference: 'var(--reference)',
};
const pageColours = { ink: 'var(--ink)', soft: 'var(--soft)', grid: 'var(--line)' };

/** The curves, with marks at their points and a legend below. */
export async function lineChart({ alt, x, y, series }: LineChart): Promise<Html> {
  const lines = series.map((each) => plottedSeries(each, pageTones));
  const drawing = await plot({ x, y, lines }, { ...chartSize, fontSize: 14, colours: pageColours });
  const keys = await Promise.all(
    lines.map(async (line, i) => {
      const key = await keyOf(line);
      return html`<li><svg class="chart key" viewBox="${viewBox(key)}" aria-hidden="true">${innerMarkup(key)}</svg>${series[i]!.name}</li>`;
    }),
  );
  return html`<svg class="chart" viewBox="${viewBox(drawing)}" text-anchor="middle" role="img" aria-label="${alt}">
${innerMarkup(drawing)}</svg>
<ul class="legend">${keys}</ul>`;
}

const viewBox = (drawing: Element) => drawing.getAttribute('viewBox')!;

/** A bar: what it stands for, how long it is as a share of the longest possible, and the number beside it. */
export interface Bar {
  readonly label: Content;
  /** From 0 to 1. */
  readonly share: number;
  readonly text: string;
  readonly tone?: Tone;
}

/** Bars under each other, each with its words over it. */
export function bars(items: readonly Bar[]): Html {
  return html`<ul class="bars">${items.map(({ label, share, text, tone = 'reference' }) => {
    const length = Math.round(1000 * Math.min(1, Math.max(0, share))) / 10;
    return html`<li><span class="bar-words"><span>${label}</span> <span class="number">${text}</span></span><svg class="bar ${tone}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6"/><rect class="fill" width="${length}" height="6"/></svg></li>`;
  })}</ul>`;
}
