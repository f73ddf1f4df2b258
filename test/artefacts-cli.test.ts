/** @file `pareidolia inspect --artefacts` from the command line. */

import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodePicture } from '#image-codec';
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
  );
  expect(status).toBe(0);
  const { layers, measured, out } = JSON.parse(stdout);
  expect(layers).toMatchObject([{ kind: 'conv', kernel: [3, 3], stride: [2, 2], ratio: 4, inputPeriod: [2, 2] }]);
  expect(measured).toMatchObject({ on: 'noise', pictures: 32, periods: [{ period: [2, 2], holds: true }] });
  expect(out).toBe('map.png');
  const { width } = await decodePicture(readFileSync(join(folder, 'map.png')));
  expect(width).toBeGreaterThan(4 * 256);
});

it('refuses a picture of nothing in a sentence and writes nothing', () => {
  const { status, stdout, stderr } = run('inspect', 'net.onnx', '--out', 'refused.png');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('--out is where --artefacts draws its maps');
  expect(existsSync(join(folder, 'refused.png'))).toBe(false);
});
