/** @file What a run writes of a made-up result: every number, cells quoted as tables need it. */
import { expect, it } from 'vitest';
import { halves } from '../../test/support/tiny-data.ts';
import { readNpz } from '../data/read/numpy.ts';
import type { Experiment, Findings } from './experiment.ts';
import { resultFiles } from './result-files.ts';
import type { ExperimentResult } from './run-experiment.ts';
import { summarise } from './summary.ts';

const experiment: Experiment = {
  name: 'made-up',
  title: 'Made up',
  claim: 'Nothing is claimed.',
  paper: 'Nobody 1900, section 1',
  protocol: ['Think.', 'Write it down.'],
  published: [{ measure: 'accuracy, "clean"', value: 0.95, source: 'Nobody, on paper' }],
  usualData: 'none',
  scales: { quick: {}, full: {} },
  run: () => Promise.reject(new Error('It is made up.')),
  judge: () => [],
};

const set = halves(4, { size: 2 });

const inputs = {
  models: [{ role: 'standard', hash: '0123456789abcdef0123456789abcdef' }],
  pictures: [{ split: 'test', count: 4, hash: 'fedcba9876543210fedcba9876543210' }],
} as const;

const found = (accuracy: number, size: number): Findings => ({
  measures: [
    { name: 'accuracy, "clean"', value: accuracy, unit: 'share', of: 100 },
    { name: 'size | length', value: size, unit: 'number' },
  ],
  notes: ['The same for all.', `Size ${size}.`],
  sets: [{ name: 'the-set', set }],
  figures: [
    {
      kind: 'chart',
      name: 'curve',
      caption: 'A\ncurve.',
      chart: {
        alt: 'It rises.',
        x: {
          title: 'x',
          ticks: [
            { at: 0, label: '0' },
            { at: 1, label: '1' },
          ],
        },
        y: {
          title: 'y',
          ticks: [
            { at: 0, label: '0' },
            { at: 1, label: '1' },
          ],
        },
        series: [
          {
            name: 's',
            tone: 'first',
            points: [
              [0, 0],
              [1, 1],
            ],
            shown: 'line',
          },
        ],
      },
    },
    {
      kind: 'pictures',
      name: 'sheet',
      caption: 'A sheet.',
      rows: [{ title: 'grey', pictures: [{ data: new Float32Array(4).fill(0.5), channels: 1, height: 2, width: 2 }] }],
    },
  ],
});

function made(...findings: readonly Findings[]): ExperimentResult {
  return {
    ...{ experiment, kind: 'none', scale: 'quick', seconds: 12.5, inputs },
    settings: { epochs: 3, radii: [0.25, 0.5], net: 'linear' },
    seeds: findings.map((_, i) => i + 1),
    findings,
    summaries: summarise(findings),
    verdicts: [
      { statement: 'It is | so.', holds: true },
      { statement: 'It is otherwise.', holds: false },
    ],
  };
}

const options = { command: 'pareidolia experiment made-up', data: 'none' };

async function written(...findings: readonly Findings[]) {
  return new Map(await resultFiles(made(...findings), options));
}

