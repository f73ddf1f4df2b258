/** @file What a model's file holds: inputs, ops, layers, cost, and what of it has a gradient. */
import type { ModelProto } from 'onnx-buf';
import { dtypeOf } from '../onnx/file/element-type.ts';
import { carriedTypes } from '../onnx/import/carried.ts';
import { handlers, type ImportedGraph, importGraph, UnknownShapeError } from '../onnx/import/import-graph.ts';
import type { StandIns } from '../onnx/import/stand-ins.ts';
import { isFloat } from '../tensor/dtype.ts';
import { NoGradientError, vjp } from '../tensor/grad.ts';
import { cast, ones } from '../tensor/ops/basic.ts';
import { isConstantExpression } from '../tensor/rewrite.ts';
import { sizeOf } from '../tensor/shape.ts';
import { input, type Node, type Tensor, topologicalOrder, type WeightFile } from '../tensor/tensor.ts';
import { layerNames } from './layer-names.ts';
import { ModelError } from './model-error.ts';
import { formatInput, type GraphInput, graphInputs } from './picture-input.ts';

/** A layer whose units can be named `layer:channel`. */
export interface Layer {
  readonly name: string;
  /** Other names that mean it: its node's, and its op with its number among those of its kind. */
  readonly aliases: readonly string[];
  readonly op: string;
  readonly shape: readonly number[];
  readonly units: number;
}

/** What a file says of itself, and what we can do with it. */
export interface Inspection {
  readonly irVersion: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Op types with their number of nodes, most frequent first; `imported` is false where they only run. */
  readonly ops: readonly { readonly type: string; readonly count: number; readonly imported: boolean }[];
  readonly parameters: number;
  /** Floating-point operations of one forward pass for one picture, two for a multiplication and addition; undefined where unknown. */
  readonly flops: number | undefined;
  readonly layers: readonly Layer[];
  /** Undefined if a gradient of every floating-point output reaches the inputs; else which and why not. */
  readonly gradientProblem: string | undefined;
}

/** Ops whose outputs are worth naming as layers. */
const layerOps = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'BatchNormalization',
  'Relu',
  'Clip',
  'PRelu',
  'Add',
  'Concat',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
]);

/**
 * Inspects a model without running it. Open sizes are taken as 1 for the batch and `openSize` elsewhere; gradients see `standIns` instead
 * of the nodes that they name.
 */
