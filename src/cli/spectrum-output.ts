/** @file What `pareidolia spectrum` prints: tables for people, power by frequency for programs. */

import { csvText } from '../report/csv.ts';
import type { SpectrumSummary } from '../spectrum/describe-spectrum.ts';
import { placeInBand } from '../spectrum/describe-spectrum.ts';
import type { LineOrigin } from '../spectrum/gradient-spectrum.ts';
import type { NaturalBand } from '../spectrum/natural-band.ts';
import { type Column, textTable } from './text-table.ts';

/** A spectrum and what it is of. */
export interface NamedSummary {
  readonly name: string;
  readonly summary: SpectrumSummary;
}

/** A random twin layer by layer: what the architecture brings without any training. */
export interface TwinLayers {
  readonly layers: readonly NamedSummary[];
  readonly origins: readonly LineOrigin[];
}

/** What is told of a run. */
export interface SpectrumReport {
  readonly heading: string;
  readonly summaries: readonly NamedSummary[];
  readonly layers?: readonly NamedSummary[];
  readonly origins?: readonly LineOrigin[];
  /** The same of the twin of random weights. */
  readonly twin?: TwinLayers;
  readonly band?: NaturalBand | undefined;
  readonly notes: readonly string[];
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Rows of numbers under their titles. */
export function spectrumTable(
  rows: readonly NamedSummary[],
  title: string,
): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const { above, lines } = rows[0]!.summary;
  return {
    head: [
      title,
      'slope',
      `above ${above}`,
      'up to 0.125',
      'centroid',
      ...lines.map(({ period }) => `lines 1/${period}`),
    ],
    rows: rows.map(({ name, summary }) => [
      name,
      summary.slope?.toFixed(2) ?? '–',
      percent(summary.highShare),
      percent(summary.lowShare),
      summary.centroid.toFixed(3),
      ...summary.lines.map(({ index }) => index.toPrecision(3)),
    ]),
  };
}

function tableOf(all: readonly NamedSummary[], title: string): string[] {
  const { head, rows } = spectrumTable(all, title);
  return textTable(
    head.map((word, i): Column => (i === 0 ? { title: word } : { title: word, align: 'right' })),
    rows,
  );
}

/** Where spectra lie in the band, and which layers bring lines: a sentence each. */
export function spectrumFindings({ summaries, origins, twin, band }: SpectrumReport): string[] {
  const places =
    band === undefined
      ? []
      : summaries.map(({ name, summary }) => {
          const { below, inside, above } = placeInBand(summary, band);
          return `${name}: of its frequencies ${percent(inside)} lie in the band of ${band.pictures} pictures of ${band.name} (5 to 95 %), ${percent(above)} above, ${percent(below)} below.`;
        });
  return [
    ...places,
    ...(origins === undefined ? [] : originSentences(origins, '')),
    ...(twin === undefined ? [] : originSentences(twin.origins, 'With random weights: ')),
  ];
}

function originSentences(origins: readonly LineOrigin[], of: string): string[] {
  const sentence = (text: string) => `${of}${of === '' ? text : text[0]!.toLowerCase() + text.slice(1)}`;
  if (origins.length === 0)
    return [
      sentence('No layer brings lines into its gradient: no index of 2 that is twice that of the layers before.'),
    ];
  return origins.map(({ period, layer, after, index, before }) =>
    sentence(
      `Lines of period ${period} come ${after === undefined ? `with ${layer}` : `between ${after} (measured without) and ${layer}`}: ${index.toPrecision(3)} after it, at most ${before.toPrecision(3)} before.`,
    ),
  );
}

/** The report's lines. */
export function spectrumLines(report: SpectrumReport): string[] {
  const { heading, summaries, layers, twin, notes } = report;
  const [low, high] = summaries[0]!.summary.slopeRange;
  const findings = spectrumFindings(report);
  return [
    heading,
    '',
    ...tableOf(summaries, ''),
    '',
    `Frequencies in cycles a pixel; the slope is of log power from ${low} to ${high}; lines are 1 where there are none.`,
    ...(layers === undefined ? [] : ['', ...tableOf(layers, 'gradient of')]),
    ...(twin === undefined ? [] : ['', ...tableOf(twin.layers, 'with random weights')]),
    ...(findings.length === 0 ? [] : ['', ...findings]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}

/** Power by frequency as a table: a row for each name and radius. */
export function spectrumCsv(rows: readonly NamedSummary[]): string {
  return csvText([
    ['name', 'frequency', 'power', 'relative'],
    ...rows.flatMap(({ name, summary: { radial } }) =>
      radial.frequency.map((f, i) => [name, f, radial.power[i], radial.relative[i]]),
    ),
  ]);
}
