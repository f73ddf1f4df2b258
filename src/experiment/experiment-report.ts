/** @file The report of an experiment as one HTML page: claim, protocol, what was published, what was found, and whether it agrees. */
import { decodePicture } from '#image-codec';
import { lineChart } from '../report/chart.ts';
import { figure, inlinePicture } from '../report/figure.ts';
import { type Content, type Html, html } from '../report/html.ts';
import { commands, page, remark } from '../report/page.ts';
import { table } from '../report/table.ts';
import type { Interval } from '../statistics/share-interval.ts';
import { timeInWords } from './context.ts';
import type { Figure } from './experiment.ts';
import { figureSheet } from './figure-files.ts';
import type { ExperimentResult } from './run-experiment.ts';
import { inWords, type Summary } from './summary.ts';

/** What stands in a report besides the result. */
export interface ReportOptions {
  /** The command that made it. */
  readonly command: string;
  /** What the data set is called. */
  readonly data: string;
}

/** The page. */
export async function experimentReport(result: ExperimentResult, { command, data }: ReportOptions): Promise<string> {
  const { experiment, seeds, scale, seconds, verdicts, findings } = result;
  const { title, claim, paper, protocol } = experiment;
  const holding = verdicts.filter(({ holds }) => holds).length;
  const figures = await Promise.all((findings[0]?.figures ?? []).map(shown));
  const notes = [...new Set(findings.flatMap(({ notes: said = [] }) => said))];
  return page({
    title,
    lead: claim,
    sections: [
      {
        title: 'Does it agree?',
        content: [
          remark(
            holding === verdicts.length ? 'It agrees.' : holding === 0 ? 'It does not agree.' : 'It agrees in part.',
            `${holding} of ${verdicts.length} statements hold on ${data}, at the scale "${scale}" with ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'}.`,
          ),
          table({
            head: ['statement', 'holds'],
            rows: verdicts.map(({ statement, holds }) => [statement, holds ? 'yes' : 'no']),
          }),
        ],
      },
      { title: 'Numbers', content: numbers(result) },
      ...(figures.length === 0 ? [] : [{ title: 'Figures', content: figures }]),
      {
        title: 'Protocol',
        content: [html`<ol>${protocol.map((step) => html`<li>${step}</li>`)}</ol>`, html`<p>After ${paper}.</p>`],
      },
      {
        title: 'Scale and notes',
        content: [
          table({
            head: ['setting', 'value'],
            rows: Object.entries(result.settings).map(([name, value]) => [name, settingInWords(value)]),
          }),
          html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`,
          html`<p>Made in ${timeInWords(seconds)}, less what was kept from earlier runs, by</p>`,
          commands([command]),
        ],
      },
    ],
    footer: 'Made by pareidolia.',
  });
}

function numbers({ summaries, seeds, experiment }: ExperimentResult): Content {
  const rows = summaries.all.map((summary) => {
    const { name, unit, mean, values } = summary;
    const published = experiment.published.filter(({ measure }) => measure === name);
    return [
      name,
      inWords(mean, unit),
      intervalInWords(summary, summary.overTrials),
      ...(seeds.length > 1
        ? [intervalInWords(summary, summary.overSeeds), values.map((value) => inWords(value, unit)).join(', ')]
        : []),
      published.length === 0
        ? '–'
        : published.map(({ value, source }) => `${inWords(value, unit)} (${source})`).join('; '),
    ];
  });
  return table({
    caption: intervalsInWords(seeds.length > 1),
    head: ['measure', 'found', 'over trials', ...(seeds.length > 1 ? ['over seeds', 'each seed'] : []), 'published'],
    rows,
  });
}

/** What the intervals of a table of numbers are, where those over seeds stand beside or not. */
export function intervalsInWords(overSeeds: boolean): string {
  const methods = [
    'shares by Wilson',
    'differences of shares of the same pictures by Newcombe',
    'means by Student',
    'medians by ranks',
    'correlations by Fisher',
    'those of ranks by Bonett and Wright',
  ].join(', ');
  return `Means over seeds. Intervals are of 95 %: over trials or pictures (${methods}), from the lowest to the highest of the seeds${overSeeds ? '; over seeds by Student' : ''}.`;
}

/** An interval in words; a share's ends at 0 and 1, a change's does not. */
export function intervalInWords({ unit }: Summary, interval: Interval | undefined): string {
  if (interval === undefined) return '–';
  const { low, high } =
    unit === 'share' ? { low: Math.max(0, interval.low), high: Math.min(1, interval.high) } : interval;
  return `${inWords(low, unit).replace(' %', '')} to ${inWords(high, unit)}`;
}

function settingInWords(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

async function shown(each: Figure): Promise<Html> {
  if (each.kind === 'chart') return figure(await lineChart(each.chart), each.caption);
  return figure(await inlinePicture(await decodePicture(await figureSheet(each)), each.caption), each.caption);
}
