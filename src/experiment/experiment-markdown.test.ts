/** @file The Markdown of a result: all its numbers, sound tables. */
import { expect, it } from 'vitest';
import { runToy } from '../../test/support/toy-experiment.ts';
import { experimentMarkdown } from './experiment-markdown.ts';
import { experimentReport, intervalInWords } from './experiment-report.ts';
import { gaussian } from './experiments/gaussian.ts';
import { inWords, summarise } from './summary.ts';

it('cuts the intervals of shares off at 0 and 100 %, those of changes not', () => {
  const words = (unit: 'share' | 'change') => {
    const of = summarise([{ measures: [{ name: 'm', value: 0.5, unit, interval: { low: -0.1, high: 1.1 } }] }]).of('m');
    return intervalInWords(of, of.overTrials);
  };
  expect(words('share')).toBe('0.0 to 100.0 %');
  expect(words('change')).toBe('-10.0 to 110.0 %');
});

it('says every statement, number, figure and note, in tables whose rows have one length', async () => {
  const settings = { ...gaussian.scales.quick.none!, samples: 200 };
  const result = await runToy(gaussian, { settings, kind: 'none' });
  const text = experimentMarkdown(result, { command: 'npx pareidolia experiment gaussian', data: 'none' });
  for (const { statement } of result.verdicts) expect(text).toContain(`| ${statement} |`);
  for (const { name, mean, unit } of result.summaries.all)
    expect(text).toContain(`| ${name.replaceAll('|', '\\|')} | ${inWords(mean, unit)} |`);
  for (const method of ['Wilson', 'Newcombe', 'Student', 'medians by ranks', 'Fisher', 'Bonett and Wright']) {
    expect(text).toContain(method);
    expect(await experimentReport(result, { command: '', data: 'none' })).toContain(method);
  }
  expect(text).not.toContain('over seeds by');
  expect(text).toContain('](plane.svg)');
  for (const note of result.findings[0]!.notes!) expect(text).toContain(`- ${note}`);
  const tables = text.split('\n\n').filter((part) => part.startsWith('| '));
  for (const table of tables) {
    const cells = table.split('\n').map((row) => row.split(/(?<!\\)\|/).length);
    expect(new Set(cells).size).toBe(1);
  }
});
