/**
 * @file Expressions written as one ONNX graph. Large weights that lie in a file are pointed to, not copied: the graph
 * holds external data entries with their offset in the user's own model file.
 */
import type { DType } from '../tensor/dtype.ts';
import { hostTensor, toBytes } from '../tensor/host.ts';
import type { Attrs, Device, Emitter, Lowering, Op } from '../tensor/op.ts';
import type { Shape } from '../tensor/shape.ts';
import {
  constantData,
  constantOp,
  inputOp,
  type Node,
  type Tensor,
  topologicalOrder,
  type WeightFile,
} from '../tensor/tensor.ts';
import { GraphBuilder } from './file/graph-builder.ts';

/** The opset that expressions are written in: the newest whose convolutions the runtime's blocked layout covers. */
export const targetOpset = 21;

/** Constants of fewer bytes are written into the graph even where they lie in a file. */
const inlineBytes = 1024;

/** A graph's output. */
export interface NamedOutput {
  readonly name: string;
  readonly value: Tensor;
}

/** A graph's bytes and the files that its external data points into. */
export interface WrittenGraph {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly files: readonly WeightFile[];
}

/** What a graph that people read holds besides its values. */
export interface GraphDecoration {
  /** Names of values inside the graph. */
  readonly names?: ReadonlyMap<Tensor, string>;
  /** Inputs and outputs have this open first axis instead of the size that they were built with. */
  readonly openBatch?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Writes the outputs' expressions as an ONNX model whose inputs are `inputs`, used or not. */
export function writeGraph(
  inputs: readonly Tensor[],
  outputs: readonly NamedOutput[],
  device: Device,
  { names: valueNames = new Map(), openBatch, metadata = {} }: GraphDecoration = {},
): WrittenGraph {
  const graph = new GraphBuilder();
  const open = (shape: Shape) => (openBatch === undefined ? shape : [openBatch, ...shape.slice(1)]);
  for (const [key, value] of Object.entries(metadata)) graph.metadata(key, value);
  const files = new Map<string, WeightFile>();
  const names = new Map<Tensor, string>();
  const nameInput = (x: Tensor) => names.set(x, String(x.node.attrs.name));
  inputs.forEach(nameInput);
  for (const x of inputs) graph.input(names.get(x)!, x.dtype, open(x.shape));

  const emitter = emitterOn(graph, device);
  for (const node of topologicalOrder(outputs.map(({ value }) => value))) {
    if (node.op === inputOp) {
      if (!names.has(node.outputs[0]!))
        throw new TypeError(`Input "${node.attrs.name}" is used but is not an input of the graph.`);
    } else if (node.op === constantOp) {
      names.set(node.outputs[0]!, writeConstant(graph, node.outputs[0]!, files));
    } else {
      writeNode(emitter, node, names);
      for (const y of node.outputs) {
        const name = valueNames.get(y);
        if (name === undefined) continue;
        graph.rename(names.get(y)!, name);
        names.set(y, name);
      }
    }
  }
  for (const { name, value } of outputs) {
    graph.node('Identity', [names.get(value)!], {}, [name]);
    graph.output(name, value.dtype, open(value.shape));
  }
  return { bytes: graph.encode(targetOpset), files: [...files.values()] };
}

function writeNode(e: Emitter, node: Node, names: Map<Tensor, string>): void {
  const { op, inputs: x, outputs: ys, attrs } = node;
  const written = loweringOf(op, e.device)({ e, inputs: x.map((input) => names.get(input)!), x, ys, attrs });
  const list = typeof written === 'string' ? [written] : written;
  ys.forEach((y, i) => {
    names.set(y, list[i]!);
  });
}

function loweringOf(op: Op, device: Device): Lowering<Attrs> {
  const { lower } = op;
  if (lower === undefined)
    throw new TypeError(`Op ${op.name} has no lowering and must be decomposed before it is written.`);
  return typeof lower === 'function' ? lower : (lower[device] ?? lower.default);
}

function emitterOn(graph: GraphBuilder, device: Device): Emitter {
  const constants = new Map<string, string>();
  return {
    device,
    node: (opType, inputs, attrs = {}, domain = '') => graph.node(opType, inputs, attrs, [true], domain)[0]!,
    nodes: (opType, inputs, attrs, outputs, domain = '') => graph.node(opType, inputs, attrs, outputs, domain),
    constant(values, dtype: DType = 'int64', shape: Shape = [values.length]) {
      const key = `${dtype} ${shape.join()} ${values.join()}`;
      const known = constants.get(key);
      if (known !== undefined) return known;
      const name = graph.initializer(dtype, shape, toBytes(hostTensor(values, shape, dtype)));
      constants.set(key, name);
      return name;
    },
  };
}

function writeConstant(graph: GraphBuilder, x: Tensor, files: Map<string, WeightFile>): string {
  const { bytes, region, name } = constantData(x);
  if (region === undefined || bytes.byteLength < inlineBytes) return graph.initializer(x.dtype, x.shape, bytes, name);
  const { file, offset } = region;
  const known = files.get(file.location);
  if (known !== undefined && known !== file) throw new TypeError(`Two weight files are both named "${file.location}".`);
  files.set(file.location, file);
  return graph.externalInitializer(x.dtype, x.shape, { location: file.location, offset, length: bytes.byteLength });
}
