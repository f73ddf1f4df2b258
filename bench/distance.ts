/**
 * @file What distances cost: milliseconds for a pair of 224 x 224 pictures, value and value with gradient, for every distance of the
 * registry, beside ssim.js, @blazediff/ssim, scikit-image and piq where they are installed. `npm run bench`, or
 * `node bench/distance.ts [filter]`.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { openRuntime } from '#runtime';
import type { Distance } from '../src/distance/distance.ts';
import { distanceRegistry } from '../src/distance/registry.ts';
import { compile } from '../src/runtime/compile.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { grad } from '../src/tensor/grad.ts';
import { reduceSum } from '../src/tensor/ops/reduce.ts';
import { pseudoRandom } from '../test/random.ts';
import { timeInTurns } from './timing.ts';
import { findTorch } from './torch.ts';

const side = 224;

/** Bytes of a picture in four channels, as the peers of JavaScript take them. */
type Rgba = Uint8ClampedArray;

/** The same distance in another package, by its name here. */
interface Peer {
  readonly name: string;
  readonly functions: Readonly<Record<string, (x: Rgba, y: Rgba) => unknown>>;
}

interface SsimJs {
  ssim(x: object, y: object, options: object): { readonly mssim: number };
}

type BlazeDiff = (x: Rgba, y: Rgba, output: undefined, width: number, height: number) => number;

const require = createRequire(import.meta.url);

/** A package, or undefined where it is not installed. */
function load<T>(name: string): T | undefined {
  try {
    return require(name) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** ssim.js with the Gaussian window that ours has (`fast`), and as it is unless told otherwise (`weber`, another window). */
function ssimJs(form: 'fast' | 'weber'): Peer | undefined {
  const found = load<SsimJs>('ssim.js');
  if (found === undefined) return undefined;
  const picture = (data: Rgba) => ({ data, width: side, height: side });
  return {
    name: `ssim.js ${form}`,
    functions: { ssim: (x, y) => found.ssim(picture(x), picture(y), { ssim: form }) },
  };
}

function blazeDiff(): Peer | undefined {
  const [ssim, msssim] = [
    load<{ readonly ssim: BlazeDiff }>('@blazediff/ssim/ssim')?.ssim,
    load<{ readonly msssim: BlazeDiff }>('@blazediff/ssim/msssim')?.msssim,
  ];
  if (ssim === undefined || msssim === undefined) return undefined;
  return {
    name: '@blazediff/ssim',
    functions: {
      ssim: (x, y) => ssim(x, y, undefined, side, side),
      'ms-ssim': (x, y) => msssim(x, y, undefined, side, side),
    },
  };
}

/** Times of Python's packages by package and distance, in milliseconds. */
type PythonTimes = Readonly<Record<string, Readonly<Record<string, PeerTime>> | undefined>>;

interface PeerTime {
  readonly value: number;
  readonly gradient?: number;
}

const script = new URL('./peers/torch_distance.py', import.meta.url).pathname;

function pythonTimes(filter: string): PythonTimes {
  const python = findTorch();
  if (python === undefined) return {};
  const { stdout, status } = spawnSync(python, [script], {
    input: JSON.stringify({ side, seconds: 1, threads: availableParallelism(), filter }),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return status === 0 ? (JSON.parse(stdout) as PythonTimes) : {};
}

/** Two smooth pictures with noise, as numbers from 0 to 1 and as bytes. */
function pictures(): { planar: Float32Array; rgba: Rgba }[] {
  const random = pseudoRandom(3);
  return [0.02, 0.06].map((noise) => {
    const planar = Float32Array.from({ length: 3 * side * side }, (_, i) => {
      const [x, y] = [i % side, Math.floor(i / side) % side];
      return Math.min(1, Math.max(0, 0.5 + 0.4 * Math.sin(0.13 * x) * Math.cos(0.07 * y) + noise * (random() - 0.5)));
    });
    const area = side * side;
    const rgba = Uint8ClampedArray.from({ length: 4 * area }, (_, i) =>
      i % 4 === 3 ? 255 : 255 * planar[(i % 4) * area + Math.floor(i / 4)]!,
    );
    return { planar, rgba };
  });
}

const pair = pictures();

/** Milliseconds of the value, of value and gradient, and of each peer that has the distance. */
async function timeDistance(device: DeviceRuntime, distance: Distance, peers: readonly Peer[]): Promise<number[]> {
  const spec = { shape: [1, 3, side, side], dtype: 'float32' as const };
  const value = await compile(({ x, y }) => ({ value: distance.value(x!, y!) }), { x: spec, y: spec }, { device });
  const gradient = await compile(
    ({ x, y }) => {
      const d = distance.distance(x!, y!);
      return { d, gradient: grad(reduceSum(d), [x!])[0]! };
    },
    { x: spec, y: spec },
    { device },
  );
  const [a, b] = [pair[0]!, pair[1]!];
  const feeds = { x: a.planar, y: b.planar };
  const theirs = peers.map(({ functions }) => functions[distance.name]);
  const times = await timeInTurns(
    [
      () => value.run(feeds),
      () => gradient.run(feeds),
      ...theirs.flatMap((f) => (f === undefined ? [] : [async () => f(a.rgba, b.rgba)])),
    ],
    1500,
  );
  await value.release();
  await gradient.release();
  const rest = times.slice(2);
  return [...times.slice(0, 2), ...theirs.map((f) => (f === undefined ? Number.NaN : rest.shift()!))];
}

const cell = (ms: number | undefined) => (ms === undefined || Number.isNaN(ms) ? '-' : ms.toFixed(2)).padStart(17);

if (import.meta.main) {
  const filter = process.argv[2] ?? '';
  const device = await openRuntime('cpu');
  const scripts = { 'ssim.js': [ssimJs('fast'), ssimJs('weber')], '@blazediff/ssim': [blazeDiff()] };
  const peers = Object.values(scripts).flatMap((some) => some.filter((peer) => peer !== undefined));
  const python = pythonTimes(filter);
  const titles = ['value ms', 'and gradient', ...peers.map(({ name }) => name)];
  const packages = ['scikit-image', 'piq'].filter((name) => python[name] !== undefined);
  if (python['scikit-image'] !== undefined) titles.push('scikit-image');
  if (python.piq !== undefined) titles.push('piq', 'piq, gradient');
  console.log(`${'a pair of 224 x 224'.padEnd(20)}${titles.map((title) => title.padStart(17)).join('')}`);
  for (const distance of distanceRegistry.filter(({ name }) => name.includes(filter))) {
    const times: (number | undefined)[] = await timeDistance(device, distance, peers);
    const skimage = python['scikit-image'];
    if (skimage !== undefined) times.push(skimage[distance.name]?.value);
    if (python.piq !== undefined) times.push(python.piq[distance.name]?.value, python.piq[distance.name]?.gradient);
    console.log(`${distance.name.padEnd(20)}${times.map(cell).join('')}`);
  }
  const absent = [
    ...Object.entries(scripts).flatMap(([name, [peer]]) => (peer === undefined ? [name] : [])),
    ...['scikit-image', 'piq'].filter((name) => !packages.includes(name)),
  ];
  for (const name of absent) console.log(`${name} is not installed here.`);
}
