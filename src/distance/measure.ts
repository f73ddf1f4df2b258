/** @file Numbers of distances for pairs of pictures: one program for each distance and size, run on batches. */
import { openRuntime } from '#runtime';
import { batchOf, type Picture, toRgb } from '../image/image.ts';
import { compile, type Program } from '../runtime/compile.ts';
import type { DeviceRuntime, TensorData } from '../runtime/runtime.ts';
import { type Distance, DistanceError } from './distance.ts';

/** Two pictures of one size. */
export interface Pair {
  readonly x: Picture;
  readonly y: Picture;
  /** What messages call them. */
  readonly names?: readonly [string, string];
}

/** Where two pictures differ by a distance, larger for more, row by row. Not always of the pictures' size. */
export interface DistanceMap {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** What a distance says of a pair: its numbers, or the sentence that says why it is not defined for such pictures. */
export type Measurement =
  | { readonly kind: 'measured'; readonly value: number; readonly distance: number; readonly map?: DistanceMap }
  | { readonly kind: 'not defined'; readonly reason: string };

/** Options of `measure`. */
export interface MeasureOptions {
  /** Where the programs run; the CPU unless given. */
  readonly device?: DeviceRuntime;
  /** Names of distances whose maps are wanted. */
  readonly maps?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called after every distance and size with the numbers that are known. */
  onProgress?(done: number, total: number): void;
}

/** Pixels that one run takes at most, where a pair has fewer, and pairs. */
const [mostPixels, mostPairs] = [2 ** 20, 16];

/**
 * Measures every distance on every pair: an element for each pair, in it one for each distance.
 * @throws DistanceError naming every pair whose pictures have two sizes
 */
export async function measure(
  distances: readonly Distance[],
  pairs: readonly Pair[],
  options: MeasureOptions = {},
): Promise<Measurement[][]> {
  const { device = await openRuntime('cpu'), maps = [], signal, onProgress } = options;
  const results: Measurement[][] = pairs.map(() => []);
  const total = distances.length * pairs.length;
  let done = 0;
  for (const places of groupsOf(pairs)) {
    const group = places.map((i) => alike(pairs[i]!));
    for (const [k, distance] of distances.entries()) {
      const found = await measureGroup(distance, group, device, maps.includes(distance.name), signal);
      for (const [j, i] of places.entries()) results[i]![k] = found[j]!;
      done += places.length;
      onProgress?.(done, total);
    }
  }
  return results;
}

/** Places of pairs of one shape. */
function groupsOf(pairs: readonly Pair[]): number[][] {
  const unequal = pairs.filter(({ x, y }) => x.width !== y.width || x.height !== y.height);
  if (unequal.length > 0) {
    const list = unequal.map(({ x, y, names: [a, b] = ['the first', 'the second'] }) => {
      return `${a} has ${x.width} x ${x.height} pixels and ${b} ${y.width} x ${y.height}`;
    });
    throw new DistanceError(`Distances compare pictures of one size; ${list.join(', ')}.`);
  }
  const groups = new Map<string, number[]>();
  for (const [i, { x, y }] of pairs.entries()) {
    const key = `${Math.max(x.channels, y.channels)} ${x.height} ${x.width}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  return [...groups.values()];
}

/** Both grey, or both RGB. */
function alike({ x, y }: Pair): Pair {
  return x.channels === y.channels ? { x, y } : { x: toRgb(x), y: toRgb(y) };
}

async function measureGroup(
  distance: Distance,
  pairs: readonly Pair[],
  device: DeviceRuntime,
  withMap: boolean,
  signal: AbortSignal | undefined,
): Promise<Measurement[]> {
  const { channels, height, width } = pairs[0]!.x;
  const batch = Math.min(pairs.length, mostPairs, Math.max(1, Math.floor(mostPixels / (height * width))));
  signal?.throwIfAborted();
  let program: Program;
  try {
    program = await openProgram(distance, [batch, channels, height, width], device, withMap);
  } catch (error) {
    if (!(error instanceof DistanceError)) throw error;
    return pairs.map(() => ({ kind: 'not defined', reason: error.message }));
  }
  const results: Measurement[] = [];
  try {
    for (let start = 0; start < pairs.length; start += batch) {
      signal?.throwIfAborted();
      const some = pairs.slice(start, start + batch);
      // The last pair fills what is left of the batch, so that one program does.
      const full = Array.from({ length: batch }, (_, i) => some[Math.min(i, some.length - 1)]!);
      const found = await program.run({ x: batchOf(full.map(({ x }) => x)), y: batchOf(full.map(({ y }) => y)) });
      for (const i of some.keys()) results.push(measurementOf(found, i));
    }
  } finally {
    await program.release();
  }
  return results;
}

function openProgram(
  distance: Distance,
  shape: readonly number[],
  device: DeviceRuntime,
  withMap: boolean,
): Promise<Program> {
  const spec = { shape, dtype: 'float32' as const };
  return compile(
    ({ x, y }) => ({
      value: distance.value(x!, y!),
      distance: distance.distance(x!, y!),
      ...(withMap && distance.map !== undefined ? { map: distance.map(x!, y!) } : {}),
    }),
    { x: spec, y: spec },
    { device },
  );
}

function measurementOf(found: Readonly<Record<string, TensorData>>, i: number): Measurement {
  const at = (name: string) => Number(found[name]!.data[i]);
  const numbers = { kind: 'measured', value: at('value'), distance: at('distance') } as const;
  if (found.map === undefined) return numbers;
  const [height, width] = found.map.shape.slice(2) as [number, number];
  const data = (found.map.data as Float32Array).slice(i * height * width, (i + 1) * height * width);
  return { ...numbers, map: { data, height, width } };
}
