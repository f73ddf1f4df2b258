/** @file `pareidolia data` as a user meets it: a process with arguments, streams, files and an exit code. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { decodePicture, encodePng } from '#image-codec';
import { getSet } from '../src/cli/commands/data-get.ts';
import type { CliContext } from '../src/cli/context.ts';
import { openDataset } from '../src/data/open-dataset.ts';
import { idxOf } from './support/archives.ts';
import { serveFiles } from './support/file-server.ts';
import { hasSharedData, sharedPath } from './support/shared-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'pareidolia-data-cli-'));
const at = (name: string) => join(folder, name);
const main = new URL('../src/cli/main.ts', import.meta.url).pathname;

/** Starts the program; the process is given to `during` while it runs. */
async function run(args: readonly string[], during?: (child: ReturnType<typeof spawn>) => Promise<void>) {
  const child = spawn(process.execPath, [main, 'data', ...args], { cwd: folder });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await during?.(child);
  return { status: await ended, stdout, stderr };
}

/** A picture of one colour. */
const plain = (rgb: readonly [number, number, number], side: number) =>
  encodePng({
    data: Float32Array.from({ length: 3 * side * side }, (_, i) => rgb[Math.floor(i / (side * side))]! / 255),
    channels: 3,
    height: side,
    width: side,
  });

const [red, blue] = await Promise.all([plain([255, 0, 0], 8), plain([0, 0, 255], 8)]);
mkdirSync(at('set/red'), { recursive: true });
mkdirSync(at('set/blue'));
for (const name of ['a', 'b', 'c']) writeFileSync(at(`set/red/${name}.png`), red);
writeFileSync(at('set/blue/a.png'), blue);
mkdirSync(at('broken/cat'), { recursive: true });
writeFileSync(at('broken/cat/a.png'), red);
writeFileSync(at('broken/cat/b.png'), red.subarray(0, 60));
mkdirSync(at('empty/cat'), { recursive: true });
mkdirSync(at('partly/cat'), { recursive: true });
mkdirSync(at('partly/dog'));
writeFileSync(at('partly/cat/a.png'), red);
writeFileSync(at('labels.csv'), 'path,label\nset/red/a.png,red\nset/red/z.png,red\n');
writeFileSync(at('cut.tar'), new Uint8Array(700).fill(1));
writeFileSync(at('cut.npz'), 'PK\x03\x04 and no more');

describe('pareidolia data show', () => {
  it('counts classes and measures channels', async () => {
    const { status, stdout } = await run(['show', 'set']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/images +4 in 2 classes of 1 to 3\n/);
    expect(stdout).toMatch(/size +8 x 8, RGB\n/);
    // Three of four are red, one is blue: deviation sqrt(3) / 4
    expect(stdout).toMatch(/mean +0\.7500 {2}0\.0000 {2}0\.2500\n/);
    expect(stdout).toMatch(/std +0\.4330 {2}0\.0000 {2}0\.4330\n/);
    expect(stdout).toMatch(/ {2}blue +1\n {2}red +3\n/);
  });

  it('prints JSON alone on stdout and writes a sheet with the images of each class', async () => {
    const { status, stdout } = await run(['show', 'folder:set', '--json', '--out', 'out/sheet.png']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'set',
      length: 4,
      classes: [
        { name: 'blue', images: 1 },
        { name: 'red', images: 3 },
      ],
      sizes: [{ width: 8, height: 8, images: 4 }],
      sheet: 'out/sheet.png',
    });
    const sheet = await decodePicture(readFileSync(at('out/sheet.png')));
    const area = sheet.width * sheet.height;
    const pixels = (rgb: readonly number[]) =>
      Array.from({ length: area }, (_, i) => rgb.every((v, c) => sheet.data[c * area + i] === v)).filter(Boolean)
        .length;
    // 8 pixels are enlarged to 64
    expect([pixels([1, 0, 0]), pixels([0, 0, 1])]).toEqual([3 * 64 * 64, 64 * 64]);
  });

  it('leaves unreadable images out where asked, and lists them', async () => {
    const { status, stdout } = await run(['show', 'broken', '--bad-images', 'skip']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/mean .* over 1 of its images\n/);
    expect(stdout).toMatch(/skipped +1 that cannot be read:\n {2}broken\/cat\/b\.png: Expected a PNG/);
  });

  it('keeps empty classes where asked', async () => {
    const { stdout } = await run(['show', 'partly', '--empty-classes', 'keep']);
    expect(stdout).toMatch(/ {2}cat +1\n {2}dog +0\n/);
  });

  it.skipIf(!hasSharedData)('knows CIFAR-10 by its files (skipped where shared/data is absent)', async () => {
    const { stdout } = await run(['show', sharedPath('datasets/cifar10'), '--split', 'test', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'cifar10-test', length: 1000, read: 1000 });
  });
});

