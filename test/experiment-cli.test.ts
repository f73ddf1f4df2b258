/** @file `pareidolia experiment` as a user meets it: names, refusals, and what stays unwritten. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { experiments } from '../src/experiment/registry.ts';
import { cliIn } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-experiment-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cli = cliIn(folder);
const run = (...args: readonly string[]) => cli('experiment', ...args);

describe('pareidolia experiment', () => {
  it('lists every experiment with its paper, as text and as JSON', () => {
    const { status, stdout } = run('list');
    expect(status).toBe(0);
    for (const { title } of experiments) expect(stdout).toContain(title);
    const rows = JSON.parse(run('list', '--json').stdout) as { name: string; claim: string }[];
    expect(rows.map(({ name }) => name)).toEqual(experiments.map(({ name }) => name));
    expect(rows.every(({ claim }) => claim.length > 20)).toBe(true);
  });

  it.each([
    ['an unknown name', ['mislabeled'], 'There is no experiment "mislabeled"; there are mislabelled'],
    ['an unknown scale', ['mislabelled', '--scale', 'huge'], 'huge'],
    ['no seed', ['mislabelled', '--seeds', '0'], 'Expected a whole number of at least 1, got "0"'],
    ['a set that is not there', ['mislabelled', '--data', 'folder:nowhere'], 'nowhere'],
    ['CIFAR-10 that was not loaded', ['mislabelled', '--data', 'cifar10'], 'pareidolia data get cifar10'],
    ['a model that is not there', ['mislabelled', '--standard', 'none.onnx'], 'Cannot read none.onnx'],
    [
      'a model that it would not use',
      ['squares', '--robust', 'none.onnx'],
      'squares studies no model that was trained',
    ],
    ['one of two models', ['transfer', '--robust', 'none.onnx'], 'studies a standard model; leave --robust out'],
    ['a second model where none is asked', ['noise', '--second', 'none.onnx'], 'a robust model; leave --second out'],
    ['a denoiser where none is asked', ['style', '--denoiser', 'none.onnx'], 'a second model; leave --denoiser out'],
    ['a second model that is not there', ['style', '--second', 'none.onnx'], 'Cannot read none.onnx, the second model'],
    ['a denoiser that is not there', ['priors', '--denoiser', 'none.onnx'], 'Cannot read none.onnx, the denoiser'],
    ['a folder of other things', ['mislabelled', '-o', 'full'], 'give --resume'],
  ])('refuses %s in one sentence, and writes nothing', (_name, args, words) => {
    mkdirSync(join(folder, 'full'), { recursive: true });
    writeFileSync(join(folder, 'full', 'mine.txt'), 'mine');
    const { status, stdout, stderr } = run(...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(folder)).toEqual(['full']);
    expect(readdirSync(join(folder, 'full'))).toEqual(['mine.txt']);
  });
});
