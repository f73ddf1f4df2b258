/**
 * @file Anti-aliased down-sampling in a user's model (Zhang 2019): a convolution with a stride takes stride 1, its activation follows, and
 * a binomial blur takes the stride; a max pooling likewise. Weights stay as they were trained, so answers change.
 *
 * Zhang trains networks with blurs in them and leaves the first convolution of ImageNet's alone for speed; here all strides are blurred
 * unless some are named. Average pooling is a blur already and stays, as do strides of slices.
 */
import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as A,
  type AttributeProto,
  AttributeProtoSchema,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType,
} from 'onnx-buf';
import { layerNames } from '../model/layer-names.ts';
import type { Model } from '../model/model.ts';
import { changed } from '../onnx/file/changed.ts';
import { intsOf } from '../onnx/file/ints-of.ts';
import { encodeModel } from '../onnx/file/parse-model.ts';
import { input } from '../tensor/tensor.ts';
import { binomial } from './binomial.ts';
import { SpectrumError } from './spectrum-error.ts';

/** Options of `blurDownsampling`. */
export interface BlurPoolOptions {
  /** Taps of the blur along each axis, 2 to 7; 3, the kernel [1 2 1], unless given. */
  readonly size?: number;
  /** Nodes to blur alone, by any name that `layerNames` knows (the node's, its output's, Conv#2); all with a stride unless given. */
  readonly layers?: readonly string[];
}

/** A model's file with blurs in it. */
export interface BlurredFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The nodes whose stride a blur took over, by name. */
  readonly blurred: readonly string[];
}

/**
 * Puts a blur before each subsampling of a model's file. Inputs, outputs and their shapes stay.
 * @throws SpectrumError if nothing has a stride, a name is none of a node with one, or the file keeps weights beside it or in half precision
 * @example
 * await writeFile('blurred.onnx', blurDownsampling(model, { size: 3 }).bytes);
 */
