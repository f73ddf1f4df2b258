/** @file The Markdown of a result: all its numbers, sound tables. */
import { expect, it } from 'vitest';
import { runToy } from '../../test/support/toy-experiment.ts';
import { experimentMarkdown } from './experiment-markdown.ts';
import { gaussian } from './experiments/gaussian.ts';
import { inWords } from './summary.ts';

it('says every statement, number, figure and note, in tables whose rows have one length', async () => {
  const settings = { ...gaussian.scales.quick.none!, samples: 200 };
  const result = await runToy(gaussian, { settings, kind: 'none' });
  const text = experimentMarkdown(result, { command: 'npx pareidolia experiment gaussian', data: 'none' });
  for (const { statement } of result.verdicts) expect(text).toContain(`| ${statement} |`);
  for (const { name, mean, unit } of result.summaries.all)
    expect(text).toContain(`| ${name.replaceAll('|', '\\|')} | ${inWords(mean, unit)} |`);
  expect(text).toContain('](plane.svg)');
  for (const note of result.findings[0]!.notes!) expect(text).toContain(`- ${note}`);
  const tables = text.split('\n\n').filter((part) => part.startsWith('| '));
  for (const table of tables) {
    const cells = table.split('\n').map((row) => row.split(/(?<!\\)\|/).length);
    expect(new Set(cells).size).toBe(1);
  }
});
