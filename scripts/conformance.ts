/**
 * @file Runs the ONNX standard's own node tests through the importer: prints, for every op, how many pass and whether it has a
 * gradient. `node scripts/conformance.ts [--failures] [filter]`.
 */
import { gunzipSync } from 'node:zlib';
import { fromBinary } from '@bufbuild/protobuf';
import { TensorProtoSchema } from 'onnx-buf';
import { openRuntime } from '#runtime';
import { untar } from '../src/data/archive/tar.ts';
import { parseModel } from '../src/onnx/file/parse-model.ts';
import { readTensor } from '../src/onnx/file/read-tensor.ts';
import { handlers, importGraph } from '../src/onnx/import/import-graph.ts';
import { StaticValueError } from '../src/onnx/import/node-context.ts';
import { compile, numbers } from '../src/runtime/compile.ts';
import type { DeviceRuntime } from '../src/runtime/runtime.ts';
import { typedArray } from '../src/runtime/typed-array.ts';
import { isFloat, isInteger } from '../src/tensor/dtype.ts';
import { vjp } from '../src/tensor/grad.ts';
import type { HostTensor } from '../src/tensor/host.ts';
import { cast } from '../src/tensor/ops/cast.ts';
import { hostValue, input, type Tensor, topologicalOrder } from '../src/tensor/tensor.ts';
import { sharedFile } from '../test/support/shared-data.ts';

/** What came of one node test. */
export interface ConformanceResult {
  readonly test: string;
  readonly op: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
  /** Whether a gradient reaches a floating-point input from a floating-point output. */
  readonly differentiable?: boolean;
}

/** Why a test of an imported op is not run, by a pattern of its name. */
const skips: readonly (readonly [RegExp, string])[] = [
  [
    /_training_mode|training_dropout|test_dropout_.*mask_ratio|test_training/,
    'training mode: a deployed model is attacked',
  ],
  [
    /FLOAT8|float8|E4M3|E5M2|e4m3|e5m2|e8m0|FLOAT4|float4|INT4|int4|INT2|int2/,
    'values of 4 and 8 bit floats and of 2 and 4 bit integers cannot be held',
  ],
  [/STRING|string/, 'strings are no part of a picture model'],
  [/blocked/, 'blocked quantisation'],
  [/celu_bfloat16/, 'the runtime has no bfloat16 arithmetic; models that use it are computed in float32'],
  [/_(opt|seq|sequence)$/, 'sequences and optional values are no tensors'],
];

/** Tests by name: model, inputs and expected outputs. */
export function nodeTests(): Map<string, Map<string, Uint8Array>> {
  const tests = new Map<string, Map<string, Uint8Array>>();
  for (const [path, bytes] of untar(gunzipSync(sharedFile('onnx-node-tests/onnx_node_tests.tar.gz')))) {
    const match = /data\/node\/([^/]+)\/(model\.onnx|test_data_set_0\/.*)$/.exec(path);
    if (match === null) continue;
    const files = tests.get(match[1]!) ?? new Map<string, Uint8Array>();
    files.set(match[2]!.replace('test_data_set_0/', ''), bytes);
    tests.set(match[1]!, files);
  }
  return tests;
}

/** Runs one test. Tests of several ops count for the function that they expand and are run too. */
export async function runNodeTest(
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
  device: DeviceRuntime,
): Promise<ConformanceResult | undefined> {
  const bytes = files.get('model.onnx')!;
  const model = parseModel(bytes);
  const ops = [
    ...new Set(model.graph!.node.map((node) => (node.domain === '' ? node.opType : `${node.domain}.${node.opType}`))),
  ];
  const op = ops.length === 1 ? ops[0]! : 'several ops';
  if (!ops.every((type) => handlers[type] !== undefined)) return undefined;
  const skip = skips.find(([pattern]) => pattern.test(name));
  if (skip !== undefined) return { test: name, op, outcome: 'skipped', reason: skip[1] };
  const seen = { differentiable: false };
  const problem = await check(model, files, device, seen).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  if (problem === undefined) return { test: name, op, outcome: 'passed', ...seen };
  const plain = await runPlain(model, files, device);
  if (plain !== undefined)
    return {
      test: name,
      op,
      outcome: 'skipped',
      reason: `ONNX Runtime itself does not pass this test (${plain.slice(0, 80)})`,
    };
  return { test: name, op, outcome: 'failed', reason: problem };
}

