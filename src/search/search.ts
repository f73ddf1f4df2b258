/**
 * @file The search loop: runs a problem's step for many samples at once. Samples that are done leave the batch, waiting ones
 * take their place, and a sample's path depends on nothing but itself.
 */
import type { Program } from '../runtime/compile.ts';
import type { DeviceRuntime, TensorData, TypedArray } from '../runtime/runtime.ts';
import { typedArray } from '../runtime/typed-array.ts';
import type { DType } from '../tensor/dtype.ts';
import type { GradientOptions } from '../tensor/grad.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Problem } from './problem.ts';
import {
  gradientName,
  nextName,
  nextStatePrefix,
  type Programs,
  programsOf,
  statePrefix,
  valueName,
  zName,
} from './programs.ts';

/** What is fed for one sample: numbers by name, as the problem's data asks. */
export type SampleData = Readonly<Record<string, Float32Array | readonly number[] | number>>;

/** One sample of a search. */
export interface Sample {
  /** Where it starts; inside the allowed set. */
  readonly z: Float32Array;
  readonly steps: number;
  /** What is fed at a step. */
  data(step: number): SampleData;
}

/** What is seen of a sample at one point of its path. */
export interface Observation {
  /** Index among the samples given to the search. */
  readonly sample: number;
  /** 0 at the start; `steps` at the last point. */
  readonly step: number;
  readonly z: Float32Array;
  readonly value: number;
  /** Length of the gradient there; undefined at the last point, where none is taken. */
  readonly gradientNorm: number | undefined;
  readonly outputs: Readonly<Record<string, Float32Array>>;
}

/** Says of each observation whether its sample is done. */
export type Observer = (observations: readonly Observation[]) => Promise<readonly boolean[]> | readonly boolean[];

/** Options of `search`. */
export interface SearchOptions extends GradientOptions {
  readonly device: DeviceRuntime;
  /** Samples in one run at most. */
  readonly batch: number;
  readonly signal?: AbortSignal;
  /** Called after every run with how many samples are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

interface Path {
  readonly sample: number;
  readonly z: Float32Array;
  readonly state: Readonly<Record<string, Float32Array>>;
  readonly step: number;
}

/** Batch sizes that graphs are compiled for: powers of two up to the largest. */
function batchFor(count: number, largest: number): number {
  let size = 1;
  while (size < count && size * 2 <= largest) size *= 2;
  return Math.min(size, largest);
}

/**
 * Runs a search from every sample's start until its observer says that it is done or its steps are used up.
 * @throws the signal's reason when aborted
 */
export async function search(
  problem: Problem,
  samples: readonly Sample[],
  observe: Observer,
  options: SearchOptions,
): Promise<void> {
  const { device, signal, onProgress } = options;
  const largest = 2 ** Math.floor(Math.log2(Math.max(1, options.batch)));
  const programs = programsOf(problem, device, options);
  const waiting = samples.keys();
  let active: Path[] = [];
  let done = 0;
  for (;;) {
    while (active.length < largest) {
      const next = waiting.next();
      if (next.done) break;
      active.push(startOf(problem, samples, next.value));
    }
    if (active.length === 0) return;
    const kept: Path[] = [];
    // Samples at their last point need no gradient; the others step. Each group runs in full batches.
    for (const [group, last] of [
      [active.filter(({ sample, step }) => step < samples[sample]!.steps), false],
      [active.filter(({ sample, step }) => step >= samples[sample]!.steps), true],
    ] as const) {
      for (let at = 0; at < group.length; ) {
        signal?.throwIfAborted();
        const size = batchFor(group.length - at, largest);
        const chunk = group.slice(at, at + size);
        at += chunk.length;
        const { observations, next } = await run(problem, programs, samples, chunk, size, last);
        const finished = await observe(observations);
        chunk.forEach((_, i) => {
          if (last || finished[i]) done++;
          else kept.push(next[i]!);
        });
      }
    }
    active = kept;
    onProgress?.(done, samples.length);
  }
}

function startOf(problem: Problem, samples: readonly Sample[], sample: number): Path {
  const state = Object.fromEntries(
    Object.entries(problem.rule.state ?? {}).map(([name, shape]) => [name, new Float32Array(sizeOf(shape))]),
  );
  return { sample, z: samples[sample]!.z, state, step: 0 };
}

async function run(
  problem: Problem,
  programs: Programs,
  samples: readonly Sample[],
  chunk: readonly Path[],
  size: number,
  last: boolean,
): Promise<{ observations: Observation[]; next: Path[] }> {
  const program = await (last ? programs.look(size) : programs.step(size));
  const results = await program.run(feedsOf(problem, program, samples, chunk, size));
  const part = (name: string, i: number): Float32Array => {
    const { data } = results[name]!;
    const length = data.length / size;
    return (data as Float32Array).slice(i * length, (i + 1) * length);
  };
  const stateNames = Object.keys(problem.rule.state ?? {});
  const shown = Object.keys(program.outputs).filter(
    (name) => name !== valueName && name !== gradientName && name !== nextName && !name.startsWith(nextStatePrefix),
  );
  const observations = chunk.map(
    ({ sample, step, z }, i): Observation => ({
      sample,
      step,
      z,
      value: part(valueName, i)[0]!,
      gradientNorm: last ? undefined : part(gradientName, i)[0]!,
      outputs: Object.fromEntries(shown.map((name) => [name, part(name, i)])),
    }),
  );
  if (last) return { observations, next: [] };
  const next = chunk.map(
    ({ sample, step }, i): Path => ({
      sample,
      step: step + 1,
      z: part(nextName, i),
      state: Object.fromEntries(stateNames.map((name) => [name, part(nextStatePrefix + name, i)])),
    }),
  );
  return { observations, next };
}

/** Feeds of a batch; places beyond the chunk repeat its first sample. */
function feedsOf(
  problem: Problem,
  program: Program,
  samples: readonly Sample[],
  chunk: readonly Path[],
  size: number,
): Record<string, TensorData> {
  const places = Array.from({ length: size }, (_, i) => chunk[i] ?? chunk[0]!);
  const data = chunk.map(({ sample, step }) => samples[sample]!.data(step));
  const feeds: Record<string, TensorData> = {};
  for (const [name, { shape, dtype }] of Object.entries(program.inputs)) {
    const length = sizeOf(shape) / size;
    const valueAt = (i: number): Float32Array | readonly number[] => {
      const path = places[i]!;
      if (name === zName) return path.z;
      if (name.startsWith(statePrefix)) return path.state[name.slice(statePrefix.length)]!;
      const value = data[i < chunk.length ? i : 0]![name];
      if (value === undefined) throw new TypeError(`The search is not given "${name}", which ${problem.key} needs.`);
      return typeof value === 'number' ? [value] : value;
    };
    feeds[name] = { shape, dtype, data: gather(dtype, size, length, valueAt) };
  }
  return feeds;
}

function gather(
  dtype: DType,
  size: number,
  length: number,
  valueAt: (i: number) => Float32Array | readonly number[],
): TypedArray {
  const all = new Float32Array(size * length);
  for (let i = 0; i < size; i++) all.set(valueAt(i), i * length);
  return dtype === 'float32' ? all : typedArray(dtype, Array.from(all));
}
