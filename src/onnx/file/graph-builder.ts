/** @file Builds an ONNX graph node by node and encodes it as a file. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as A,
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataLocation,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from 'onnx-buf';
import type { DType } from '../../tensor/dtype.ts';
import type { OnnxAttr, OnnxAttrs, OpaqueAttr } from '../../tensor/op.ts';
import { onnxTypeNumber } from '../../tensor/ops/cast.ts';
import type { Shape } from '../../tensor/shape.ts';
import { encodeModel } from './parse-model.ts';

/** An attribute taken as it is from a file, carried by nodes that we do not interpret. */
export interface RawAttribute extends OpaqueAttr {
  readonly kind: 'onnx attribute';
  readonly attribute: AttributeProto;
}

/** Where a weight lies: a file's name beside the graph, and its bytes in it. */
export interface ExternalRegion {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** The IR version written: that of opset 21, which every current tool reads. */
const irVersion = 10n;

/** Collects nodes, weights, inputs and outputs of one graph. Value names are made up where none are given. */
export class GraphBuilder {
  readonly #nodes: MessageInitShape<typeof NodeProtoSchema>[] = [];
  readonly #initializers: MessageInitShape<typeof TensorProtoSchema>[] = [];
  readonly #inputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  readonly #outputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  readonly #domains = new Set<string>();
  readonly #weightNames = new Set<string>();
  readonly #metadata: { readonly key: string; readonly value: string }[] = [];
  #values = 0;

  /** Adds a node; `outputs` are names, or flags saying which outputs are wanted. Returns the outputs' names. */
  node(
    opType: string,
    inputs: readonly string[],
    attrs: OnnxAttrs = {},
    outputs: readonly string[] | readonly boolean[] = [true],
    domain = '',
  ): string[] {
    const names = outputs.map((output) => (typeof output === 'string' ? output : output ? this.#newName() : ''));
    const attribute = Object.entries(attrs).flatMap(([name, value]) =>
      value === undefined ? [] : [attributeOf(name, value)],
    );
    const last = inputs.findLastIndex((name) => name !== '');
    this.#nodes.push({ opType, domain, input: inputs.slice(0, last + 1), output: names, attribute });
    this.#domains.add(domain);
    return names;
  }

  /** Adds a weight that is written into the graph, under `wanted` unless another one has that name. Returns its name. */
  initializer(dtype: DType, shape: Shape, bytes: Uint8Array, wanted?: string): string {
    const name = wanted === undefined || this.#weightNames.has(wanted) ? this.#newName() : wanted;
    this.#weightNames.add(name);
    this.#initializers.push({
      name,
      dataType: onnxTypeNumber[dtype],
      dims: shape.map(BigInt),
      rawData: bytes as Uint8Array<ArrayBuffer>,
    });
    return name;
  }

  /** Adds a weight that stays in a file beside the graph. */
  externalInitializer(dtype: DType, shape: Shape, { location, offset, length }: ExternalRegion): string {
    const name = this.#newName();
    this.#initializers.push({
      name,
      dataType: onnxTypeNumber[dtype],
      dims: shape.map(BigInt),
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: Object.entries({ location, offset, length }).map(([key, value]) => ({ key, value: String(value) })),
    });
    return name;
  }

  /** Declares an input; a size given as a name is open. */
  input(name: string, dtype: DType, shape: readonly (number | string)[]): void {
    this.#inputs.push(valueInfo(name, dtype, shape));
  }

  /** Declares an output. */
  output(name: string, dtype: DType, shape: readonly (number | string)[]): void {
    this.#outputs.push(valueInfo(name, dtype, shape));
  }

  /** Adds a line to the file's metadata. */
  metadata(key: string, value: string): void {
    this.#metadata.push({ key, value });
  }

  /** Calls a node's output by another name, also where it is used. */
  rename(from: string, to: string): void {
    const renamed = (names: readonly string[] | undefined) => names?.map((name) => (name === from ? to : name)) ?? [];
    for (const node of this.#nodes) Object.assign(node, { input: renamed(node.input), output: renamed(node.output) });
  }

  /** The graph as the bytes of an ONNX file. */
  encode(opset: number): Uint8Array<ArrayBuffer> {
    const graph: MessageInitShape<typeof GraphProtoSchema> = {
      name: 'pareidolia',
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    };
    const others = [...this.#domains].filter((domain) => domain !== '').map((domain) => ({ domain, version: 1n }));
    return encodeModel(
      create(ModelProtoSchema, {
        irVersion,
        producerName: 'pareidolia',
        metadataProps: this.#metadata,
        opsetImport: [{ domain: '', version: BigInt(opset) }, ...others],
        graph,
      }),
    );
  }

  #newName(): string {
    return `~${this.#values++}`; // a name that callers do not give
  }
}

function valueInfo(
  name: string,
  dtype: DType,
  shape: readonly (number | string)[],
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'string'
        ? { case: 'dimParam' as const, value: size }
        : { case: 'dimValue' as const, value: BigInt(size) },
  }));
  return { name, type: { value: { case: 'tensorType', value: { elemType: onnxTypeNumber[dtype], shape: { dim } } } } };
}

function attributeOf(name: string, value: OnnxAttr): AttributeProto {
  const make = (init: MessageInitShape<typeof AttributeProtoSchema>) => create(AttributeProtoSchema, { name, ...init });
  if (typeof value === 'number') return make({ type: A.INT, i: BigInt(value) });
  if (typeof value === 'string') return make({ type: A.STRING, s: new TextEncoder().encode(value) });
  if (isList(value)) return make({ type: A.INTS, ints: value.map(BigInt) });
  if ('float' in value) return make({ type: A.FLOAT, f: value.float });
  if ('floats' in value) return make({ type: A.FLOATS, floats: [...value.floats] });
  return (value as RawAttribute).attribute;
}

function isList(value: OnnxAttr): value is readonly number[] {
  return Array.isArray(value);
}
