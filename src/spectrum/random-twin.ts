/**
 * @file A network's twin of the same architecture and random weights: what of a gradient's spectrum is the architecture's, and what training's.
 *
 * Every weight of two or more axes that a convolution or product takes, be it reshaped or transposed on the way, is drawn anew, normal with
 * mean 0 and the deviation of the trained one. What is added or joined (position embeddings, class tokens) stays. Biases, which fit the
 * trained weights alone, become 0. Batch normalisation gets scale 1, shift 0, mean 0, and the variance that its convolution or product of
 * random weights gives to inputs of mean square 1 (fan-in times the weights' variance), so that no part of the network drowns the others.
 */
import { type NodeProto, type TensorProto, TensorProto_DataLocation, TensorProto_DataType } from 'onnx-buf';
import type { Model } from '../model/model.ts';
import { changed } from '../onnx/file/changed.ts';
import { intsOf } from '../onnx/file/ints-of.ts';
import { encodeModel } from '../onnx/file/parse-model.ts';
import { randomStream } from '../random/random-stream.ts';
import { sizeOf } from '../tensor/shape.ts';
import { SpectrumError } from './spectrum-error.ts';

/** Ops whose second input is a weight, and whose third is a bias. */
const learnt = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/**
 * Bytes of a model's twin, to be loaded as the model itself was.
 * @param seed decides the weights
 * @throws SpectrumError if weights are kept beside the file, in half precision or quantised, or there are none
 * @example
 * await using twin = await loadModel(randomTwin(model, 0), { preprocessing: model.preprocessing });
 */
export function randomTwin(model: Pick<Model, 'name' | 'file'>, seed = 0): Uint8Array<ArrayBuffer> {
  const graph = model.file.graph!;
  const makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const byName = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const drawn = new Map<string, TensorProto>();
  const set = (name: string | undefined, values: (old: Float32Array, shape: number[]) => Float32Array) => {
    const old = name === undefined ? undefined : byName.get(name);
    if (old === undefined || drawn.has(old.name)) return;
    const floats = floatsOf(old, model.name);
    const bytes = new Uint8Array(Float32Array.from(values(floats, old.dims.map(Number))).buffer);
    drawn.set(old.name, changed(old, { rawData: bytes, floatData: [] }));
  };
  let place = 0;
  for (const node of graph.node) {
    if (learnt.has(node.opType)) {
      const random = randomStream(seed, place++);
      for (const name of node.input.slice(0, 2))
        set(sourceOf(name, makers), (old, { length }) => {
          if (length < 2) return old;
          const deviation = deviationOf(old);
          return old.map(() => deviation * random.normal());
        });
      set(node.input[2], (old) => old.map(() => 0));
    } else if (node.opType === 'BatchNormalization') {
      const variance = responseOf(makers.get(node.input[0]!), byName, model.name);
      for (const [at, value] of [1, 0, 0, variance].entries()) set(node.input[at + 1], (old) => old.map(() => value));
    } else if (node.opType === 'Add') {
      for (const name of node.input) set(name, (old) => (isBias(makers, node, byName) ? old.map(() => 0) : old));
    }
  }
  if (place === 0 || drawn.size === 0) throw new SpectrumError(`${model.name} has no weights to draw anew.`);
  const initializer = graph.initializer.map((tensor) => drawn.get(tensor.name) ?? tensor);
  return encodeModel(changed(model.file, { graph: changed(graph, { initializer }) }));
}

/** Ops that give the values of their first input in another shape or order. */
const rearranging = new Set(['Identity', 'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** Where a value's numbers come from. */
function sourceOf(name: string, makers: ReadonlyMap<string, NodeProto>): string {
  const maker = makers.get(name);
  return maker !== undefined && rearranging.has(maker.opType) ? sourceOf(maker.input[0]!, makers) : name;
}

/** Whether an addition puts a constant onto what a learnt op gave: a bias written apart. */
function isBias(makers: Map<string, NodeProto>, node: NodeProto, byName: Map<string, TensorProto>): boolean {
  return (
    node.input.some((name) => learnt.has(makers.get(name)?.opType ?? '')) && node.input.some((name) => byName.has(name))
  );
}

/** Variance of the outputs of a convolution or product over random weights, for inputs of mean square 1. */
function responseOf(maker: NodeProto | undefined, byName: Map<string, TensorProto>, model: string): number {
  const weight = maker !== undefined && learnt.has(maker.opType) ? byName.get(maker.input[1]!) : undefined;
  if (weight === undefined) return 1;
  return Math.max(1e-12, fanInOf(maker!, weight.dims.map(Number)) * deviationOf(floatsOf(weight, model)) ** 2);
}

/** How many inputs each output of a learnt op has, by the shape of its weight. */
function fanInOf(node: NodeProto, dims: readonly number[]): number {
  const isTransposed = node.attribute.some(({ name, i }) => name === 'transB' && i !== 0n);
  if (node.opType === 'MatMul' || (node.opType === 'Gemm' && !isTransposed)) return dims.at(-2)!;
  // Strides spread inputs over as many outputs.
  if (node.opType === 'ConvTranspose')
    return (dims[0]! * sizeOf(dims.slice(2))) / sizeOf(intsOf(node, 'strides') ?? []);
  return sizeOf(dims.slice(1));
}

function deviationOf(values: Float32Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}

function floatsOf({ name, dataType, dataLocation, rawData, floatData }: TensorProto, model: string): Float32Array {
  if (dataType !== TensorProto_DataType.FLOAT || dataLocation === TensorProto_DataLocation.EXTERNAL)
    throw new SpectrumError(
      `A random twin is made of float32 weights in one file; "${name}" of ${model} is kept otherwise. Export it again as one float32 file.`,
    );
  if (floatData.length > 0) return Float32Array.from(floatData);
  // Copied, since the bytes may be a window into the file, at any offset.
  return new Float32Array(Uint8Array.from(rawData).buffer);
}
