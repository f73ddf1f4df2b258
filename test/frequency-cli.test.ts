/** @file Frequencies on the command line: attacks within a band, and measurements of where a model is weak. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { loadModel } from '../src/model/load-model.ts';
import { randomOrder } from '../src/random/random-order.ts';
import { bandPassed, bands } from '../src/spectrum/band.ts';
import { type BandAttackResult, type BandCell, bandAttack, bandAttackKey } from '../src/spectrum/band-attack.ts';
import { type HeatCell, type HeatMap, heatMap, heatMapKey } from '../src/spectrum/heat-map.ts';
import { pseudoRandom } from './random.ts';
import { smallNetwork } from './support/network.ts';
import { cliIn } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-frequency-'));
const at = (name: string) => join(folder, name);

const run = cliIn(folder);

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

  it.each([['a band that is none', [...attack, '--band', 'top'], 'A band is low, middle, high or LOW-HIGH']])(
    'refuses %s in one sentence and writes nothing',
    (_, args, message) => {
      const { status, stdout, stderr } = run(...args, '--out', 'refused.png');
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain(message);
      expect(existsSync(at('refused.png'))).toBe(false);
    },
  );
});

describe('pareidolia sensitivity', () => {
  const pictures = [0, 1, 2].map(() => Float32Array.from({ length: 768 }, () => Math.round(60 + 130 * random()) / 255));
  const flags = ['--preprocessing', 'none', '--grid-step', '4', '--epsilon', '3', '--seed', '2'];

  it('goes on with a heat map that was stopped, writes it, and cleans up', async () => {
    mkdirSync(at('set'));
    for (const [i, data] of pictures.entries())
      writeFileSync(at(`set/${i}.png`), await encodePng({ data, channels: 3, height: 16, width: 16 }));
    await using model = await loadModel(at('net.onnx'), { preprocessing: 'none' });
    const options = { norm: 3, step: 4, seed: 2 };
    const { cells } = await heatMap(model, pictures, undefined, options);
    // Three cells are told to be done, with numbers that no measurement gives.
    const known: HeatCell[] = cells.slice(0, 3).map((cell) => ({ ...cell, wrong: 300 }));
    const key = await heatMapKey(model, pictures, undefined, options);
    writeFileSync(at('map.state.json'), JSON.stringify({ key, cells: known }));
    const result = run('sensitivity', '--heatmap', 'net.onnx', 'set', ...flags, '--out', 'map.png', '--json');
    expect(result.status).toBe(0);
    expect(result.stderr).toContain("the model's own answers stand for them");
    const map = JSON.parse(result.stdout) as HeatMap & { files: string[] };
    expect(map.cells).toEqual([...known, ...cells.slice(3)]);
    expect(map.files).toEqual(['map.json', 'map.csv', 'map.svg', 'map.png']);
    for (const file of map.files) expect(existsSync(at(file))).toBe(true);
    expect(readFileSync(at('map.csv'), 'utf8').split('\n')[1]).toBe('0,0,0,100,100');
    expect(existsSync(at('map.state.json'))).toBe(false);
  });

  it('goes on with attacks that were stopped', async () => {
    await using model = await loadModel(at('net.onnx'), { preprocessing: 'none' });
    const options = { bands: { low: bands.low }, epsilons: [2, 4], steps: 3, seed: 2 };
    const order = [...randomOrder(pictures.length, options.seed)].map((i) => pictures[i]!);
    const cells: BandCell[] = [];
    const found = await bandAttack(model, order, undefined, { ...options, onCell: (cell) => cells.push(cell) });
    // The first attack is told to be made, with a picture that was wrong before, as none can be whose label is the model's answer.
    const wrong = { misclassifiedBefore: true, success: false, success8: false };
    const known = { ...cells[0]!, outcomes: [wrong, ...cells[0]!.outcomes.slice(1)] };
    const key = await bandAttackKey(model, order, undefined, options);
    writeFileSync(at('bands.state.json'), JSON.stringify({ key, cells: [known] }));
    const args = ['--preprocessing', 'none', '--band', 'low', '--epsilon', '2', '--epsilon', '4', '--steps', '3'];
    const result = run('sensitivity', '--bands', 'net.onnx', 'set', ...args, '--seed', '2', '--out', 'bands', '--json');
    expect([result.status, existsSync(at('bands.state.json'))]).toEqual([0, false]);
    const { curves } = JSON.parse(result.stdout) as BandAttackResult;
    expect(curves[1]).toEqual(JSON.parse(JSON.stringify(found.curves[1])));
    expect(curves[0]!.points[0]!.success).toBe(cells[0]!.outcomes.slice(1).filter(({ success }) => success).length / 2);
  });

  it.each([
    ['two measurements at once', ['sensitivity', '--waves', '--bands'], 'each is a run of its own'],
    ['the state of another map', ['spectrum', '--heatmap', '--out', 'other'], 'is the state of another run'],
    ['the state of other attacks', ['sensitivity', '--bands', '--out', 'other'], 'is the state of another run'],
  ])('refuses %s in one sentence and writes nothing', (_, args, message) => {
    writeFileSync(at('other.state.json'), JSON.stringify({ key: 'another', cells: [] }));
    const { status, stdout, stderr } = run(...args, 'net.onnx', 'set');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(existsSync(at('other.json'))).toBe(false);
  });
});
