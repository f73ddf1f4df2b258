/** @file The command line as a user meets it: a process with arguments, streams, files and an exit code. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { calibrationTables } from '../src/distance/calibration-data.ts';
import { readingOf } from '../src/distance/reading.ts';
import { readPngText } from '../src/image/png-text.ts';
import { loadModel } from '../src/model/load-model.ts';
import { pseudoRandom } from './random.ts';
import { argmaxNetwork, constantNetwork, fiveChannelNetwork, smallNetwork } from './support/network.ts';
import { cliIn } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-'));
const at = (name: string) => join(folder, name);
const main = new URL('../src/cli/main.ts', import.meta.url).pathname;

const run = cliIn(folder);

const random = pseudoRandom(5);
const picture = await encodePng({
  data: Float32Array.from({ length: 768 }, () => 0.25 + 0.5 * random()),
  channels: 3,
  height: 16,
  width: 16,
});
writeFileSync(at('net.onnx'), smallNetwork());
writeFileSync(
  at('net.pareidolia.json'),
  JSON.stringify({ preprocessing: 'none', classes: ['cat', 'dog', 'bird, fowl', 'fish', 'frog'] }),
);
writeFileSync(at('constant.onnx'), constantNetwork());
writeFileSync(at('argmax.onnx'), argmaxNetwork());
writeFileSync(at('five.onnx'), fiveChannelNetwork());
writeFileSync(at('truncated.onnx'), smallNetwork().slice(0, 900));
writeFileSync(at('picture.png'), picture);
writeFileSync(at('broken.png'), picture.slice(0, 100));
mkdirSync(at('set/cat'), { recursive: true });
mkdirSync(at('set/dog'));
writeFileSync(at('set/cat/a.png'), picture);
writeFileSync(at('set/dog/a.png'), picture);
mkdirSync(at('empty'));
mkdirSync(at('brokenset/cat'), { recursive: true });
writeFileSync(at('brokenset/cat/b.png'), picture.slice(0, 100));
writeFileSync(at('names.json'), '["cat", "dog"');
mkdirSync(at('again'));
writeFileSync(at('again/a.png'), picture);
writeFileSync(at('again/a.figure.png'), picture);

describe('pareidolia inspect', () => {
  it('shows what the model takes and holds', () => {
    const { status, stdout } = run('inspect', 'net.onnx');
    expect(status).toBe(0);
    expect(stdout).toMatch(/inputs\s+picture float32 \[N, 3, 16, 16\]/);
    expect(stdout).toMatch(/ops\s+Conv 2, Relu 2/);
    expect(stdout).toMatch(/preprocessing\s+none: .*\(sidecar\)/);
    expect(stdout).toMatch(/gradient\s+yes/);
  });

  it('prints JSON alone on stdout', () => {
    const { stdout } = run('inspect', 'net.onnx', '--json', '--layers');
    // 2 convolutions 3 -> 8 and 8 -> 12 at 16 and 8 pixels, and 768 x 5
    expect(JSON.parse(stdout)).toMatchObject({
      parameters: 224 + 876 + 3845 + 1,
      flops: 2 * (27 * 8 * 256 + 72 * 12 * 64 + 768 * 5),
      classes: 5,
    });
    expect(JSON.parse(stdout).layers[1]).toMatchObject({ op: 'Relu', aliases: ['Relu#1'], units: 8 });
    expect(run('inspect', 'net.onnx', '--layers').stdout).toMatch(/ = Relu#2 {2}Relu \[1, 12, 8, 8\]/);
  });

  it('says which op stops the gradient', () => {
    const { status, stdout } = run('inspect', 'argmax.onnx');
    expect(status).toBe(0);
    expect(stdout).toMatch(/gradient\s+no: No gradient passes through ArgMax "winner"/);
    const stood = run('inspect', 'argmax.onnx', '--stand-in', 'ArgMax=zero');
    expect(stood.status).toBe(0);
    expect(stood.stdout).toContain('ArgMax has that of a constant as its gradient.');
    expect(stood.stdout).not.toContain('No gradient passes');
  });

  it('tries preprocessings on labelled pictures and writes the best', async () => {
    const names = ['cat', 'dog', 'bird', 'fish', 'frog'];
    writeFileSync(at('plain.onnx'), smallNetwork());
    writeFileSync(at('names.txt'), names.join('\n'));
    // Labelled by what the network sees in them from 0 to 255.
    await using model = await loadModel(at('plain.onnx'), { preprocessing: 'raw255' });
    for (let i = 0; i < 12; i++) {
      const data = Float32Array.from({ length: 768 }, () => random() ** (1 + (i % 3)));
      const png = await encodePng({ data, channels: 3, height: 16, width: 16 });
      const { label } = await model.predictPlain((await decodePicture(png)).data);
      mkdirSync(at(`seen/${names[label]}`), { recursive: true });
      writeFileSync(at(`seen/${names[label]}/${i}.png`), png);
    }
    const args = ['inspect', 'plain.onnx', '--classes', 'names.txt', '--images', 'seen', '--write-sidecar'];
    const { status, stdout } = run(...args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/top-1 +top-5 +preprocessing\n100\.0% {2}100\.0% {2}raw255: .*\n +\d\d\.\d%/);
    expect(JSON.parse(readFileSync(at('plain.pareidolia.json'), 'utf8'))).toEqual({
      preprocessing: { layout: 'NCHW', channels: 'rgb', range: 255, mean: [0, 0, 0], std: [1, 1, 1] },
      classes: names,
    });
  });
});

describe('the sidecar that inspection writes', () => {
  const labelled = ['cat', 'dog', 'bird', 'fish', 'frog'];

  it('keeps what the one before said of other things', async () => {
    writeFileSync(at('kept.onnx'), smallNetwork());
    await using model = await loadModel(at('kept.onnx'), { preprocessing: 'none' });
    const { label } = await model.predictPlain((await decodePicture(picture)).data);
    mkdirSync(at(`right/${labelled[label]}`), { recursive: true });
    writeFileSync(at(`right/${labelled[label]}/a.png`), picture);
    const before = { preprocessing: { range: 1, resizeTo: 20 }, classes: labelled, output: 'scores' };
    writeFileSync(at('kept.pareidolia.json'), JSON.stringify(before));
    expect(run('inspect', 'kept.onnx', '--images', 'right', '--write-sidecar').status).toBe(0);
    expect(JSON.parse(readFileSync(at('kept.pareidolia.json'), 'utf8'))).toMatchObject(before);
  });

  it('holds what was in use where others are right equally often, and says so', () => {
    const { stdout } = run('inspect', 'kept.onnx', '--images', 'right');
    expect(stdout).toMatch(/preprocessing\n100\.0% {2}100\.0% {2}none: .*\n100\.0%/);
    expect(stdout).toMatch(/The first \d+ are right equally often; more pictures would tell them apart/);
  });

  it('is not written where nothing is right', () => {
    writeFileSync(at('wrong.onnx'), constantNetwork());
    mkdirSync(at('never/1'), { recursive: true });
    writeFileSync(at('never/1/a.png'), picture);
    const { status, stderr } = run('inspect', 'wrong.onnx', '--images', 'never', '--write-sidecar');
    expect(stderr).toContain('No preprocessing gives a right answer');
    expect([status, existsSync(at('wrong.pareidolia.json'))]).toEqual([2, false]);
  });
});

describe('pareidolia attack', () => {
  it('writes the adversarial picture and a figure, and tells what it did', async () => {
    const { status, stdout } = run(
      'attack',
      'net.onnx',
      'picture.png',
      '--epsilon',
      '12/255',
      '--out',
      'out/adversarial.png',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/fooled: .*\d%.* -> .*, linf 1[12]\.\d+\/255/);
    expect(stdout).toContain('1 of 1 fooled after 8-bit rounding');
    const adversarial = readFileSync(at('out/adversarial.png'));
    const [before, after] = [await decodePicture(picture), await decodePicture(adversarial)];
    expect(Math.max(...after.data.map((v, i) => Math.abs(v - before.data[i]!)))).toBeLessThanOrEqual(12 / 255 + 1e-6);
    expect(JSON.parse(readPngText(adversarial).pareidolia!)).toMatchObject({
      model: 'net.onnx',
      norm: 'linf',
      seed: 0,
    });
    expect((await decodePicture(readFileSync(at('out/adversarial.figure.png')))).width).toBeGreaterThan(700);
  });

  it('gives the same again for the same seed', () => {
    const args = ['attack', 'net.onnx', 'picture.png', '--epsilon', '8/255', '--json', '--no-figure', '--out'];
    const [a, b] = ['a.png', 'b.png'].map((name) => run(...args, name));
    expect(readFileSync(at('a.png'))).toEqual(readFileSync(at('b.png')));
    const strip = (text: string) => text.replaceAll(/[ab]\.png/g, '');
    expect(strip(a!.stdout)).toBe(strip(b!.stdout));
    const [result] = JSON.parse(a!.stdout).results;
    expect(result).toMatchObject({ success: true, success8: true, seed: 0, norm: 'linf' });
    expect(result.before.top.length).toBe(5);
  });

  it('takes labels from class folders and leaves out what was wrong before', () => {
    const { stdout } = run('attack', 'net.onnx', 'set', '--epsilon', '8/255', '--out', 'many', '--json');
    const { results } = JSON.parse(stdout);
    expect(results.map((result: { label: number }) => result.label)).toEqual([0, 1]);
    for (const result of results) expect(Object.keys(result.files).length).toBe(result.misclassifiedBefore ? 0 : 2);
  });

  it('never writes two results to one file', () => {
    const { stdout } = run('attack', 'net.onnx', 'again', '--epsilon', '12/255', '--out', 'both', '--json');
    const files = JSON.parse(stdout).results.flatMap((result: { files: object }) => Object.values(result.files));
    expect(new Set(files).size).toBe(4);
  });

  it('leads to a target by name in l2', () => {
    const { status, stdout } = run(
      'attack',
      'net.onnx',
      'picture.png',
      '--target',
      'fowl',
      '--norm',
      'l2',
      '--epsilon',
      '3',
      '--out',
      't.png',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/-> bird, fowl/);
  });

  it('writes no picture where the model resists, and --fail-under counts it as robust', () => {
    const { status, stdout } = run(
      'attack',
      'constant.onnx',
      'picture.png',
      '--preprocessing',
      'none',
      '--epsilon',
      '8/255',
      '--out',
      'never.png',
      '--fail-under',
      '0.5',
    );
    expect([status, existsSync(at('never.png'))]).toEqual([0, false]);
    expect(stdout).toContain('resisted');
    expect(
      run('attack', 'net.onnx', 'picture.png', '--epsilon', '12/255', '--out', 'x.png', '--fail-under', '0.5').status,
    ).toBe(1);
  });
});

describe('pareidolia visualize', () => {
  const draw = (...args: string[]) => run('visualize', 'net.onnx', '--steps', '12', ...args);

  it('draws a unit with its evidence and its settings, a page and a video beside it', async () => {
    const { status, stdout } = draw(
      '--unit',
      'Relu#2:4',
      '--grid',
      '1x2',
      '--diversity',
      '1',
      '--evidence',
      'set',
      '--out',
      'v/unit.png',
      '--report',
      'v/page.html',
      '--video',
      'v/path.webp',
      '--json',
    );
    expect(status).toBe(0);
    const { units, prior, seed, steps } = JSON.parse(stdout);
    expect([prior, seed, steps, units[0].photos]).toEqual(['fourier', 0, 12, 2]);
    expect(units[0].activation).toBeGreaterThan(units[0].firstActivation);
    expect(units[0].path).toHaveLength(13);
    const png = readFileSync(at('v/unit.png'));
    expect(await decodePicture(png)).toMatchObject({ width: 32, height: 16 });
    expect(JSON.parse(readPngText(png).pareidolia!)).toMatchObject({
      model: 'net.onnx',
      units: ['Relu#2:4'],
      prior: 'fourier',
    });
    expect(readFileSync(at('v/page.html'), 'utf8')).toContain('Relu#2:4');
    expect(readFileSync(at('v/path.webp')).subarray(8, 16).toString('latin1')).toMatch(/^WEBPVP8X/);
  });

  it('draws several units as a sheet, the same for the same seed, through a transparent picture too', () => {
    const args = ['--unit', 'Relu#1:0', '--unit', 'bird, fowl', '--prior', 'pixels', '--out'];
    expect(draw(...args, 'v/a.png').status).toBe(0);
    draw(...args, 'v/b.png');
    expect(readFileSync(at('v/a.png'))).toEqual(readFileSync(at('v/b.png')));
    expect(draw('--unit', 'Relu#1:0', '--transparency', '--out', 'v/t.png').status).toBe(0);
    expect(readFileSync(at('v/t.png'))[25]).toBe(6);
  });

  it('draws what a layer saw of a picture', async () => {
    const options = ['--unit', 'Relu#2', '--match', 'picture.png', '--as', 'caricature', '--cosine-power', '2'];
    const { status, stdout } = draw(...options, '--json', '--out', 'v/match.png');
    expect(status).toBe(0);
    const { units, as, match, cosinePower } = JSON.parse(stdout);
    expect([as, match, cosinePower]).toEqual(['caricature', 'picture.png', 2]);
    expect(units[0].unit).toBe('caricature of picture.png at Relu#2');
    expect(units[0].activation).toBeGreaterThan(units[0].firstActivation);
  });

  it('goes from one channel to another over a grid, along neighbours, at a size of its own', async () => {
    const options = ['--unit', 'Relu#2:4', '--size', '20', '--grid', '1x3', '--towards', '7', '--alignment', '0.5'];
    const { status, stdout } = draw(...options, '--json', '--out', 'v/towards.png');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      units: [{ objective: 'from Relu#2:4 to Relu#2:7 + 0.5 alignment' }],
      towards: 7,
      alignment: '0.5',
    });
    expect(await decodePicture(readFileSync(at('v/towards.png')))).toMatchObject({ width: 60, height: 20 });
  });

  it('slides through the priors, with the distance that each moved its start', () => {
    const { status, stdout } = draw('--unit', 'dog', '--slide', '--json', '--out', 'v/s.png');
    expect(status).toBe(0);
    const { places } = JSON.parse(stdout);
    expect(places).toHaveLength(7);
    for (const { moved } of places) {
      expect(moved.l2).toBeGreaterThan(0);
      expect(moved.ssim).toBeLessThan(1);
    }
    expect(JSON.parse(readPngText(readFileSync(at('v/s.png'))).pareidolia!)).toMatchObject({ slide: true, steps: 12 });
  });

  it('draws by values alone, of a network whose gradient is zero', () => {
    const options = ['--unit', '0', '--optimizer', 'genetic', '--evaluations', '60', '--json', '--out', 'v/free.png'];
    const { status, stdout } = run('visualize', 'argmax.onnx', ...options);
    expect(status).toBe(0);
    const { units, optimizer, evaluations, prior } = JSON.parse(stdout);
    expect([optimizer, evaluations, prior]).toEqual(['genetic', 60, 'generator']);
    // The score is the position of the largest of 768 values.
    expect(units[0].activation).toBeGreaterThan(600);
  });

  it('starts from a picture, says how near the prior comes to it, and keeps what would draw it again', async () => {
    const options = ['--unit', 'Relu#1:0', '--prior', 'low-resolution', '--from', 'picture.png', '--redirect', '4'];
    const { status, stderr } = draw(...options, '--penalty', 'boundary=0.1', '--out', 'v/from.png');
    expect(status).toBe(0);
    expect(stderr).toMatch(/note: low-resolution comes within 0\.\d{3} of picture\.png on average/);
    expect(JSON.parse(readPngText(readFileSync(at('v/from.png'))).pareidolia!)).toMatchObject({
      from: 'picture.png',
      redirect: 4,
      penalties: { boundary: 0.1 },
    });
  });

  it.each([
    ['no unit', ['--out', 'new/x.png'], /[Uu]nit/],
    ['an unknown unit', ['--unit', 'bidr', '--out', 'new/x.png'], /Near matches: bird, fowl/],
    ['an unknown layer', ['--unit', 'Rel#1:0', '--out', 'new/x.png'], /has no layer "Rel#1"/],
    [
      'an unknown robustness',
      ['--unit', 'Relu#1:0', '--robustness', 'foo', '--out', 'new/x.png'],
      /There is no robustness "foo"/,
    ],
    [
      'a penalty that is none',
      ['--unit', 'Relu#1:0', '--penalty', 'foo=1', '--out', 'new/x.png'],
      /Expected a penalty such as/,
    ],
    ['a channel that is not there', ['--unit', 'Relu#1:99', '--out', 'new/x.png'], /has channels 0 to 7; 99 is none/],
  ])('refuses %s in one sentence', (_name, args, message) => {
    const { status, stdout, stderr } = draw(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([status, stdout, existsSync(at('new'))]).toEqual([2, '', false]);
  });
});

describe('pareidolia bridge', () => {
  it('says of every link whether it held, and writes a page and every dose', () => {
    const files = ['set/cat/a.png', 'set/dog/a.png'];
    const args = [
      'bridge',
      'net.onnx',
      ...files,
      '--unit',
      'fish',
      '--doses',
      '4/255,16/255',
      '--dose',
      '16/255',
      '-d',
      'ssim',
    ];
    const { status, stdout } = run(...args, '-o', 'bridge.html', '--csv', 'doses.csv', '--json');
    expect(status).toBe(0);
    const [{ unit, patterns, doses }] = JSON.parse(stdout).units;
    expect([unit, doses]).toEqual(['fish', [4 / 255, 16 / 255]]);
    expect(patterns[0].name).toBe('ascent');
    expect(patterns[0].links.map(({ name }: { name: string }) => name)).toEqual([
      'high frequency',
      'answers alone',
      'adds up',
      'hidden',
      'fools',
    ]);
    const page = readFileSync(at('bridge.html'), 'utf8');
    expect(page).toContain('From drawing to attack');
    expect(page).toContain(patterns[0].links[1].words);
    const lines = readFileSync(at('doses.csv'), 'utf8').trim().split('\n');
    expect(lines.length).toBe(1 + 4 * patterns.length);
    const heads = lines[0]!.split(',');
    expect(heads.length).toBe(15);
    // Every number of the JSON of a dose stands in its line.
    const [dose] = patterns[0].doses.filter((one: { dose: number }) => one.dose === 4 / 255);
    const line = lines
      .map((each) => each.split(','))
      .find((each) => each[2] === 'ascent' && Number(each[3]) === 4 / 255)!;
    const told = (head: string) => Number(line[heads.indexOf(head)]);
    for (const ground of ['grey', 'black', 'mean']) expect(told(`gained_on_${ground}`)).toBe(dose.aloneGained[ground]);
    const { r2 } = patterns[0].linearity;
    expect(told('r2')).toBe(r2.find((one: { dose: number }) => one.dose === 4 / 255).value);
    expect(told('gained')).toBe(dose.gained.value);
  });

  it('refuses what it cannot measure, and writes nothing', () => {
    const { status, stderr } = run('bridge', 'net.onnx', 'picture.png', '--unit', 'fish', '-o', 'page.png');
    expect([status, stderr]).toEqual([2, 'pareidolia: The page is written as HTML; page.png is not named .html.\n']);
    expect(run('bridge', 'net.onnx', 'nowhere', '--unit', 'fish').stderr).toMatch(/Cannot read nowhere/);
    const both = run('bridge', 'net.onnx', 'picture.png', '--unit', 'fish', '--batch', '2', '--memory', '1GB');
    expect([both.status, both.stderr]).toEqual([
      2,
      'pareidolia: --memory chooses the batch, and --batch sets it: give one of them.\n',
    ]);
    expect(existsSync(at('page.png'))).toBe(false);
  });
});

describe('pareidolia attack --method', () => {
  const attack = (...args: string[]) => run('attack', 'net.onnx', 'picture.png', '--no-figure', '--json', ...args);

  it('looks for the smallest change, with options of its own and the path on request', () => {
    const { stdout } = attack('--method', 'ddn', '--steps', '30', '--set', 'gamma=0.1', '--path', '--out', 'm/ddn.png');
    const { method, norm, gamma, epsilon, results } = JSON.parse(stdout);
    expect([method, norm, gamma, epsilon]).toEqual(['ddn', 'l2', 0.1, undefined]);
    expect(results[0]).toMatchObject({ success8: true, backwards: 30, distance: 'l2' });
    expect(results[0].path.length).toBeGreaterThan(30);
    expect(results[0].path[0]).toMatchObject({ distance: 0, forwards: 2 });
    expect(existsSync(at('m/ddn.png'))).toBe(true);
  });

  it('takes the best for the norm, and says which', () => {
    const { stdout, stderr } = attack('--method', 'best', '--norm', 'l2', '--out', 'm/best.png');
    expect(stderr).toMatch(
      /note: chosen: ddn \(Rony et al\. 2019\), the strongest in AttackBench for the smallest change in l2/,
    );
    expect(JSON.parse(stdout)).toMatchObject({ method: 'ddn', results: [{ method: 'ddn', success8: true }] });
  });

  it('keeps to a criterion', async () => {
    const { stdout } = attack('--epsilon', '40/255', '--criterion', 'top-2', '--out', 'm/top.png');
    const { results } = JSON.parse(stdout);
    expect(results[0].success8).toBe(true);
    const names = results[0].after8.top.map(({ label }: { label: number }) => label);
    expect(names.indexOf(results[0].label)).toBeGreaterThanOrEqual(2);
  });

  it('lists the attacks, and the options of one', () => {
    const rows = JSON.parse(run('attacks', '--json').stdout);
    expect(rows.find(({ name }: { name: string }) => name === 'pgd')).toMatchObject({
      kind: 'budget',
      knowledge: 'gradients',
    });
    const { stdout } = run('attacks');
    for (const { name } of rows) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(run('attacks', 'ddn').stdout).toMatch(/gamma +change of the norm/);
    expect(run('attacks', 'dnn').stderr).toContain('There is no attack "dnn"');
  });
});

describe('pareidolia attack under a distance', () => {
  const fitted = (name: string, pixel: (i: number) => number, height = 16) => {
    const data = Float32Array.from({ length: 16 * height }, (_, i) => pixel(i));
    return encodePng({ data, channels: 1, height, width: 16 }).then((png) => writeFileSync(at(name), png));
  };

  it('finds the smallest change, and reports it under every distance', async () => {
    const args = ['attack', 'net.onnx', 'picture.png', '--distance', 'ssim', '--minimal', '--steps', '60'];
    const { status, stdout } = run(...args, '--out', 'd/a.png', '--report-distances');
    expect(status).toBe(0);
    expect(stdout).toMatch(/fooled: .*\d%.* -> .*, ssim 0\.\d+, \d+ forward and \d+ backward passes/);
    expect(stdout).toMatch(/\n {2}psnr +\d+\.\d+ {2}higher {2}(like|less|more|between) .*(JPEG|noise|blur)/);
    expect(stdout).toMatch(/\n {2}ms-ssim enlarged 11x +0\.\d+ {2}higher {2}not calibrated\n/);
    expect(stdout).toMatch(
      /\n {2}By the noise that .*, \S.* notices? the most \(.*noise of [\d.]+\/255\), .* the least \(/,
    );
    expect(JSON.parse(readPngText(readFileSync(at('d/a.png'))).pareidolia!)).toMatchObject({
      method: 'smallest distance',
      distance: 'ssim',
      change: 'pixels',
    });
    expect((await decodePicture(readFileSync(at('d/a.figure.png')))).width).toBeGreaterThan(700);
  });

  it('stays within a budget and bounds where a mask allows, and prints it all as JSON', async () => {
    await fitted('half.png', (i) => Number(i % 16 < 12));
    const bounds = ['--bound', 'linf<=16/255', '--bound', 'l0:pixels:192', '--bound', 'ssim=0.4'];
    const args = ['attack', 'net.onnx', 'picture.png', '--distance', 'l2', '--budget', '2', ...bounds];
    const { status, stdout } = run(...args, '--mask', 'half.png', '--out', 'd/b.png', '--json', '--report-distances');
    expect(status).toBe(0);
    const { budget, bounds: limits, results } = JSON.parse(stdout);
    expect([budget, limits]).toEqual([2, { linf: 16 / 255, 'l0:pixels': 192, ssim: 0.4 }]);
    const [{ success8, measured8, reportedDistances, noticed, adversarial8 }] = results;
    expect([success8, adversarial8]).toEqual([true, undefined]);
    expect(measured8.l2).toBeLessThanOrEqual(2);
    for (const [name, limit] of Object.entries(limits))
      expect(measured8[name]).toBeLessThanOrEqual(Number(limit) * 1.0001);
    const [before, after] = [await decodePicture(picture), await decodePicture(readFileSync(at('d/b.png')))];
    const changes = after.data.map((value, i) => value - before.data[i]!);
    expect(changes.every((value, i) => i % 16 < 12 || value === 0)).toBe(true);
    expect(Math.hypot(...changes)).toBeCloseTo(measured8.l2, 4);
    const l2 = reportedDistances.find(({ name }: { name: string }) => name === 'l2');
    expect(l2).toMatchObject({ better: 'lower', value: measured8.l2 });
    expect(l2.reading).toBe(readingOf('l2', l2.distance, 16, calibrationTables));
    const names = reportedDistances.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['l0', 'gmsd', 'csf', 'lpips']));
    for (const { distances } of [noticed.most, noticed.least]) expect(names).toEqual(expect.arrayContaining(distances));
    expect(noticed.least.levels).toBeLessThan(noticed.most.levels);
  });

  it('measures what PGD found as well', () => {
    const { stdout } = run(
      'attack',
      'net.onnx',
      'picture.png',
      '--epsilon',
      '12/255',
      '--out',
      'd/c.png',
      '--report-distances',
    );
    expect(stdout).toMatch(/fooled: .* linf 1[12]\.\d+\/255/);
    expect(stdout).toMatch(/\n {2}linf +0\.04\d+ {2}lower +between noise of 1\/255 and 4\/255\n/);
  });

  it.each(['colour', 'flow'])('changes pictures by %s', (change) => {
    const args = ['attack', 'net.onnx', 'picture.png', '--distance', 'l2', '--minimal', '--steps', '60'];
    const { stdout } = run(...args, '--change', change, '--out', `d/${change}.png`, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ change, results: [{ success8: true }] });
  });

  const under = (...args: string[]) => ['attack', 'net.onnx', 'picture.png', '--out', 'new/bad.png', ...args];
  it.each([
    ['an unknown attack', under('--method', 'ddm'), 'There is no attack "ddm". Attacks: fgsm, '],
    [
      'a budget for the smallest change',
      under('--method', 'ddn', '--epsilon', '1'),
      'ddn looks for the smallest change',
    ],
    ['an option of another attack', under('--method', 'ddn', '--momentum', '1'), 'ddn has no option momentum'],
    ['an unknown option', under('--epsilon', '0.1', '--set', 'gama=1'), 'pgd has no option gama; its own are steps'],
    ['a norm that an attack does not know', under('--method', 'ddn', '--norm', 'l1'), 'ddn is defined for l2'],
    ['a setting without a value', under('--epsilon', '0.1', '--set', 'gamma'), 'Expected NAME=VALUE'],
    ['a criterion that is none', under('--epsilon', '0.1', '--criterion', 'best-5'), 'Expected a criterion such as'],
    ['neither a ball nor a distance', under(), '--epsilon 8/255, or --distance NAME'],
    ['--minimal alone', under('--minimal'), '--minimal needs --distance NAME.'],
    ['a bound for a ball', under('--epsilon', '0.1', '--bound', 'l2=1'), '--bound needs --distance NAME.'],
    ['a distance alone', under('--distance', 'l2'), '--distance needs --minimal'],
    ['both forms', under('--distance', 'l2', '--minimal', '--budget', '1'), 'choose one of them'],
    ['a ball and a distance', under('--distance', 'l2', '--epsilon', '0.1'), '--epsilon is the radius of a ball'],
    ['a norm and a distance', under('--distance', 'l2', '--minimal', '--norm', 'l2'), '--norm belongs to attacks'],
    ['no random start', under('--distance', 'l2', '--minimal', '--no-random-start'), '--random-start belongs to'],
    ['an unknown distance', under('--distance', 'sim', '--minimal'), 'There is no distance "sim"; there are l0'],
    ['a budget in the wrong unit', under('--distance', 'linf', '--budget', '8'), 'Did you mean 8/255?'],
    ['a budget of decibels', under('--distance', 'psnr', '--budget', '40'), 'it is the mean squared difference'],
    ['a bound without a number', under('--distance', 'l2', '--minimal', '--bound', 'linf'), 'Expected a bound such as'],
    ['a bound given twice', under('--distance', 'l2', '--minimal', '--bound', 'l2=1'), 'l2 is given twice'],
    [
      'a mask of another size',
      under('--distance', 'l2', '--minimal', '--mask', 'flat.png'),
      'has 16 x 9 pixels; it needs',
    ],
    ['a black mask', under('--distance', 'l2', '--minimal', '--mask', 'black.png'), 'black everywhere'],
  ])('refuses %s in one sentence', async (_name, args, message) => {
    await fitted('half.png', (i) => Number(i % 16 < 12));
    await fitted('flat.png', () => 1, 9);
    await fitted('black.png', () => 0);
    const { status, stdout, stderr } = run(...args);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([status, stdout, existsSync(at('new'))]).toEqual([2, '', false]);
  });
});

describe('bad input gives one sentence, an exit code, and nothing else', () => {
  const attack = (...args: string[]) => ['attack', 'net.onnx', 'picture.png', '--out', 'new/folder/bad.png', ...args];
  it.each([
    ['a missing model', ['inspect', 'none.onnx'], 2, 'Cannot read none.onnx: there is no such file.'],
    ['a picture as model', ['inspect', 'picture.png'], 2, 'Expected an ONNX model, got a PNG picture.'],
    ['a truncated model', ['inspect', 'truncated.onnx'], 2, 'truncated'],
    [
      'a model of five channels',
      ['attack', 'five.onnx', 'picture.png', '--epsilon', '0.1'],
      2,
      'Expected a model with a picture input [N, 1 or 3, height, width]',
    ],
    [
      'a missing picture',
      ['attack', 'net.onnx', 'none.png', '--epsilon', '0.1'],
      2,
      'Cannot read none.png: there is no such file.',
    ],
    [
      'a broken picture',
      ['attack', 'net.onnx', 'broken.png', '--epsilon', '0.1', '--out', 'bad.png'],
      2,
      'broken.png: Expected a PNG, JPEG or WebP picture, got a damaged or truncated PNG',
    ],
    [
      'a broken picture among labelled ones',
      ['inspect', 'net.onnx', '--images', 'brokenset'],
      2,
      'brokenset/cat/b.png: Expected a PNG, JPEG or WebP picture',
    ],
    ['a share above all', attack('--epsilon', '0.1', '--fail-under', '50'), 2, 'a share from 0 to 1, got "50"'],
    [
      'class names that are broken JSON',
      attack('--epsilon', '0.1', '--classes', 'names.json'),
      2,
      'names.json: The class names are not JSON',
    ],
    [
      'a model as picture',
      ['attack', 'net.onnx', 'constant.onnx', '--epsilon', '0.1', '--out', 'bad.png'],
      2,
      'an ONNX model',
    ],
    [
      'a folder without pictures',
      ['attack', 'net.onnx', 'empty', '--epsilon', '0.1'],
      2,
      'empty holds no PNG, JPEG or WebP picture.',
    ],
    ['an epsilon in the wrong unit', attack('--epsilon', '8'), 2, 'Did you mean 8/255?'],
    ['an epsilon that is no number', attack('--epsilon', 'much'), 2, 'a fraction such as 8/255, got "much"'],
    ['no epsilon', attack(), 2, 'epsilon'],
    ['an unknown class', attack('--epsilon', '0.1', '--target', 'bidr'), 2, 'Near matches: bird, fowl (2)'],
    [
      'a class number too high',
      attack('--epsilon', '0.1', '--target', '9'),
      2,
      'Class 9 does not exist: the model has 5 classes, 0 to 4.',
    ],
    [
      'an unknown preprocessing',
      attack('--epsilon', '0.1', '--preprocessing', 'imgnet'),
      2,
      'use one of imagenet, cifar10',
    ],
    [
      'a preprocessing of the wrong channels',
      attack('--epsilon', '0.1', '--preprocessing', '{"mean": [1]}'),
      2,
      'mean has 1 numbers for 3 channels',
    ],
    [
      'the input as output',
      ['attack', 'net.onnx', 'picture.png', '--epsilon', '0.1', '--out', 'picture.png'],
      2,
      'picture.png is an input',
    ],
    [
      'an output that is no PNG',
      ['attack', 'net.onnx', 'picture.png', '--epsilon', '0.1', '--out', 'bad.jpg'],
      2,
      'not named .png',
    ],
    [
      'an output inside a file',
      ['attack', 'net.onnx', 'picture.png', '--epsilon', '0.1', '--out', 'net.onnx/bad.png'],
      2,
      'Cannot write net.onnx/bad.png',
    ],
    [
      'an op without a gradient',
      ['attack', 'argmax.onnx', 'picture.png', '--preprocessing', 'none', '--epsilon', '0.1', '--out', 'bad.png'],
      3,
      'No gradient passes through ArgMax "winner"',
    ],
    ['a stand-in that is none', attack('--epsilon', '0.1', '--stand-in', 'Sign'), 2, 'such as Sign=identity'],
    ['an unknown flag', attack('--epsilon', '0.1', '--stepz', '3'), 2, 'stepz'],
    ['an unknown command', ['atack', 'net.onnx'], 2, 'attack'],
    [
      'class names of another model',
      attack('--epsilon', '0.1', '--classes', 'two.txt'),
      2,
      '2 class names for a model of 5 classes',
    ],
  ])('%s', (_name, args, code, message) => {
    writeFileSync(at('two.txt'), 'a\nb\n');
    const before = readdirSync(folder, { recursive: true }).sort();
    const { status, stdout, stderr } = run(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(code);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/\n\s+at /); // no stack
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });

  it('a device that the machine does not have', () => {
    const env = { ...process.env, VK_ICD_FILENAMES: at('none.json'), VK_DRIVER_FILES: at('none.json') };
    const { status, stderr } = spawnSync(
      process.execPath,
      [main, ...attack('--epsilon', '0.1', '--device', 'webgpu')],
      { cwd: folder, encoding: 'utf8', env },
    );
    expect(stderr).toContain('This machine offers no WebGPU device');
    expect(stderr).toContain('use cpu.');
    expect(status).toBe(2);
  });

  it('a sidecar that does not describe a model', () => {
    writeFileSync(at('odd.onnx'), smallNetwork());
    writeFileSync(at('odd.pareidolia.json'), '{"preprocesing": "none"}');
    const { status, stderr } = run('attack', 'odd.onnx', 'picture.png', '--epsilon', '0.1');
    expect(status).toBe(2);
    expect(stderr).toMatch(/odd\.pareidolia\.json does not describe a model: .*preprocesing/);
  });

  it.skipIf(process.getuid?.() === 0)('an output folder that may not be written (skipped for root, who may)', () => {
    mkdirSync(at('locked'));
    chmodSync(at('locked'), 0o500);
    const { status, stderr } = run('attack', 'net.onnx', 'picture.png', '--epsilon', '0.1', '--out', 'locked/bad.png');
    expect([status, stderr.includes('permission is denied')]).toEqual([2, true]);
  });
});

it('--help answers without loading the runtime', () => {
  const { status, stdout } = run('--help');
  expect(status).toBe(0);
  expect(stdout).toMatch(/inspect .*\n\s+attack/);
  const probe = `await import(${JSON.stringify(new URL('../src/cli/app.ts', import.meta.url).href)}); console.log(process.report.getReport().sharedObjects.some((path) => /onnxruntime|vips/.test(path)))`;
  const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', probe], { encoding: 'utf8' });
  expect(loaded.stdout.trim()).toBe('false');
});
