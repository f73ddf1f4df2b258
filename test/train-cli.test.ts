import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodePng } from '#image-codec';
import { shapes } from '../src/data/shapes/shapes.ts';
import { loadModel } from '../src/model/load-model.ts';

const main = new URL('../src/cli/main.ts', import.meta.url).pathname;
const data = 'shapes:train=96,test=32';
const quick = ['--net', 'convnet', '--width', '4', '--batch', '32'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pareidolia-train-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in the test's folder, and interrupts it, once, when its stderr holds `interruptAt`. */
function run(args: readonly string[], { interruptAt }: { interruptAt?: string } = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: folder });
    let [stdout, stderr, sent] = ['', '', false];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      if (interruptAt !== undefined && !sent && stderr.includes(interruptAt)) sent = child.kill('SIGINT');
    });
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

describe('pareidolia train', () => {
  test('writes a model that loads by itself, a sidecar, a checkpoint and a log', async () => {
    const { status, stdout } = await run([
      ...['train', '--data', data, ...quick, '--epochs', '2', '-o', 'm.onnx', '--log', 'm.csv'],
      ...['--adversarial', 'linf:8/255:1', '--average', '0.9', '--json'],
    ]);
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ model: 'm.onnx', epochs: 2, stoppedEarly: false });
    expect(result.exportDifference).toBeLessThan(1e-4);
    expect(Object.keys(result.validation)).toEqual(['loss', 'accuracy', 'adversarial accuracy']);
    const [header, ...rows] = (await readFile(join(folder, 'm.csv'), 'utf8')).trim().split('\n');
    expect(header).toMatch(/^epoch,learning rate,seconds,loss,/);
    expect(rows.map((row) => row.split(',')[0])).toEqual(['1', '2']);
    const sidecar = JSON.parse(await readFile(join(folder, 'm.pareidolia.json'), 'utf8'));
    expect(sidecar.classes).toEqual([...shapes().classNames]);
    await using model = await loadModel(join(folder, 'm.onnx'));
    expect(model.classNames).toEqual([...shapes().classNames]);
    expect((await readdir(folder)).sort()).toEqual(['m.csv', 'm.onnx', 'm.onnx.checkpoint', 'm.pareidolia.json']);
  }, 60_000);

  test('stops cleanly at Ctrl-C and goes on to the result of an uninterrupted run', async () => {
    const command = (out: string) => ['train', '--data', data, ...quick, '--epochs', '30', '-o', out, '--json'];
    const whole = await run(command('whole.onnx'));
    const stopped = await run(command('parts.onnx'), { interruptAt: 'epoch 3/' });
    expect(stopped.status).toBe(130);
    expect(stopped.stderr).toMatch(/stopped/);
    expect(existsSync(join(folder, 'parts.onnx'))).toBe(false);
    const rest = await run(command('parts.onnx'));
    expect(rest.status).toBe(0);
    const metrics = ({ stdout }: Outcome) =>
      JSON.parse(stdout).history.map((record: { train: unknown; validation: unknown }) => [
        record.train,
        record.validation,
      ]);
    expect(metrics(rest)).toEqual(metrics(whole));
    expect(rest.stderr).not.toMatch(/epoch 1\/30/);
    const [a, b] = await Promise.all(['whole.onnx', 'parts.onnx'].map((name) => readFile(join(folder, name))));
    expect(a!.equals(b!)).toBe(true);
  }, 120_000);

  test.each([
    ['an unknown network', ['--net', 'resnet9'], /There is no network "resnet9"; there are resnet8/],
    ['an unknown set', ['--data', 'cifar11:x'], /There is no kind of data set "cifar11"/],
    ['an output of another kind', ['-o', 'm.pt'], /--out expects a name ending in \.onnx, got m\.pt/],
    ['a budget of 8', ['--adversarial', 'linf:8:7'], /A radius of 8 is out of range.*8\/255/],
    [
      'an attack on a denoiser',
      ['--net', 'denoiser', '--adversarial', 'linf:8/255:1'],
      /train classifiers; denoiser is none/,
    ],
    ['TRADES without an attack', ['--trades', '6'], /--trades needs --adversarial/],
    ['a schedule that is not known', ['--schedule', 'sawtooth'], /Expected one-cycle, cosine, constant or steps/],
    ['an augmentation that is not known', ['--augment', 'mixup'], /Expected none or some of crop:PIXELS/],
    ['a log of another kind', ['--log', 'x.txt'], /--log expects a \.csv or \.json file/],
    ['a learning rate that makes the loss infinite', ['--lr', '1e38'], /Training diverged: .* Lower the learning/],
    [
      'a crop as wide as the pictures',
      ['--augment', 'crop:32'],
      /A crop of 32 pixels expects a whole number from 0 to 31/,
    ],
    [
      'pictures that are too small',
      ['--net', 'lenet', '--size', '8'],
      /cannot take pictures of \[3, 8, 8\] .*A window of/,
    ],
    ['a width that heads cannot share', ['--net', 'vit', '--width', '30'], /cannot take pictures of \[3, 32, 32\]/],
    ['a momentum that never ends', ['--momentum', '1'], /--momentum expects a share from 0 to below 1, got 1/],
    ['patience without held-out pictures', ['--patience', '1', '--validation', 'none'], /patience needs validation/],
    ['a set that is smaller than nothing', ['--data', 'shapes:train=0'], /whole number of pictures from 1, got 0/],
  ])('refuses %s in one sentence and writes nothing', async (_, words, message) => {
    const before = (await readdir(folder)).sort();
    const rest = [
      ...(words.includes('--net') ? [] : ['--net', 'linear']),
      ...(words.includes('--data') ? [] : ['--data', data]),
      ...(words.includes('-o') ? [] : ['-o', 'bad.onnx']),
    ];
    const { status, stdout, stderr } = await run(['train', ...rest, ...words, '--epochs', '1']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect((await readdir(folder)).sort()).toEqual(before);
  });

  test('writes a network whose answers are huge, which round by more than small ones', async () => {
    const { status, stdout } = await run([
      ...['train', '--net', 'linear', '--data', data, '--epochs', '1', '--batch', '32'],
      ...['--lr', '1e9', '-o', 'steep.onnx', '--json'],
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).validation.loss).toBeGreaterThan(1e6);
  });

  test('names a corrupt picture, or leaves it out where asked', async () => {
    const set = shapes({ length: 40 });
    for (let i = 0; i < 40; i++) {
      const place = join(folder, 'pictures', set.classNames[set.label(i)]!);
      await mkdir(place, { recursive: true });
      await writeFile(join(place, `${i}.png`), await encodePng(await set.image(i)));
    }
    const broken = join('pictures', set.classNames[set.label(7)]!, '7.png');
    await writeFile(join(folder, broken), 'no picture');
    const command = [
      'train',
      '--net',
      'linear',
      '--data',
      'folder:pictures',
      '--validation',
      'none',
      '--epochs',
      '1',
      '-o',
      'f.onnx',
    ];
    const fatal = await run(command);
    expect(fatal.status).toBe(2);
    expect(fatal.stderr).toMatch(/7\.png/);
    const skipped = await run([...command, '--bad-images', 'skip', '--batch', '16', '--json']);
    expect(skipped.status).toBe(0);
    expect(JSON.parse(skipped.stdout).skipped).toHaveLength(1);
    expect(skipped.stderr).toMatch(/Left out 1 pictures: .*7\.png/);
  }, 60_000);
});
