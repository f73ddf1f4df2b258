/** @file What a run writes: numbers as JSON and CSV, figures as PNG and SVG, constructed sets as .npz, the report as HTML and Markdown. */
import { encodeNpz } from '../data/write-dataset.ts';
import { csvText } from '../report/csv.ts';
import type { Figure } from './experiment.ts';
import { experimentMarkdown } from './experiment-markdown.ts';
import { experimentReport, type ReportOptions } from './experiment-report.ts';
import { chartSvg, figureSheet } from './figure-files.ts';
import type { ExperimentResult } from './run-experiment.ts';

/** A file by its name. */
export type ResultFile = readonly [name: string, content: Uint8Array | string];

/** All files of a run. */
export async function resultFiles(result: ExperimentResult, options: ReportOptions): Promise<readonly ResultFile[]> {
  const { figures = [], sets = [] } = result.findings[0] ?? {};
  return [
    ['results.json', `${JSON.stringify(resultNumbers(result, options), null, 2)}\n`],
    ['results.csv', resultTable(result)],
    ...(await Promise.all(figures.map(figureFile))),
    ...(await Promise.all(
      sets.map(async ({ name, set }): Promise<ResultFile> => [`${name}.npz`, await encodeNpz(set)]),
    )),
    ['report.html', await experimentReport(result, options)],
    ['report.md', experimentMarkdown(result, options)],
  ];
}

/** The numbers of a run as plain data. */
export function resultNumbers(result: ExperimentResult, { command, data }: ReportOptions) {
  const { experiment, scale, settings, seeds, summaries, verdicts, seconds, findings, inputs } = result;
  const { name, title, claim, paper, published } = experiment;
  return {
    ...{ experiment: name, title, claim, paper, command, data, scale, settings, seeds, seconds, inputs },
    measures: summaries.all,
    published,
    verdicts,
    notes: [...new Set(findings.flatMap(({ notes = [] }) => notes))],
  };
}

function resultTable({ summaries, seeds, experiment }: ExperimentResult): string {
  const head = [
    ...['measure', 'unit', 'mean', 'over trials low', 'over trials high', 'over seeds low', 'over seeds high'],
    ...seeds.map((seed) => `seed ${seed}`),
    ...['published', 'source'],
  ];
  const rows = summaries.all.map(({ name, unit, mean, overTrials, overSeeds, values }) => {
    const known = experiment.published.find(({ measure }) => measure === name);
    const ends = [overTrials?.low, overTrials?.high, overSeeds?.low, overSeeds?.high];
    return [name, unit, mean, ...ends, ...values, known?.value, known?.source];
  });
  return csvText([head, ...rows]);
}

async function figureFile(figure: Figure): Promise<ResultFile> {
  return figure.kind === 'chart'
    ? [`${figure.name}.svg`, await chartSvg(figure.chart)]
    : [`${figure.name}.png`, await figureSheet(figure)];
}