describe('pareidolia data list', () => {
  it('names the sets that can be loaded and the forms that can be read', async () => {
    const { status, stdout } = await run(['list']);
    expect(status).toBe(0);
    for (const word of ['cifar10 ', 'cifar100 ', 'fashion-mnist ', 'folder:DIR', 'npy:IMAGES,LABELS']) {
      expect(stdout).toContain(word);
    }
    const { sets } = JSON.parse((await run(['list', '--json'])).stdout);
    expect(sets.map((set: { name: string }) => set.name)).toEqual(['cifar10', 'cifar100', 'mnist', 'fashion-mnist']);
  });
});

describe('pareidolia data get', () => {
  const files = {
    't10k-images-idx3-ubyte.gz': new Uint8Array(gzipSync(idxOf([2, 1, 1], [3, 4]))),
    't10k-labels-idx1-ubyte.gz': new Uint8Array(gzipSync(idxOf([2], [9, 1]))),
  };
  const tiny = (from: string) => ({
    title: 'Tiny',
    images: '2 of 1 x 1 grey',
    terms: 'none',
    from,
    files: Object.entries(files).map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      md5: createHash('md5').update(bytes).digest('hex'),
    })),
  });

  /** A context that keeps what is written. */
  function contextOf(signal: AbortSignal = new AbortController().signal) {
    const written = { stdout: '', stderr: '' };
    const stream = (name: 'stdout' | 'stderr') => ({
      write: (text: string) => {
        written[name] += text;
      },
    });
    const context = { process: { stdout: stream('stdout'), stderr: stream('stderr') }, signal, interactive: false };
    return { written, context: context as unknown as CliContext };
  }

  it('loads the files of a set and says how to use it, which works', async () => {
    await using server = await serveFiles(files);
    const { written, context } = contextOf();
    await getSet(context, { out: at('tiny'), json: false }, 'mnist', tiny(server.url));
    expect(written.stdout).toContain(`t10k-images-idx3-ubyte.gz: loaded, checked\n`);
    expect(written.stdout).toContain(`Use it as mnist:${at('tiny')} (2 of 1 x 1 grey; none).`);
    expect(written.stderr).toContain(`Loading Tiny (0.0 MB) from ${server.url}`);
    const set = await openDataset(`mnist:${at('tiny')}`, { split: 'test' });
    expect([set.label(0), set.label(1)]).toEqual([9, 1]);

    const again = contextOf();
    await getSet(
      again.context,
      { out: at('tiny'), json: true, from: server.url.slice(0, -1) },
      'mnist',
      tiny('http://x/'),
    );
    expect(JSON.parse(again.written.stdout).files[0]).toMatchObject({ outcome: 'present' });
    expect(server.requests.length).toBe(2);
  });

  it('keeps what it has at Ctrl-C, and ends with 130', async () => {
    const half = { 'train-images-idx3-ubyte.gz': new Uint8Array(5000) };
    await using server = await serveFiles(half, { silentAfter: [2000] });
    const part = at('stopped/train-images-idx3-ubyte.gz.part');
    const { status, stderr, stdout } = await run(
      ['get', 'mnist', '--from', server.url, '--out', 'stopped'],
      async (child) => {
        await vi.waitUntil(() => existsSync(part) && statSync(part).size === 2000, { timeout: 30_000 });
        child.kill('SIGINT');
      },
    );
    expect(stderr).toContain('What was loaded is kept; run the same again to go on from there.\n');
    expect(stderr).toContain('pareidolia: stopped.');
    expect([status, stdout, statSync(part).size]).toEqual([130, '', 2000]);
  });

  it('takes away a file that is not the published one', async () => {
    await using server = await serveFiles({ 'cifar-10-binary.tar.gz': new Uint8Array(100) });
    const { status, stderr } = await run(['get', 'cifar10', '--from', server.url]);
    expect(stderr).toMatch(
      /cifar-10-binary\.tar\.gz is not the published file: its MD5 is .*, expected c32a1d4ab5d03f1284b67883e8d87530\./,
    );
    expect([status, readdirSync(at('data/cifar10'))]).toEqual([2, []]);
  });

  it('says what a server without the file answers', async () => {
    await using server = await serveFiles({});
    const { status, stderr } = await run(['get', 'cifar100', '--from', `${server.url}mirror`]);
    expect(stderr).toContain(`Cannot load ${server.url}mirror/cifar-100-binary.tar.gz: the server answers 404.`);
    expect(status).toBe(2);
  });
});

