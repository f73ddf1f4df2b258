/** @file A small web server of files for tests of downloads: with or without ranges, falling silent or cutting connections where told to. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server behaves. */
export interface FileServerOptions {
  /** Whether it honours Range (true). */
  readonly ranges?: boolean;
  /** How many bytes each answer gives before it falls silent, answer by answer; then whole answers. `drop` ends the connection. */
  readonly silentAfter?: readonly number[];
  /** Statuses that are answered first, in order. */
  readonly statuses?: readonly number[];
}

/** A running server. */
export interface FileServer extends AsyncDisposable {
  /** Address with a slash at the end. */
  readonly url: string;
  /** Path and range of each request. */
  readonly requests: readonly string[];
  /** Cuts every connection. */
  drop(): void;
}

/** Serves bytes by name on a free port of this machine. */
export async function serveFiles(
  files: Readonly<Record<string, Uint8Array>>,
  { ranges = true, silentAfter = [], statuses = [] }: FileServerOptions = {},
): Promise<FileServer> {
  const requests: string[] = [];
  const silences = [...silentAfter];
  const errors = [...statuses];
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1);
    const { range } = request.headers;
    requests.push(range === undefined ? name : `${name} ${range}`);
    const bytes = files[name];
    const status = errors.shift();
    if (bytes === undefined || status !== undefined) {
      response.writeHead(status ?? 404).end('no');
      return;
    }
    const from = ranges && range !== undefined ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0;
    if (from >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const partial = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': bytes.length - from,
      ...(from > 0 ? partial : {}),
    });
    const silence = silences.shift();
    if (silence === undefined) response.end(bytes.subarray(from));
    else response.write(bytes.subarray(from, from + silence));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    drop: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
