/** @file Settings of priors in words. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { priorSettingsOf } from './prior-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-'));
const bounds = join(folder, 'bounds.json');
writeFileSync(bounds, '{ "low": 0, "high": [1, 2] }');
writeFileSync(join(folder, 'none.json'), '{ "low": "x" }');

it.each([
  ['fourier', ['decay=1.5'], { decay: 1.5 }],
  [
    'generator',
    ['range=-1:1', 'sphere=true', 'length-weight=0.005'],
    { code: { range: [-1, 1], sphere: true, lengthWeight: 0.005 } },
  ],
  ['generator', [`bounds=${bounds}`], { code: { bound: { low: 0, high: [1, 2] } } }],
  [
    'dae',
    ['gradient-weight=0.1', 'annealed=false', 'noise=0'],
    { denoiser: { gradientWeight: 0.1, annealed: false, noise: 0 } },
  ],
  ['maco', [], {}],
])('%s %s', async (prior, texts, expected) => {
  expect(await priorSettingsOf(prior, texts)).toEqual(expected);
});

it.each([
  ['fourier', 'bound=1', 'The prior fourier has no setting "bound"; it has decay.'],
  ['maco', 'decay=1', 'The prior maco has no settings; leave out --set decay.'],
  ['fourier', 'decay', 'Expected NAME=VALUE for --set'],
  ['fourier', 'decay=much', 'Expected a number'],
  ['generator', 'range=1:-1', 'Expected LOW:HIGH for --set range, got "1:-1".'],
  ['dae', 'annealed=yes', 'Expected true or false for --set annealed'],
  ['generator', 'bounds=nothing.json', 'Cannot read nothing.json'],
  ['generator', `bounds=${join(folder, 'none.json')}`, 'to hold bounds of a code'],
])('refuses %s %s', async (prior, text, message) => {
  await expect(priorSettingsOf(prior, [text])).rejects.toThrow(message);
});