/** What is wrong with ONNX Runtime's own result on the test's model; undefined where it passes. */
async function runPlain(
  model: Model,
  files: ReadonlyMap<string, Uint8Array>,
  device: DeviceRuntime,
): Promise<string | undefined> {
  const halves = [...model.graph!.input, ...model.graph!.output].some(
    ({ type }) => type?.value.case === 'tensorType' && [10, 16].includes(type.value.value.elemType),
  );
  if (halves) return undefined;
  try {
    const session = await device.createSession(files.get('model.onnx')!);
    const feeds = Object.fromEntries(
      model.graph!.input.map(({ name }, i) => {
        const { data, shape, dtype } = hostValue(tensorOf(files.get(`input_${i}.pb`)!))!;
        return [name, { data: typedArray(dtype, Array.from(data)), shape, dtype }];
      }),
    );
    const results = await session.run(feeds);
    await session.release();
    return model
      .graph!.output.map(({ name }, i) => differ(results[name]!, hostValue(tensorOf(files.get(`output_${i}.pb`)!))!))
      .find((problem) => problem !== undefined);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Model = ReturnType<typeof parseModel>;

function tensorOf(bytes: Uint8Array): Tensor {
  return readTensor(fromBinary(TensorProtoSchema, bytes), {
    model: { location: 'model', bytes },
    external: (location) => {
      throw new Error(`no file ${location}`);
    },
  });
}

async function check(
  model: Model,
  files: ReadonlyMap<string, Uint8Array>,
  device: DeviceRuntime,
  seen: { differentiable: boolean },
): Promise<string | undefined> {
  const graph = model.graph!;
  const inputs = graph.input.map(
    ({ name }, i) => [name, files.has(`input_${i}.pb`) ? tensorOf(files.get(`input_${i}.pb`)!) : undefined] as const,
  );
  const given = inputs.filter((entry): entry is readonly [string, Tensor] => entry[1] !== undefined);
  const fixed = new Set<string>();
  const weights = {
    model: { location: 'model', bytes: files.get('model.onnx')! },
    external: () => {
      throw new Error('no external file');
    },
  };
  const specs = () =>
    Object.fromEntries(
      given.filter(([name]) => !fixed.has(name)).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
    );
  for (;;) {
    try {
      const program = await compile(
        (x) => {
          const values = new Map(given.map(([name, value]) => [name, x[name] ?? value]));
          const { outputs } = importGraph(model, values, { files: weights });
          seen.differentiable ||= hasGradient(outputs, Object.values(x));
          return Object.fromEntries(graph.output.map(({ name }, i) => [name, outputs[i]!]));
        },
        specs(),
        { device },
      );
      const feeds = Object.fromEntries(
        given.filter(([name]) => !fixed.has(name)).map(([name, value]) => [name, Array.from(hostValue(value)!.data)]),
      );
      const results = await program.run(feeds as Record<string, number[]>);
      await program.release();
      return graph.output
        .map(({ name }, i) =>
          differ(
            { ...results[name]!, dtype: program.outputs[name]!.dtype },
            hostValue(tensorOf(files.get(`output_${i}.pb`)!))!,
          ),
        )
        .find((problem) => problem !== undefined);
    } catch (error) {
      // A value that decides a shape is a constant in real models; here it comes as an input and is taken as one.
      if (!(error instanceof StaticValueError)) throw error;
      const next =
        given
          .map(([name]) => name)
          .find((name) => !fixed.has(name) && (name === error.input || dependsOn(model, error.input, name))) ??
        given.find(([name, value]) => !fixed.has(name) && isInteger(value.dtype))?.[0]; // the value lies in a subgraph
      if (next === undefined) throw error;
      fixed.add(next);
    }
  }
}

/** Whether a cotangent of some output (rounded ones pass it straight through) reaches some floating-point input. */
function hasGradient(outputs: readonly Tensor[], inputs: readonly Tensor[]): boolean {
  const sources = inputs.filter((x) => isFloat(x.dtype));
  return outputs.some((output) => {
    const y = cast(output, 'float32');
    const cotangent = input('cotangent', y.shape);
    try {
      return topologicalOrder(vjp([y], [cotangent], sources)).includes(cotangent.node);
    } catch {
      return false; // an op without a gradient
    }
  });
}

function dependsOn(model: Model, value: string, input: string): boolean {
  if (value === input) return true;
  const producer = model.graph!.node.find((node) => node.output.includes(value));
  return producer?.input.some((name) => dependsOn(model, name, input)) ?? false;
}

/** The ONNX backend test's tolerances: relative 1e-3, absolute 1e-7 for float32; 8-bit results may differ by one where rounding ties. */
function differ(
  actual: Parameters<typeof numbers>[0] & { shape: readonly number[] },
  expected: HostTensor,
): string | undefined {
  if (actual.dtype !== expected.dtype) return `type ${actual.dtype} instead of ${expected.dtype}`;
  if (actual.shape.join() !== expected.shape.join()) return `shape [${actual.shape}] instead of [${expected.shape}]`;
  const values = numbers(actual);
  const relative = expected.dtype === 'float16' || expected.dtype === 'bfloat16' ? 1e-2 : 1e-3;
  for (let i = 0; i < values.length; i++) {
    const [a, b] = [values[i]!, expected.data[i]!];
    if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const slack = isFloat(expected.dtype) ? relative * Math.abs(b) + 1e-6 : 0;
    if (!(Math.abs(a - b) <= slack)) return `value ${i}: ${a} instead of ${b}`;
  }
  return undefined;
}

if (import.meta.main) {
  const device = await openRuntime('cpu');
  const filter = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? '';
  const results: ConformanceResult[] = [];
  for (const [name, files] of nodeTests()) {
    if (!name.includes(filter)) continue;
    const result = await runNodeTest(name, files, device);
    if (result !== undefined) results.push(result);
  }
  if (process.argv.includes('--failures')) {
    for (const { test, reason, outcome } of results)
      if (outcome === 'failed') console.log(`${test}: ${reason?.slice(0, 160)}`);
  }
  const count = (outcome: string) => results.filter((result) => result.outcome === outcome).length;
  if (process.argv.includes('--table')) console.log(table(results).join('\n'));
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped of ${results.length}`);
}

/** Ops with their tests as a Markdown table, four ops a line. */
function table(results: readonly ConformanceResult[]): string[] {
  const cells = Object.keys(handlers)
    .sort()
    .map((op) => {
      const own = results.filter((result) => result.op === op);
      const passed = own.filter(({ outcome }) => outcome === 'passed').length;
      const gradient = own.some(({ differentiable }) => differentiable) ? 'yes' : '–';
      return `${op} | ${own.length === 0 ? 'no test' : `${passed}/${own.length}`} | ${gradient}`;
    });
  const rows = Math.ceil(cells.length / 3);
  const lines = Array.from(
    { length: rows },
    (_, row) => `| ${[0, 1, 2].map((column) => cells[column * rows + row] ?? ' | | ').join(' | ')} |`,
  );
  return [`| ${new Array(3).fill('op | tests | gradient').join(' | ')} |`, `|${'---|'.repeat(9)}`, ...lines];
}
