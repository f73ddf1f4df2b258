/** @file Loads a file from the web: resumed where it was cut off, checked against its checksum, put in place whole. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CliError } from './errors.ts';
import { cannotWrite } from './output.ts';

/** How a file is loaded. */
export interface DownloadOptions {
  /** Published checksum, in hex. */
  readonly md5: string;
  readonly signal?: AbortSignal;
  /** Told of the bytes that are there, and of how many there will be where the server says so. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** How often a lost connection is taken up again (3), and the pause before the first time, doubled each time (1000). */
  readonly retries?: number;
  readonly retryDelayMs?: number;
  /** Silence after which a connection counts as lost (60 000). */
  readonly idleTimeoutMs?: number;
}

/** Whether the file was there already, was loaded, or what had been loaded before was completed. */
export type DownloadOutcome = 'present' | 'loaded' | 'resumed';

/** Trouble on the way that may be gone at the next try. */
class ConnectionLost extends Error {}

/**
 * Loads a file to a path. What is loaded lies in `PATH.part` until it is whole, and stays there when the work is stopped or fails,
 * so that the next call goes on from there.
 * @throws CliError if the server refuses, the connection is lost for good, or the checksum is another.
 */
export async function download(url: string, path: string, options: DownloadOptions): Promise<DownloadOutcome> {
  const { md5, signal, retries = 3, retryDelayMs = 1000 } = options;
  if ((await sizeOf(path)) !== undefined) {
    const found = await md5Of(path);
    if (found === md5) return 'present';
    throw new CliError(
      `${path} is there, but is not the published file: its MD5 is ${found}, expected ${md5}. Take it away, or choose another --out.`,
    );
  }
  const part = `${path}.part`;
  const before = (await sizeOf(part)) ?? 0;
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
  for (let attempt = 0; ; attempt++) {
    try {
      await loadInto(url, part, options);
      break;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ConnectionLost)) throw error;
      if (attempt >= retries) {
        throw new CliError(
          `${url}: ${error.message}. ${(await sizeOf(part)) ?? 0} bytes are kept; run the same again to go on from there.`,
        );
      }
      await pause(retryDelayMs * 2 ** attempt, undefined, signal === undefined ? {} : { signal });
    }
  }
  const found = await md5Of(part);
  if (found !== md5) {
    await rm(part);
    throw new CliError(
      `${url} is not the published file: its MD5 is ${found}, expected ${md5}. It was taken away; try again, or another mirror with --from.`,
    );
  }
  await rename(part, path);
  return before > 0 ? 'resumed' : 'loaded';
}

/** One connection: asks for what is missing, and appends what comes. */
async function loadInto(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, idleTimeoutMs = 60_000 } = options;
  const start = (await sizeOf(part)) ?? 0;
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), idleTimeoutMs);
  try {
    const response = await fetch(url, {
      // Bytes as they are: a server may offer to unzip a .gz on the way.
      headers: { 'accept-encoding': 'identity', ...(start > 0 ? { range: `bytes=${start}-` } : {}) },
      signal: AbortSignal.any([idle.signal, ...(signal === undefined ? [] : [signal])]),
    });
    const { from, total } = await placeOf(response, url, part, start);
    if (response.body === null || from === total) return;
    const file = await open(part, from > 0 ? 'a' : 'w');
    let done = from;
    try {
      for await (const chunk of response.body) {
        timer.refresh();
        await file.write(chunk);
        done += chunk.length;
        onProgress?.(done, total);
      }
    } finally {
      await file.close();
    }
    if (total !== undefined && done !== total)
      throw new ConnectionLost(`the connection ended after ${done} of ${total} bytes`);
  } catch (error) {
    if (error instanceof CliError || error instanceof ConnectionLost) throw error;
    if (idle.signal.aborted) throw new ConnectionLost(`nothing came for ${idleTimeoutMs / 1000} s`);
    if ((error as NodeJS.ErrnoException).syscall === 'write' || (error as NodeJS.ErrnoException).syscall === 'open') {
      throw cannotWrite(part, error);
    }
    const cause = (error as Error).cause;
    throw new ConnectionLost(
      `the connection was lost (${cause instanceof Error ? cause.message : (error as Error).message})`,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Where the answer's bytes belong, and how many the whole has. */
async function placeOf(
  { status, headers }: Response,
  url: string,
  part: string,
  start: number,
): Promise<{ from: number; total: number | undefined }> {
  const [, first, end] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  const whole = end === undefined || end === '*' ? undefined : Number(end);
  if (status === 200) {
    const length = headers.get('content-length');
    return { from: 0, total: length === null ? undefined : Number(length) };
  }
  if (status === 206 && Number(first) === start) return { from: start, total: whole };
  // 416: nothing lies past what is there. Where that is not the whole, it belongs to another file.
  if (status === 416 && whole === start) return { from: start, total: start };
  if (status === 206 || status === 416) {
    await rm(part, { force: true });
    throw new ConnectionLost('what was loaded before does not fit the file');
  }
  if (status >= 500 || status === 429) throw new ConnectionLost(`the server answers ${status}`);
  throw new CliError(`Cannot load ${url}: the server answers ${status}. Give another mirror with --from.`);
}

async function sizeOf(path: string): Promise<number | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory()) throw new CliError(`Cannot write ${path}: it is a folder.`);
  return info?.size;
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