export function blurDownsampling(model: Model, { size = 3, layers }: BlurPoolOptions = {}): BlurredFile {
  if (!Number.isInteger(size) || size < 2 || size > 7)
    throw new SpectrumError(`A blur before subsampling has 2 to 7 taps, got ${size}.`);
  const { file } = model;
  refuseWeights(file, model.name);
  const graph = file.graph!;
  const shapes = shapesOf(model);
  const strided = graph.node.filter((node) => stridesOf(node)?.some((s) => s > 1));
  const nameOf = (node: NodeProto) => node.name || node.output[0]!;
  const names = layerNames(file);
  const wanted = layers?.map((name) => names.get(name));
  const lost = layers?.find((_, i) => !strided.some((node) => node.output[0] === wanted![i]));
  if (lost !== undefined || strided.length === 0)
    throw new SpectrumError(
      `${model.name} has no convolution or max pooling with a stride${lost === undefined ? ', so there is nothing to blur' : ` called "${lost}"; it has ${strided.map(nameOf).join(', ')}`}.`,
    );
  const chosen = strided.filter((node) => wanted === undefined || wanted.includes(node.output[0]!));
  const opset = Number(file.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')!.version);
  const nodes: NodeProto[] = [...graph.node];
  for (const node of chosen) blurAfter(node, nodes, { graph, shapes, opset, size });
  // Shapes of values inside are not what they were.
  const bytes = encodeModel(changed(file, { graph: changed(graph, { node: nodes, valueInfo: [] }) }));
  return { bytes, blurred: chosen.map(nameOf) };
}

interface Surroundings {
  readonly graph: NonNullable<ModelProto['graph']>;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly opset: number;
  readonly size: number;
}

/** Ops that act on each number by itself, or on each channel. */
const pointwise = new Set(
  'BatchNormalization Relu LeakyRelu PRelu Clip Elu Selu Celu ThresholdedRelu HardSwish HardSigmoid Sigmoid Softplus Softsign Tanh Gelu Mish'.split(
    ' ',
  ),
);

function blurAfter(node: NodeProto, nodes: NodeProto[], { graph, shapes, opset, size }: Surroundings): void {
  const strides = stridesOf(node)!;
  const kernel = intsOf(node, 'kernel_shape') ?? shapeOf(shapes, node.input[1]!).slice(2);
  const inside = shapeOf(shapes, node.input[0]!).slice(2);
  const outside = shapeOf(shapes, node.output[0]!);
  const dilations = intsOf(node, 'dilations') ?? kernel.map(() => 1);
  const extents = kernel.map((k, i) => (k - 1) * dilations[i]! + 1);
  const pads = padsOf(node, inside, strides, extents);
  const fine = inside.map((n, i) => n + pads[i]! + pads[i + 2]! - extents[i]! + 1);
  const unstrided = changed(node, {
    attribute: [
      ...node.attribute.filter(({ name }) => !['strides', 'pads', 'auto_pad', 'ceil_mode'].includes(name)),
      ints(
        'strides',
        kernel.map(() => 1),
      ),
      ints('pads', pads),
    ],
  });
  nodes[nodes.indexOf(node)] = unstrided;

  // A blur after the activation: before it, it would blur what the activation is yet to cut off.
  const outputs = new Set(graph.output.map(({ name }) => name));
  let last = unstrided;
  for (;;) {
    const value = last.output[0]!;
    const consumers = nodes.filter(({ input }) => input.includes(value));
    const [next] = consumers;
    if (consumers.length !== 1 || outputs.has(value) || !pointwise.has(next!.opType) || next!.input[0] !== value) break;
    last = next!;
  }
  const coarse = last.output[0]!;
  const sharp = `${coarse}__sharp`;
  const source = changed(last, { output: [sharp, ...last.output.slice(1)] });
  const taps = strides.map((s) => (s > 1 ? binomial(size) : [1]));
  const begins = taps.map(({ length }) => Math.floor((length - 1) / 2));
  const ends = taps.map(({ length }, i) =>
    // As many windows as there were places, also where the last one hung over the edge.
    Math.max(0, (outside[i + 2]! - 1) * strides[i]! + length - begins[i]! - fine[i]!),
  );
  const reflects = fine.every((n, i) => Math.max(begins[i]!, ends[i]!) < n);
  const amounts = [0, 0, ...begins, 0, 0, ...ends];
  const mode = string('mode', reflects ? 'reflect' : 'edge');
  const padNodes =
    opset >= 11
      ? [
          constantNode(`${coarse}__pads`, TensorProto_DataType.INT64, [8], BigInt64Array.from(amounts, BigInt)),
          create(NodeProtoSchema, {
            opType: 'Pad',
            name: `${coarse}__pad`,
            input: [sharp, `${coarse}__pads`],
            output: [`${coarse}__padded`],
            attribute: [mode],
          }),
        ]
      : [
          create(NodeProtoSchema, {
            opType: 'Pad',
            name: `${coarse}__pad`,
            input: [sharp],
            output: [`${coarse}__padded`],
            attribute: [mode, ints('pads', amounts)],
          }),
        ];
  const channels = outside[1]!;
  const [down, across] = taps as [number[], number[]];
  const weights = down.flatMap((a) => across.map((b) => a * b));
  const all = Float32Array.from({ length: channels * weights.length }, (_, i) => weights[i % weights.length]!);
  const shape = [channels, 1, down.length, across.length];
  nodes.splice(
    nodes.indexOf(last),
    1,
    source,
    ...padNodes,
    constantNode(`${coarse}__binomial`, TensorProto_DataType.FLOAT, shape, all),
    create(NodeProtoSchema, {
      opType: 'Conv',
      name: `${coarse}__blur`,
      input: [`${coarse}__padded`, `${coarse}__binomial`],
      output: [coarse],
      attribute: [
        ints('kernel_shape', shape.slice(2)),
        ints('strides', strides),
        create(AttributeProtoSchema, { name: 'group', type: A.INT, i: BigInt(channels) }),
      ],
    }),
  );
}

function stridesOf(node: NodeProto): number[] | undefined {
  if (node.domain !== '' && node.domain !== 'ai.onnx') return undefined;
  if (node.opType !== 'Conv' && node.opType !== 'MaxPool') return undefined;
  const strides = intsOf(node, 'strides');
  return strides?.length === 2 ? strides : undefined;
}

/** Pads of a node as numbers, begins then ends. */
function padsOf(
  node: NodeProto,
  inside: readonly number[],
  strides: readonly number[],
  extents: readonly number[],
): number[] {
  const attribute = node.attribute.find(({ name }) => name === 'auto_pad');
  const auto = attribute === undefined ? 'NOTSET' : new TextDecoder().decode(attribute.s);
  if (!auto.startsWith('SAME')) return (auto === 'VALID' ? undefined : intsOf(node, 'pads')) ?? [0, 0, 0, 0];
  const total = inside.map((n, i) => Math.max(0, (Math.ceil(n / strides[i]!) - 1) * strides[i]! + extents[i]! - n));
  const [small, large] = [total.map((pad) => Math.floor(pad / 2)), total.map((pad) => Math.ceil(pad / 2))];
  return auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
}

/** Shapes of all values for one picture, and of weights. */
function shapesOf(model: Model): ReadonlyMap<string, readonly number[]> {
  const { values } = model.trace(input('picture', [1, model.channels, model.height, model.width]));
  return new Map(Array.from(values, ([name, { shape }]) => [name, shape]));
}

function shapeOf(shapes: ReadonlyMap<string, readonly number[]>, name: string): readonly number[] {
  const shape = shapes.get(name);
  if (shape === undefined) throw new SpectrumError(`The shape of "${name}" is not known, so no blur can follow it.`);
  return shape;
}

function refuseWeights(file: ModelProto, name: string): void {
  const graph = file.graph!;
  const wide = new Set<number>([
    TensorProto_DataType.FLOAT16,
    TensorProto_DataType.BFLOAT16,
    TensorProto_DataType.DOUBLE,
  ]);
  if (graph.initializer.some(({ dataType }) => wide.has(dataType)))
    throw new SpectrumError(`${name} computes in another precision than float32; export it in float32 to blur it.`);
  if (graph.initializer.some(({ externalData }) => externalData.length > 0))
    throw new SpectrumError(`${name} keeps weights in files beside it; store it as one file to blur it.`);
}

function ints(name: string, values: readonly number[]): AttributeProto {
  return create(AttributeProtoSchema, { name, type: A.INTS, ints: values.map(BigInt) });
}

function string(name: string, value: string): AttributeProto {
  return create(AttributeProtoSchema, { name, type: A.STRING, s: new TextEncoder().encode(value) });
}

function constantNode(
  name: string,
  dataType: TensorProto_DataType,
  dims: readonly number[],
  data: Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>,
): NodeProto {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return create(NodeProtoSchema, {
    opType: 'Constant',
    name,
    output: [name],
    attribute: [{ name: 'value', type: A.TENSOR, t: { dataType, dims: dims.map(BigInt), rawData } }],
  });
}
