import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serveFiles } from '../../test/support/file-server.ts';
import { download } from './download.ts';

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 253);
const md5 = createHash('md5').update(bytes).digest('hex');
const options = { md5, retryDelayMs: 0 };
const files = { 'set.bin': bytes };
const newFolder = () => mkdtempSync(join(tmpdir(), 'pareidolia-get-'));

describe('download', () => {
  it('puts the file in place, tells its progress, and does not ask again', async () => {
    await using server = await serveFiles(files);
    const path = join(newFolder(), 'new/folder/set.bin');
    const seen: (readonly [number, number | undefined])[] = [];
    const onProgress = (done: number, total: number | undefined) => seen.push([done, total]);
    expect(await download(`${server.url}set.bin`, path, { ...options, onProgress })).toBe('loaded');
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    expect(seen.at(-1)).toEqual([300_000, 300_000]);
    expect(await download(`${server.url}set.bin`, path, options)).toBe('present');
    expect(server.requests).toEqual(['set.bin']);
  });

  it('goes on from what an earlier run left', async () => {
    await using server = await serveFiles(files);
    const path = join(newFolder(), 'set.bin');
    writeFileSync(`${path}.part`, bytes.subarray(0, 100_000));
    expect(await download(`${server.url}set.bin`, path, options)).toBe('resumed');
    expect(server.requests).toEqual(['set.bin bytes=100000-']);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it('starts again where the server knows no ranges', async () => {
    await using server = await serveFiles(files, { ranges: false });
    const path = join(newFolder(), 'set.bin');
    writeFileSync(`${path}.part`, bytes.subarray(0, 100_000));
    await download(`${server.url}set.bin`, path, options);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
  });

  it('takes what is whole already, and throws away what is more than whole', async () => {
    await using server = await serveFiles(files);
    const path = join(newFolder(), 'set.bin');
    writeFileSync(`${path}.part`, bytes);
    expect(await download(`${server.url}set.bin`, path, options)).toBe('resumed');
    const other = join(newFolder(), 'set.bin');
    writeFileSync(`${other}.part`, new Uint8Array(300_001));
    await download(`${server.url}set.bin`, other, options);
    expect(new Uint8Array(readFileSync(other))).toEqual(bytes);
  });

  it('takes a lost connection up again where it was lost', async () => {
    await using server = await serveFiles(files, { silentAfter: [50_000, 70_000] });
    const path = join(newFolder(), 'set.bin');
    const onProgress = (done: number) => {
      if (done === 50_000 || done === 120_000) server.drop();
    };
    await download(`${server.url}set.bin`, path, { ...options, onProgress });
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    expect(server.requests).toEqual(['set.bin', 'set.bin bytes=50000-', 'set.bin bytes=120000-']);
  });

  it('keeps what it has when the connection is lost for good', async () => {
    await using server = await serveFiles(files, { silentAfter: [50_000, 1000, 1000] });
    const path = join(newFolder(), 'set.bin');
    const url = `${server.url}set.bin`;
    const onProgress = (done: number) => {
      if (done >= 50_000) server.drop();
    };
    await expect(download(url, path, { ...options, onProgress, retries: 2 })).rejects.toThrow(
      /^http.*set\.bin: the connection .*\. 52000 bytes are kept; run the same again to go on from there\.$/,
    );
    expect(existsSync(path)).toBe(false);
    expect(await download(url, path, options)).toBe('resumed');
  });

  it('counts silence as a lost connection', async () => {
    await using server = await serveFiles(files, { silentAfter: [50_000] });
    const path = join(newFolder(), 'set.bin');
    await download(`${server.url}set.bin`, path, { ...options, idleTimeoutMs: 300 });
    expect(server.requests.slice(0, 2)).toEqual(['set.bin', 'set.bin bytes=50000-']);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
  });

  it('tries again when the server is busy, and not when it refuses', async () => {
    await using busy = await serveFiles(files, { statuses: [503, 429] });
    await download(`${busy.url}set.bin`, join(newFolder(), 'set.bin'), options);
    expect(busy.requests.length).toBe(3);
    await expect(download(`${busy.url}other.bin`, join(newFolder(), 'a'), options)).rejects.toThrow(
      /^Cannot load http.*other\.bin: the server answers 404\. Give another mirror with --from\.$/,
    );
    expect(busy.requests.length).toBe(4);
  });

  it('takes away what has another checksum', async () => {
    await using server = await serveFiles({ 'set.bin': bytes.slice(1) });
    const folder = newFolder();
    await expect(download(`${server.url}set.bin`, join(folder, 'set.bin'), options)).rejects.toThrow(
      `is not the published file: its MD5 is ${createHash('md5').update(bytes.slice(1)).digest('hex')}, expected ${md5}.`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves a user's other file of the name alone", async () => {
    await using server = await serveFiles(files);
    const path = join(newFolder(), 'set.bin');
    writeFileSync(path, 'mine');
    await expect(download(`${server.url}set.bin`, path, options)).rejects.toThrow(
      'is there, but is not the published file',
    );
    expect(readFileSync(path, 'utf8')).toBe('mine');
    const folder = join(newFolder(), 'folder');
    mkdirSync(folder);
    await expect(download(`${server.url}set.bin`, folder, options)).rejects.toThrow('it is a folder.');
    await expect(download(`${server.url}set.bin`, join(path, 'in'), options)).rejects.toThrow(
      'part of the path is a file.',
    );
  });

  it('stops when it is told to and keeps what it has', async () => {
    await using server = await serveFiles(files, { silentAfter: [50_000] });
    const path = join(newFolder(), 'set.bin');
    const controller = new AbortController();
    const onProgress = (done: number) => {
      if (done === 50_000) controller.abort();
    };
    const stopped = download(`${server.url}set.bin`, path, { ...options, signal: controller.signal, onProgress });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(readFileSync(`${path}.part`).length).toBe(50_000);
    expect(await download(`${server.url}set.bin`, path, options)).toBe('resumed');
  });

  it('says that there is no server', async () => {
    const { url } = await (async () => {
      await using server = await serveFiles(files);
      return server;
    })();
    await expect(download(`${url}set.bin`, join(newFolder(), 'a'), { ...options, retries: 0 })).rejects.toThrow(
      /the connection was lost \(.*ECONNREFUSED/,
    );
  });
});
