/** @file `pareidolia intervene` from outside: a written model, a table, refusals. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { loadModel } from '../src/model/load-model.ts';
import { barFigureSvg } from '../src/spectrum/bar-figure.ts';
import { interventionFigure } from '../src/spectrum/intervention-figure.ts';
import type { InterventionRow } from '../src/spectrum/measure-interventions.ts';
import { pseudoRandom } from './random.ts';
import { smallNetwork } from './support/network.ts';
import { cliIn } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-intervene-'));
const at = (name: string) => join(folder, name);
writeFileSync(at('net.onnx'), smallNetwork());
writeFileSync(at('classes.txt'), 'a\nb\nc\nd\ne\n');

const cli = cliIn(folder);
const run = (...args: readonly string[]) =>
  cli('intervene', 'net.onnx', ...args, '--preprocessing', 'cifar10', '--classes', 'classes.txt');

it('measures on class folders, and writes a model that keeps shape, preprocessing and classes', async () => {
  const random = pseudoRandom(4);
  for (const name of ['a', 'c']) {
    mkdirSync(at(`photos/${name}`), { recursive: true });
    const data = Float32Array.from({ length: 768 }, random);
    writeFileSync(at(`photos/${name}/1.png`), await encodePng({ data, channels: 3, height: 16, width: 16 }));
  }
  const { status, stdout, stderr } = run(
    'photos',
    '--steps',
    '2',
    '--try',
    'blur3',
    '--try',
    'blurpool3',
    '--heatmap',
    '--out',
    'soft.onnx',
    '--out',
    'soft.svg',
    '--out',
    'soft.png',
    '--csv',
    'soft.csv',
    '--json',
  );
  expect([status, stderr.includes('error')]).toEqual([0, false]);
  const { rows, pictures, files, blurred, heatMaps } = JSON.parse(stdout);
  expect([rows.length, pictures, files, blurred.length]).toEqual([
    3,
    2,
    ['soft.csv', 'soft.svg', 'soft.png', 'soft.onnx', 'soft.pareidolia.json'],
    1,
  ]);
  expect(readFileSync(at('soft.svg'), 'utf8')).toBe(barFigureSvg(interventionFigure(JSON.parse(stdout))));
  expect((await decodePicture(readFileSync(at('soft.png')))).width).toBeGreaterThan(800);
  const [head, ...lines] = readFileSync(at('soft.csv'), 'utf8')
    .split('\n')
    .map((line) => line.split(','));
  expect(head!.slice(0, 4)).toEqual(['intervention', 'changes', 'lines_2', 'phases_2']);
  const maps = [heatMaps[0], heatMaps[0], heatMaps[1]];
  // Lines after a blur are no finding.
  expect(rows.map((row: InterventionRow) => row.periods[0]!.lineIndex === undefined)).toEqual([false, true, false]);
  expect(heatMaps.map(({ name }: { name: string }) => name)).toEqual(['none', 'blurpool3']);
  for (const [i, line] of lines.slice(0, 3).entries()) {
    const told = (title: string) => {
      const cell = line[head!.indexOf(title)];
      return cell === '' ? undefined : Number(cell);
    };
    expect([line[0], line.length]).toEqual([['none', 'blur3', 'blurpool3'][i], head!.length]);
    expect(told('error_low')).toBe(maps[i].map.bands.low.error);
    expect([told('lines_2'), told('high_share'), told('accuracy'), told(`pgd_${1 / 255}`)]).toEqual([
      rows[i].periods[0].lineIndex,
      rows[i].highShare,
      rows[i].accuracy,
      rows[i].attacked[0].accuracy,
    ]);
  }
  await using soft = await loadModel(at('soft.onnx'));
  await using sharp = await loadModel(at('net.onnx'), { preprocessing: 'cifar10' });
  expect([soft.classCount, soft.className(1), soft.preprocessing.mean]).toEqual([5, 'b', sharp.preprocessing.mean]);
  expect(readFileSync(at('soft.onnx')).length).toBeGreaterThan(readFileSync(at('net.onnx')).length);
});

it.each([
  [[], 'Give pictures to measure on'],
  [['--out', 'refused.onnx', '--csv', 'refused.csv'], '--csv is a table of what is measured'],
  [['--out', 'refused.onnx', '--heatmap'], '--heatmap is of what is measured'],
  [['--out', 'refused.svg'], 'Give pictures to measure on'],
  [['--out', 'refused.onnx', '--out', 'refused.png'], 'A figure is of what is measured'],
  [['photos', '--out', 'refused.onnx', '--out', 'refused.pdf'], 'refused.pdf is none of them'],
  [
    ['photos', '--out', 'refused.svg', '--csv', './refused.svg'],
    'refused.svg would be written twice; give each output a name of its own.',
  ],
  [['--out', 'refused.onnx', '--blur', '9'], '2 to 7 taps, got 9'],
])('refuses %j in one sentence and writes nothing', (args, message) => {
  const { status, stdout, stderr } = run(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  for (const ending of ['onnx', 'csv', 'svg', 'png', 'pdf']) expect(existsSync(at(`refused.${ending}`))).toBe(false);
});
