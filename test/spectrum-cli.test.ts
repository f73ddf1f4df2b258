/** @file `pareidolia spectrum` from the command line. */

import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { cliIn } from './support/run-cli.ts';
import { stridedNetwork } from './support/strided.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-spectrum-'));

const run = cliIn(folder);

const checkered = (strength: number) => ({
  data: Float32Array.from(
    { length: 3 * 1024 },
    (_, at) => 0.5 + (((at % 32) + (at >> 5)) % 2 === 0 ? strength : -strength),
  ),
  channels: 3,
  height: 32,
  width: 32,
});

it('finds the checkerboard in a difference, and writes a table and a figure', async () => {
  writeFileSync(join(folder, 'a.png'), await encodePng(checkered(0.1)));
  writeFileSync(join(folder, 'b.png'), await encodePng(checkered(0)));
  const { status, stdout } = run(
    'spectrum',
    '--difference',
    'a.png',
    'b.png',
    '--json',
    '--csv',
    's.csv',
    '-o',
    's.png',
  );
  expect(status).toBe(0);
  const { spectra, written } = JSON.parse(stdout);
  expect(spectra[0]).toMatchObject({ pictures: 1, width: 32, height: 32 });
  expect(spectra[0].highShare).toBeCloseTo(1, 6);
  expect(spectra[0].lines[0].peaks.at(-1)).toMatchObject({ down: 0.5, across: 0.5 });
  expect(written).toEqual(['s.csv', 's.png']);
  expect(readFileSync(join(folder, 's.csv'), 'utf8').split('\n')[0]).toBe('name,frequency,power,relative');
  expect((await decodePicture(readFileSync(join(folder, 's.png')))).width).toBeGreaterThan(600);
});

it('says what keeps lines from being told, or makes them up', async () => {
  const slope = (width: number, height: number) => ({
    data: Float32Array.from({ length: 3 * width * height }, (_, at) => ((at * 7919) % 101) / 1000 + (at % width) / 50),
    ...{ channels: 3, height, width },
  });
  writeFileSync(join(folder, 'odd.png'), await encodePng(slope(33, 35)));
  writeFileSync(join(folder, 'even.png'), await encodePng(slope(32, 32)));
  const notes = (...args: string[]) => JSON.parse(run('spectrum', ...args, '--json').stdout).notes;
  expect(notes('odd.png')).toEqual([expect.stringContaining('Lines cannot be told in 33 x 35 pixels')]);
  expect(notes('even.png')).toEqual([expect.stringContaining('Without --window the jumps between opposite edges')]);
  expect(notes('even.png', '--window')).toEqual([]);
});

it("measures a model's gradients, its layers' and its twin's, and names what brings lines", async () => {
  writeFileSync(join(folder, 'net.onnx'), stridedNetwork({ kernel: 3, stride: 2, channels: 64 }));
  writeFileSync(join(folder, 'c.png'), await encodePng(checkered(0.2)));
  const flags = ['--preprocessing', 'none', '--csv', 'g.csv', '-o', 'g.html', '--json'];
  const { status, stdout } = run('spectrum', '--gradient', 'net.onnx', ...flags, folder);
  expect(status).toBe(0);
  const { spectra, layers, origins, twin } = JSON.parse(stdout);
  expect(spectra.map(({ name }: { name: string }) => name)).toEqual(['net.onnx', 'its random twin']);
  expect(layers.length).toBe(2);
  expect(origins[0]).toMatchObject({ period: 2, layer: 'Conv#1' });
  // Of the same architecture the twin has the same layers, and lines with the one that strides, of other weights.
  expect(twin.layers.map(({ name }: { name: string }) => name)).toEqual(
    layers.map(({ name }: { name: string }) => name),
  );
  expect(twin.origins[0]).toMatchObject({ period: 2, layer: 'Conv#1' });
  expect(twin.layers[0].highShare).not.toBe(layers[0].highShare);
  expect(readFileSync(join(folder, 'g.csv'), 'utf8')).toContain(`\n"its random twin, ${layers[0].name}",`);
  expect(readFileSync(join(folder, 'g.html'), 'utf8')).toContain('Layer by layer, with random weights');
});

it.each([
  [['a.png', '--difference'], /two pictures/],
  [['a.png', '-o', 'x.gif'], /\.svg, \.png or \.html/],
  [['a.png', '--gradient', 'net.onnx', '--difference'], /does not go with/],
])('refuses %j in a sentence and writes nothing', (args, said) => {
  const { status, stdout, stderr } = run('spectrum', ...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(said);
  expect(existsSync(join(folder, 'x.gif'))).toBe(false);
});
