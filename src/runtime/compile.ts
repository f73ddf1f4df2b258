/** @file From a function of tensors to a program: trace, simplify, write ONNX, open a session, cache it. */
import { writeGraph } from '../onnx/write-graph.ts';
import type { DType } from '../tensor/dtype.ts';
import type { Spec } from '../tensor/op.ts';
import { cast } from '../tensor/ops/cast.ts';
import { specialize } from '../tensor/rewrite.ts';
import { formatShape, sameShape, sizeOf } from '../tensor/shape.ts';
import { input, type Tensor } from '../tensor/tensor.ts';
import type { DeviceRuntime, TensorData, TypedArray } from './runtime.ts';
import { typedArray } from './typed-array.ts';

/** Values by name: what a traced function takes and returns. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Shapes and types of a program's inputs by name. */
export type Specs = Readonly<Record<string, Spec>>;

/** Values to run a program on: data with its shape, or bare numbers in the input's shape. */
export type Feeds = Readonly<Record<string, TensorData | TypedArray | readonly number[] | number>>;

/** A compiled function of tensors. Shapes are fixed. */
export interface Program {
  readonly inputs: Specs;
  readonly outputs: Specs;
  /** Size of the graph's own file in bytes; weights that it only points to are not in it. */
  readonly graphBytes: number;
  /** Runs the program; `fetches` limits the outputs that are computed. */
  run(feeds: Feeds, fetches?: readonly string[]): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}

/** Options of `compile`. */
export interface CompileOptions {
  readonly device: DeviceRuntime;
  /** Programs of one key, specs and device are built once and shared; without a key each call builds its own. */
  readonly key?: string;
  /** Refuse ops that the device would hand to the CPU. */
  readonly strict?: boolean;
}

/**
 * Traces `fn` once with symbolic inputs of the given shapes and compiles what it returns.
 * @example
 * const device = await openRuntime('cpu');
 * const square = await compile(({ x }) => ({ y: mul(x, x) }), { x: { shape: [3], dtype: 'float32' } }, { device });
 * const { y } = await square.run({ x: [1, 2, 3] });
 */
export async function compile(
  fn: (inputs: Tensors) => Tensors,
  specs: Specs,
  options: CompileOptions,
): Promise<Program> {
  const { device, key, strict = false } = options;
  if (key === undefined) return build(fn, specs, device, strict);
  const full = `${key} ${JSON.stringify(specs)} ${strict}`;
  const known = device.programs.get(full) as Promise<Program> | undefined;
  if (known !== undefined) return known;
  const program = build(fn, specs, device, strict);
  device.programs.set(full, program);
  program.catch(() => device.programs.delete(full));
  return program;
}

/** Releases a device's programs whose keys have some words in them: those of a model, of a unit of it. Sessions hold gigabytes. */
export async function releasePrograms({ programs }: DeviceRuntime, words: string): Promise<void> {
  for (const [key, program] of programs) {
    if (!` ${key} `.includes(` ${words} `)) continue;
    programs.delete(key);
    await (await program).release();
  }
}

async function build(
  fn: (inputs: Tensors) => Tensors,
  specs: Specs,
  device: DeviceRuntime,
  strict: boolean,
): Promise<Program> {
  const inputs: Record<string, Tensor> = {};
  const seen: Record<string, Tensor> = {};
  for (const [name, { shape, dtype }] of Object.entries(specs)) {
    inputs[name] = input(name, shape, borderType(dtype));
    seen[name] = cast(inputs[name], dtype);
  }
  const traced = fn(seen);
  const names = Object.keys(traced);
  const outputs = specialize(
    Object.values(traced).map((y) => cast(y, borderType(y.dtype))),
    device.device,
  );
  const { bytes, files } = writeGraph(
    Object.values(inputs),
    names.map((name, i) => ({ name: outputPrefix + name, value: outputs[i]! })),
    device.device,
  );
  const session = await device.createSession(bytes, { external: files, strict, derived: true });
  return {
    inputs: specs,
    outputs: Object.fromEntries(
      names.map((name) => [name, { shape: traced[name]!.shape, dtype: traced[name]!.dtype }]),
    ),
    graphBytes: bytes.byteLength,
    async run(feeds, fetches) {
      const tensors: Record<string, TensorData> = {};
      for (const [name, spec] of Object.entries(specs))
        tensors[name] = feedOf(name, feeds[name], { ...spec, dtype: borderType(spec.dtype) });
      const results = await session.run(
        tensors,
        fetches?.map((name) => outputPrefix + name),
      );
      return Object.fromEntries(
        Object.entries(results).map(([name, value]) => [name.slice(outputPrefix.length), value]),
      );
    },
    release: () => session.release(),
  };
}

/** Set before the names of outputs in the graph, where inputs and outputs share one set of names. */
const outputPrefix = 'output ';

/** Half-precision values enter and leave a program as float32: JavaScript engines and bindings disagree on how to hold them. */
function borderType(dtype: DType): DType {
  return dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype;
}

function feedOf(name: string, feed: Feeds[string] | undefined, { shape, dtype }: Spec): TensorData {
  if (feed === undefined) throw new TypeError(`Input "${name}" ${dtype} ${formatShape(shape)} is not fed.`);
  if (isTensorData(feed)) {
    if (feed.dtype === dtype && sameShape(feed.shape, shape)) return feed;
    throw new TypeError(
      `Input "${name}" expects ${dtype} ${formatShape(shape)}, got ${feed.dtype} ${formatShape(feed.shape)}.`,
    );
  }
  const data = typedArray(dtype, typeof feed === 'number' ? [feed] : feed);
  if (data.length !== sizeOf(shape)) {
    throw new TypeError(
      `Input "${name}" expects ${sizeOf(shape)} values for ${formatShape(shape)}, got ${data.length}.`,
    );
  }
  return { data, shape, dtype };
}

function isTensorData(feed: Feeds[string]): feed is TensorData {
  return typeof feed === 'object' && 'dtype' in feed;
}

/** A program's output as numbers. */
export function numbers({ data, dtype }: { readonly data: TypedArray; readonly dtype: DType }): Float64Array {
  return dtype === 'int64' || dtype === 'uint64'
    ? Float64Array.from(data as BigInt64Array, Number)
    : Float64Array.from(data as Float32Array);
}
