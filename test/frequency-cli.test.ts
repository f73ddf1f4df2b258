/** @file Frequencies on the command line: attacks within a band. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { bandPassed, bands } from '../src/spectrum/band.ts';
import { pseudoRandom } from './random.ts';
import { smallNetwork } from './support/network.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-frequency-'));
const at = (name: string) => join(folder, name);
const main = new URL('../src/cli/main.ts', import.meta.url).pathname;

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const random = pseudoRandom(5);
const pixels = Float32Array.from({ length: 768 }, () => Math.round(60 + 130 * random()) / 255);
writeFileSync(at('net.onnx'), smallNetwork());
writeFileSync(at('picture.png'), await encodePng({ data: pixels, channels: 3, height: 16, width: 16 }));

describe('pareidolia attack --band', () => {
  const attack = ['attack', 'net.onnx', 'picture.png', '--preprocessing', 'none', '--norm', 'l2', '--epsilon', '6'];

  it('writes a picture whose change lies in the band, and says how far it does', async () => {
    const { status, stdout } = run(...attack, '--band', 'middle', '--out', 'out.png', '--json');
    expect(status).toBe(0);
    const { within, results } = JSON.parse(stdout);
    expect([within, results[0].success8]).toEqual(['middle band', true]);
    const { data } = await decodePicture(readFileSync(at('out.png')));
    const change = data.map((value, i) => value - pixels[i]!);
    const kept = bandPassed(change, 16, 16, bands.middle);
    const squares = (v: Float32Array) => v.reduce((sum, value) => sum + value * value, 0);
    const outside = squares(change.map((value, i) => value - kept[i]!)) / squares(change);
    expect(results[0].subspace.outsideRounded).toBeCloseTo(outside, 4);
    expect(outside).toBeLessThan(0.05);
  });

  it.each([
    ['a band that is none', [...attack, '--band', 'top'], 'A band is low, middle, high or LOW-HIGH'],
    ['a band by --set', [...attack, '--set', 'subspace=low'], 'say --band NAME'],
  ])('refuses %s in one sentence and writes nothing', (_, args, message) => {
    const { status, stdout, stderr } = run(...args, '--out', 'refused.png');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(existsSync(at('refused.png'))).toBe(false);
  });
});
