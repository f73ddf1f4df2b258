/** @file What `pareidolia spectrum` prints: tables for people, power by frequency for programs. */
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

/** What is told of a run. */
export interface SpectrumReport {
  readonly heading: string;
  readonly summaries: readonly NamedSummary[];
  readonly layers?: readonly NamedSummary[];
  readonly origins?: readonly LineOrigin[];
  readonly band?: NaturalBand | undefined;
  readonly notes: readonly string[];
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function tableOf(rows: readonly NamedSummary[], title: string): string[] {
  const { above, lines } = rows[0]!.summary;
  const columns: Column[] = [
    { title },
    { title: 'slope', align: 'right' },
    { title: `above ${above}`, align: 'right' },
    { title: 'up to 0.125', align: 'right' },
    { title: 'centroid', align: 'right' },
    ...lines.map(({ period }): Column => ({ title: `lines 1/${period}`, align: 'right' })),
  ];
  return textTable(
    columns,
    rows.map(({ name, summary }) => [
      name,
      summary.slope?.toFixed(2) ?? '–',
      percent(summary.highShare),
      percent(summary.lowShare),
      summary.centroid.toFixed(3),
      ...summary.lines.map(({ index }) => index.toPrecision(3)),
    ]),
  );
}

/** The report's lines. */
export function spectrumLines({ heading, summaries, layers, origins, band, notes }: SpectrumReport): string[] {
  const [low, high] = summaries[0]!.summary.slopeRange;
  return [
    heading,
    '',
    ...tableOf(summaries, ''),
    '',
    `Frequencies in cycles a pixel; the slope is of log power from ${low} to ${high}; lines are 1 where there are none.`,
    ...(band === undefined
      ? []
      : summaries.map(({ name, summary }) => {
          const { below, inside, above } = placeInBand(summary, band);
          return `${name}: of its frequencies ${percent(inside)} lie in the band of ${band.pictures} pictures of ${band.name} (5 to 95 %), ${percent(above)} above, ${percent(below)} below.`;
        })),
    ...(layers === undefined ? [] : ['', ...tableOf(layers, 'gradient of')]),
    ...(origins === undefined
      ? []
      : [
          '',
          ...(origins.length === 0
            ? ['No layer brings lines into its gradient: no index of 2 that is twice that of the layers before.']
            : origins.map(
                ({ period, layer, index, before }) =>
                  `Lines of period ${period} come with ${layer}: ${index.toPrecision(3)} after it, at most ${before.toPrecision(3)} before.`,
              )),
        ]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}

/** Power by frequency as a table: a row for each name and radius. */
export function spectrumCsv(rows: readonly NamedSummary[]): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.flatMap(({ name, summary: { radial } }) =>
    radial.frequency.map((f, i) => [quoted(name), f, radial.power[i], radial.relative[i]].join(',')),
  );
  return `${['name,frequency,power,relative', ...lines].join('\n')}\n`;
}
