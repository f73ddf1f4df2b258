/** @file The command line as a user meets it: a process with arguments, streams, files and an exit code. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { readPngText } from '../src/image/png-text.ts';
import { pseudoRandom } from './random.ts';
import { argmaxNetwork, constantNetwork, fiveChannelNetwork, smallNetwork } from './support/network.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-'));
const at = (name: string) => join(folder, name);
const main = new URL('../src/cli/main.ts', import.meta.url).pathname;

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

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
  });

  it('says which op stops the gradient', () => {
    const { status, stdout } = run('inspect', 'argmax.onnx');
    expect(status).toBe(0);
    expect(stdout).toMatch(/gradient\s+no: No gradient passes through ArgMax "winner"/);
  });

  it('tries preprocessings on labelled pictures and writes the best', () => {
    writeFileSync(at('plain.onnx'), smallNetwork());
    writeFileSync(at('names.txt'), 'cat\ndog\nbird\nfish\nfrog\n');
    const { status, stdout } = run(
      'inspect',
      'plain.onnx',
      '--classes',
      'names.txt',
      '--images',
      'set',
      '--write-sidecar',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/top-1 +top-5 +preprocessing\n +\d+\.\d%/);
    expect(JSON.parse(readFileSync(at('plain.pareidolia.json'), 'utf8'))).toMatchObject({
      preprocessing: { layout: 'NCHW' },
      classes: ['cat', 'dog', 'bird', 'fish', 'frog'],
    });
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
