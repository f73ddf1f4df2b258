/** @file `pareidolia inspect --artefacts` from the command line. */

import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodePicture } from '#image-codec';
import { parseCsv } from '../src/data/archive/csv.ts';
import { cliIn } from './support/run-cli.ts';
import { stridedNetwork } from './support/strided.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-artefacts-'));
writeFileSync(join(folder, 'net.onnx'), stridedNetwork({ kernel: 3, stride: 2, channels: 64 }));

const run = cliIn(folder);

it('predicts and measures a model of any origin, and draws it', async () => {
  const { status, stdout } = run(
    'inspect',
    'net.onnx',
    '--artefacts',
    '--preprocessing',
    'none',
    '--json',
    '-o',
    'map.png',
    '--csv',
    'layers.csv',
  );
  expect(status).toBe(0);
  const { layers, measured, tables, out } = JSON.parse(stdout);
  expect(layers).toMatchObject([{ kind: 'conv', kernel: [3, 3], stride: [2, 2], ratio: 4, inputPeriod: [2, 2] }]);
  expect(measured).toMatchObject({ on: 'noise', pictures: 32, periods: [{ period: [2, 2], holds: true }] });
  expect([out, tables]).toEqual(['map.png', ['layers.csv', 'layers.phases.csv']]);
  const [head, ...lines] = parseCsv(readFileSync(join(folder, 'layers.csv'), 'utf8'), 'layers').map(
    (row) => row.fields,
  );
  const at = (line: readonly string[], title: string) => line[head!.indexOf(title)];
  expect(
    lines.map((line) => ['layer', 'kernel_rows', 'overlap_columns', 'ratio', 'even'].map((title) => at(line, title))),
  ).toEqual([[layers[0].name, '3', '2:1', '4', 'false']]);
  const [title, ...phases] = parseCsv(readFileSync(join(folder, 'layers.phases.csv'), 'utf8'), 'phases').map(
    (row) => row.fields,
  );
  const of = (line: readonly string[], name: string) => Number(line[title!.indexOf(name)]);
  const [period] = measured.periods;
  expect(
    phases.map((line) => ['row', 'column', 'predicted', 'measured', 'line_index'].map((name) => of(line, name))),
  ).toEqual(
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ].map(([row, column]) => [
      row,
      column,
      period.predicted.energies[row!][column!],
      period.measured.energies[row!][column!],
      period.lineIndex,
    ]),
  );
  const { width } = await decodePicture(readFileSync(join(folder, 'map.png')));
  expect(width).toBeGreaterThan(4 * 256);
});

it.each([
  ['--out', '--out is where --artefacts draws its maps'],
  ['--artefacts --out', 'A figure is written as .svg or .png; refused is neither.'],
  ['--csv', '--csv is where --artefacts writes its tables'],
])('refuses %s of nothing in a sentence and writes nothing', (flag, message) => {
  const { status, stdout, stderr } = run('inspect', 'net.onnx', ...flag.split(' '), 'refused');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  expect(existsSync(join(folder, 'refused'))).toBe(false);
});
