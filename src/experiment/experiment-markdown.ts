/** @file The result of an experiment as Markdown, for repositories: the words and numbers of the HTML report, figures as files beside it. */
import type { Figure } from './experiment.ts';
import { intervalInWords, intervalsInWords, type ReportOptions } from './experiment-report.ts';
import type { ExperimentResult } from './run-experiment.ts';
import { inWords } from './summary.ts';

/** The text. Figures are named as `resultFiles` names their files. */
export function experimentMarkdown(result: ExperimentResult, { command, data }: ReportOptions): string {
  const { experiment, seeds, scale, verdicts, findings, summaries, settings } = result;
  const notes = [...new Set(findings.flatMap(({ notes: said = [] }) => said))];
  const holding = verdicts.filter(({ holds }) => holds).length;
  const overSeeds = seeds.length > 1;
  const numbers = summaries.all.map((summary) => {
    const published = experiment.published.filter(({ measure }) => measure === summary.name);
    return [
      summary.name,
      inWords(summary.mean, summary.unit),
      intervalInWords(summary, summary.overTrials),
      ...(overSeeds ? [intervalInWords(summary, summary.overSeeds)] : []),
      published.map(({ value, source }) => `${inWords(value, summary.unit)} (${source})`).join('; ') || '–',
    ];
  });
  const on = data === 'none' ? 'on data of its own' : `on ${data}`;
  return [
    `# ${experiment.title}`,
    experiment.claim,
    `After ${experiment.paper}. Made by \`${command}\`, ${on}, with ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} at the scale \`${scale}\`.`,
    `## Does it agree?`,
    `${holding} of ${verdicts.length} statements hold.`,
    table(
      ['statement', 'holds'],
      verdicts.map(({ statement, holds }) => [statement, holds ? 'yes' : '**no**']),
    ),
    '## Numbers',
    intervalsInWords(overSeeds),
    table(['measure', 'found', 'over trials', ...(overSeeds ? ['over seeds'] : []), 'published'], numbers),
    ...(findings[0]?.figures ?? []).map(
      (figure) => `![${inOneLine(figure.caption)}](${fileOf(figure)})\n\n*${inOneLine(figure.caption)}*`,
    ),
    '## Protocol',
    experiment.protocol.map((step, i) => `${i + 1}. ${step}`).join('\n'),
    '## Scale and notes',
    Object.entries(settings)
      .map(([name, value]) => `\`${name}\` ${Array.isArray(value) ? value.join(', ') : value}`)
      .join(' · '),
    notes.map((note) => `- ${note}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function fileOf({ kind, name }: Figure): string {
  return kind === 'chart' ? `${name}.svg` : `${name}.png`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function inCell(text: string): string {
  return inOneLine(text).replaceAll('|', '\\|');
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