describe('bad input gives one sentence, an exit code, and nothing else', () => {
  it.each([
    [
      'a path that is not there',
      ['show', 'none'],
      'Cannot read none: there is no such file or folder. Known are folder:DIR',
    ],
    ['an unknown kind', ['show', 'cifra10:set'], 'There is no kind of data set "cifra10". Known are folder:DIR'],
    ['a corrupt picture', ['show', 'broken'], 'broken/cat/b.png: Expected a PNG, JPEG or WebP picture, got a damaged'],
    ['a class without pictures', ['show', 'partly'], 'partly: dog has no PNG, JPEG or WebP picture.'],
    ['a folder without pictures', ['show', 'folder:empty'], 'empty holds no PNG, JPEG or WebP picture.'],
    ['a split of a set without parts', ['show', 'set', '--split', 'test'], 'set has no test part.'],
    ['a split that is none', ['show', 'set', '--split', 'half'], 'half'],
    ['another set', ['show', 'mnist:set'], 'set: expected train-images-idx3-ubyte (or .gz) for train.'],
    [
      'a table with a missing picture',
      ['show', 'labels.csv'],
      'labels.csv, line 3: there is no picture set/red/z.png.',
    ],
    [
      'a damaged tar archive',
      ['show', 'tar:cut.tar'],
      'Expected cut.tar to be a tar archive (gzipped or not) or a zip',
    ],
    ['a damaged .npz', ['show', 'cut.npz'], 'cut.npz is no zip archive, or cut off'],
    ['a sheet that is no PNG', ['show', 'set', '--out', 'sheet.jpg'], 'sheet.jpg is not named .png.'],
    ['a sheet inside a file', ['show', 'set', '--out', 'labels.csv/a.png'], 'Cannot write labels.csv/a.png'],
    [
      'an unknown set',
      ['get', 'imagenet'],
      'There is no known set "imagenet"; choose one of cifar10, cifar100, mnist, fashion-mnist.',
    ],
    [
      'a mirror that is no address',
      ['get', 'mnist', '--from', 'mirror'],
      'Expected the address of a mirror for --from, got "mirror".',
    ],
  ])('%s', async (_, args, message) => {
    const before = readdirSync(folder, { recursive: true }).sort();
    const { status, stdout, stderr } = await run(args);
    expect(stderr).toContain(message);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).not.toMatch(/\n\s+at /); // no stack
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });
});