it('one file each of numbers, report, figures and sets is written', async () => {
  const files = await written(found(0.5, 1), found(0.6, 3));
  expect([...files.keys()]).toEqual([
    ...['results.json', 'results.csv', 'curve.svg', 'sheet.png', 'the-set.npz', 'report.html', 'report.md'],
  ]);
  expect(files.get('curve.svg')).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
  expect([...(files.get('sheet.png') as Uint8Array).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  const { pixels, labels, classNames } = await readNpz(files.get('the-set.npz') as Uint8Array, 'the-set');
  expect({ pixels, labels, classNames }).toEqual({
    pixels: set.pixels,
    labels: set.labels,
    classNames: set.classNames,
  });
});

it('results.json holds what was run, every seed’s numbers, their intervals and the verdicts', async () => {
  const text = (await written(found(0.5, 1), found(0.6, 3))).get('results.json') as string;
  expect(text.endsWith('}\n')).toBe(true);
  expect(JSON.parse(text)).toEqual({
    experiment: 'made-up',
    ...{ title: 'Made up', claim: 'Nothing is claimed.', paper: 'Nobody 1900, section 1' },
    ...{ command: 'pareidolia experiment made-up', data: 'none', scale: 'quick', seconds: 12.5, seeds: [1, 2], inputs },
    settings: { epochs: 3, radii: [0.25, 0.5], net: 'linear' },
    measures: [
      {
        ...{ name: 'accuracy, "clean"', unit: 'share', values: [0.5, 0.6], mean: 0.55 },
        // Wilson's of 50 and of 60 among 100; 0.55 -+ 12.7062 * 0.05
        overTrials: { low: expect.closeTo(0.40383, 4), high: expect.closeTo(0.6906, 4) },
        overSeeds: { low: expect.closeTo(-0.08531, 4), high: expect.closeTo(1.18531, 4) },
      },
      {
        ...{ name: 'size | length', unit: 'number', values: [1, 3], mean: 2 },
        overSeeds: { low: expect.closeTo(-10.7062, 3), high: expect.closeTo(14.7062, 3) },
      },
    ],
    published: experiment.published,
    verdicts: [
      { statement: 'It is | so.', holds: true },
      { statement: 'It is otherwise.', holds: false },
    ],
    notes: ['The same for all.', 'Size 1.', 'Size 3.'],
  });
});

it('results.csv has a row a measure, with quoted commas and quotes, and nothing where there is no interval', async () => {
  const text = (await written(found(0.5, 1))).get('results.csv') as string;
  const [head, first, second, end] = text.split('\n');
  expect(head).toBe(
    'measure,unit,mean,over trials low,over trials high,over seeds low,over seeds high,seed 1,published,source',
  );
  expect(first).toMatch(/^"accuracy, ""clean""",share,0\.5,0\.40383\d+,0\.59616\d+,,,0\.5,0\.95,"Nobody, on paper"$/);
  expect(second).toBe('size | length,number,1,,,,,1,,');
  expect(end).toBe('');
});

it('results.csv has a column a seed', async () => {
  const text = (await written(found(0.5, 1), found(0.5, 2), found(0.5, 3))).get('results.csv') as string;
  const [head, , size] = text.split('\n').map((row) => row.split(','));
  expect(head!.slice(7)).toEqual(['seed 1', 'seed 2', 'seed 3', 'published', 'source']);
  expect(size!.slice(7)).toEqual(['1', '2', '3', '', '']);
  expect(size!.slice(5, 7).map(Number)).toEqual([expect.closeTo(-0.48414, 4), expect.closeTo(4.48414, 4)]);
});

it('results.csv keeps names of more than one line in one cell', async () => {
  const measures = [
    { name: 'a\r\nb', value: 1, unit: 'number' } as const,
    { name: 'c\rd', value: 2, unit: 'number' } as const,
  ];
  const text = (await written({ measures })).get('results.csv') as string;
  expect(text.split(/\n(?=[^b])/).slice(1)).toEqual(['"a\r\nb",number,1,,,,,1,,', '"c\rd",number,2,,,,,2,,\n']);
});

it('report.md says numbers in words, with bars escaped in tables and captions in one line', async () => {
  const text = (await written(found(0.5, 1), found(0.6, 3))).get('report.md') as string;
  const lines = text.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '# Made up',
      'After Nobody 1900, section 1. Made by `pareidolia experiment made-up`, on data of its own, with 2 seeds at the scale `quick`.',
      '1 of 2 statements hold.',
      '| It is \\| so. | yes |',
      '| It is otherwise. | **no** |',
      '| accuracy, "clean" | 55.0 % | 40.4 to 69.1 % | 0.0 to 100.0 % | 95.0 % (Nobody, on paper) |',
      '| size \\| length | 2 | – | -10.71 to 14.71 | – |',
      '![A curve.](curve.svg)',
      '![A sheet.](sheet.png)',
      '1. Think.',
      '2. Write it down.',
      '`epochs` 3 · `radii` 0.25, 0.5 · `net` linear',
      '- The same for all.',
    ]),
  );
  expect(text.match(/- The same for all\./g)).toHaveLength(1);
});

it('the reports of one seed have no column for seeds', async () => {
  const files = await written(found(0.5, 1));
  const line = '| accuracy, "clean" | 50.0 % | 40.4 to 59.6 % | 95.0 % (Nobody, on paper) |';
  expect((files.get('report.md') as string).split('\n')).toContain(line);
  expect(files.get('report.html')).not.toContain('over seeds</th>');
  expect((await written(found(0.5, 1), found(0.5, 1))).get('report.html')).toContain('over seeds</th>');
});
