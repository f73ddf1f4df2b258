/** @file Curves and bars as inline SVG, in the page's colours, readable without them and at any width. */
import { type Content, type Html, html } from './html.ts';

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

/** An axis: what it shows and where it is labelled, from its first tick to its last. */
export interface Axis {
  readonly title: string;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** A chart of lines. */
export interface LineChart {
  /** What a reader who does not see it should know. */
  readonly alt: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const width = 600;
const height = 380;
const inset = { left: 86, right: 16, top: 14, bottom: 62 };

/** The curves, with marks at their points and a legend below. Tones differ in dash and mark as well as in colour. */
export function lineChart({ alt, x, y, series }: LineChart): Html {
  const across = scale(x, inset.left, width - inset.right);
  const up = scale(y, height - inset.bottom, inset.top);
  const bottom = height - inset.bottom;
  const grid = [
    ...y.ticks.map(
      ({
        at,
        label,
      }) => html`<line class="grid" x1="${inset.left}" y1="${up(at)}" x2="${width - inset.right}" y2="${up(at)}"/>
<text x="${inset.left - 10}" y="${up(at)}" dy="0.35em" text-anchor="end">${label}</text>
`,
    ),
    ...x.ticks.map(
      ({
        at,
        label,
      }) => html`<line class="tick" x1="${across(at)}" y1="${bottom}" x2="${across(at)}" y2="${bottom + 5}"/>
<text x="${across(at)}" y="${bottom + 23}" text-anchor="middle">${label}</text>
`,
    ),
  ];
  const lines = series.map(
    ({ tone, points, shown }) => html`<g class="${tone}">${
      shown === 'points'
        ? undefined
        : html`<polyline points="${points.map(([px, py]) => `${across(px)},${up(py)}`).join(' ')}"/>`
    }${shown === 'line' ? undefined : points.map(([px, py]) => mark(tone, across(px), up(py)))}</g>
`,
  );
  const axisTitles = html`<text class="axis" x="${(inset.left + width - inset.right) / 2}" y="${height - 8}" text-anchor="middle">${x.title}</text>
<text class="axis" x="0" y="0" transform="translate(16 ${(inset.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${y.title}</text>
`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${alt}">
${grid}${lines}${axisTitles}</svg>
<ul class="legend">${series.map(
    ({ name, tone, shown }) =>
      html`<li><svg class="chart key" viewBox="0 0 34 14" aria-hidden="true"><g class="${tone}">${
        shown === 'points' ? undefined : html`<polyline points="1,7 33,7"/>`
      }${shown === 'line' ? undefined : mark(tone, 17, 7)}</g></svg>${name}</li>`,
  )}</ul>`;
}

/** From an axis's units to the drawing's, to a tenth. */
function scale({ ticks }: Axis, from: number, to: number): (value: number) => number {
  const [low, high] = [ticks[0]!.at, ticks.at(-1)!.at];
  return (value) => Math.round(10 * (from + ((to - from) * (value - low)) / (high - low))) / 10;
}

function mark(tone: Tone, x: number, y: number): Html {
  const r = 4.5;
  switch (tone) {
    case 'first':
      return html`<circle cx="${x}" cy="${y}" r="${r}"/>`;
    case 'second':
      return html`<rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}"/>`;
    case 'third':
      return html`<path d="M${x} ${y - 5.5}l5.5 9.5h-11z"/>`;
    case 'reference':
      return html`<circle cx="${x}" cy="${y}" r="3"/>`;
  }
}

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