export function inspectModel(
  file: ModelProto,
  bytes: Uint8Array,
  external: readonly WeightFile[] = [],
  openSize = 224,
  standIns: StandIns = {},
): Inspection {
  const graph = file.graph!;
  const counts = new Map<string, number>();
  for (const node of graph.node) {
    const type = node.domain === '' || node.domain === 'ai.onnx' ? node.opType : `${node.domain}.${node.opType}`;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const functions = new Set(file.functions.map((f) => `${f.domain}.${f.name}`));
  const inputs = graphInputs(file);
  const base = {
    irVersion: Number(file.irVersion),
    opsets: Object.fromEntries(
      file.opsetImport.map(({ domain, version }) => [domain === '' ? 'ai.onnx' : domain, Number(version)]),
    ),
    producer: [file.producerName, file.producerVersion].filter((part) => part !== '').join(' '),
    inputs: inputs.map((x) => `${x.name} ${x.dtype} ${formatInput(x)}`),
    outputs: graph.output.map(({ name }) => name),
    ops: [...counts]
      .map(([type, count]) => ({ type, count, imported: handlers[type] !== undefined || functions.has(type) }))
      .sort((a, b) => b.count - a.count),
    parameters: weightCount(file),
  };
  const symbols = inputs.map((x) => {
    const shape = x.shape.map((size, axis) => size ?? (axis === 0 ? 1 : openSize));
    // Bytes are fed from pictures in float32, through whose rounding a gradient passes straight.
    return input(x.name, shape, isFloat(x.dtype) || x.dtype === 'uint8' ? 'float32' : x.dtype);
  });
  const fed = new Map(inputs.map((x, i) => [x.name, x.dtype === 'uint8' ? cast(symbols[i]!, 'uint8') : symbols[i]!]));
  let imported: ImportedGraph;
  try {
    imported = importGraph(file, fed, { files: filesOf(bytes, external), singlePrecision: true, standIns });
  } catch (error) {
    const why =
      error instanceof UnknownShapeError
        ? `${base.ops
            .filter((op) => !op.imported)
            .map((op) => op.type)
            .join(', ')} are not known here`
        : error instanceof Error
          ? error.message
          : String(error);
    return { ...base, flops: undefined, layers: [], gradientProblem: why };
  }
  return {
    ...base,
    flops: flopsOf(imported.outputs) / picturesIn(inputs),
    layers: layersOf(file, imported),
    gradientProblem: gradientProblemOf(imported, symbols, base.outputs),
  };
}

/** Numbers in weights, whether the file keeps them as initialisers or as constants of floating-point type. */
function weightCount({ graph }: ModelProto): number {
  const constants = graph!.node.flatMap((node) =>
    node.opType === 'Constant' ? node.attribute.flatMap(({ t }) => (t === undefined ? [] : [t])) : [],
  );
  const floats = [...graph!.initializer, ...constants].filter(({ dataType }) => isFloat(dtypeOf(dataType) ?? 'bool'));
  return floats.reduce((sum, { dims }) => sum + dims.reduce((product, size) => product * Number(size), 1), 0);
}

function filesOf(bytes: Uint8Array, external: readonly WeightFile[]) {
  return {
    model: { location: 'model', bytes },
    external: (location: string) => {
      const file = external.find((candidate) => candidate.location === location);
      if (file === undefined) throw new ModelError(`The model's external data file "${location}" is missing.`);
      return file;
    },
  };
}

/** Layers of a graph in its order, with the shape of their output. */
export function layersOf(file: ModelProto, { values }: ImportedGraph): Layer[] {
  const aliases = new Map<string, string[]>();
  for (const [name, value] of layerNames(file))
    if (name !== value) aliases.set(value, [...(aliases.get(value) ?? []), name]);
  return file.graph!.node.flatMap((node): Layer[] => {
    const value = values.get(node.output[0] ?? '');
    if (value === undefined || !layerOps.has(node.opType) || value.shape.length < 2 || isConstantExpression(value))
      return [];
    const [name] = node.output as [string];
    // Channels of a transformer's tokens [N, T, D] come last.
    const units = value.shape.length === 3 ? value.shape[2]! : value.shape[1]!;
    return [{ name, aliases: aliases.get(name) ?? [], op: node.opType, shape: value.shape, units }];
  });
}

/** Pictures that one pass takes: a batch that the file fixes. */
function picturesIn([first]: readonly GraphInput[]): number {
  return first?.shape.length === 4 ? (first.shape[0] ?? 1) : 1;
}

function gradientProblemOf(
  { outputs, describe }: ImportedGraph,
  inputs: readonly Tensor[],
  names: readonly string[],
): string | undefined {
  const sources = inputs.filter((x) => isFloat(x.dtype));
  const floats = [...outputs.keys()].filter((i) => isFloat(outputs[i]!.dtype));
  if (floats.length === 0 || sources.length === 0) return 'no floating-point output or input';
  const problemOf = (which: readonly number[]) => {
    const targets = which.map((i) => outputs[i]!);
    try {
      vjp(
        targets,
        targets.map((y) => ones(y.shape)),
        sources,
        { describe },
      );
      return undefined;
    } catch (error) {
      if (error instanceof NoGradientError) return error.message;
      const carried = carriedTypes(targets);
      return carried.length > 0 ? `${carried.join(', ')} pass none` : String(error);
    }
  };
  const problem = problemOf(floats);
  if (problem === undefined) return undefined;
  const blocked = floats.filter((i) => problemOf([i]) !== undefined);
  if (blocked.length === floats.length) return problem;
  return `output ${blocked.map((i) => `"${names[i]}"`).join(', ')}: ${problem}`;
}

/** Floating-point operations of convolutions and matrix products under some outputs. */
export function flopsOf(outputs: readonly Tensor[]): number {
  return topologicalOrder(outputs).reduce((sum, node) => sum + nodeFlops(node), 0);
}

function nodeFlops({ op, inputs, outputs, attrs }: Node): number {
  const [x, w] = inputs;
  const y = outputs[0]!;
  switch (op.name) {
    case 'conv':
      return 2 * sizeOf(y.shape) * sizeOf(w!.shape.slice(1));
    case 'convTranspose':
      return 2 * sizeOf(x!.shape) * sizeOf(w!.shape.slice(1));
    case 'matmul':
      return 2 * sizeOf(y.shape) * x!.shape.at(-1)!;
    case 'gemm':
      return 2 * sizeOf(y.shape) * x!.shape[attrs.transA ? 0 : 1]!;
    default:
      return 0;
  }
}
