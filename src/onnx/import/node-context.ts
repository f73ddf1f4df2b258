/** @file What a handler sees of the ONNX node that it imports: inputs as tensors, attributes by type. */
import { AttributeProto_AttributeType as A, type AttributeProto, type GraphProto, type NodeProto } from 'onnx-buf';
import { hostValue, type Tensor } from '../../tensor/tensor.ts';
import { ModelFileError, toSafeNumber } from '../file/model-file-error.ts';
import { readTensor, type WeightFiles } from '../file/read-tensor.ts';

/** A node that cannot be imported; the message names it. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

/** An input whose value shapes the graph was not a constant. `input` is its name in the file. */
export class StaticValueError extends ImportError {
  readonly input: string;

  constructor(message: string, input: string) {
    super(message);
    this.input = input;
  }
}

/** What a handler may ask of the importer. */
export interface ImportServices {
  readonly files: WeightFiles;
  /** Whether half and double precision are computed in float32. */
  readonly singlePrecision: boolean;
  /** Imports a subgraph, whose nodes see the values around it, and returns its outputs. */
  subgraph(graph: GraphProto): Tensor[];
}

/** One node being imported. */
export class NodeContext {
  readonly node: NodeProto;
  readonly opset: number;
  readonly services: ImportServices;
  readonly #inputs: readonly (Tensor | undefined)[];
  readonly #attributes: ReadonlyMap<string, AttributeProto>;

  constructor(
    node: NodeProto,
    opset: number,
    inputs: readonly (Tensor | undefined)[],
    attributes: ReadonlyMap<string, AttributeProto>,
    services: ImportServices,
  ) {
    this.node = node;
    this.opset = opset;
    this.services = services;
    this.#inputs = inputs;
    this.#attributes = attributes;
  }

  /** All inputs that are given. */
  get all(): Tensor[] {
    return this.#inputs.filter((x) => x !== undefined);
  }

  /** Input i. */
  x(i: number): Tensor {
    const x = this.#inputs[i];
    if (x === undefined) throw new ImportError(`input ${i} is missing`);
    return x;
  }

  /** Input i, where it is given. */
  optional(i: number): Tensor | undefined {
    return this.#inputs[i];
  }

  /** Values of input i, which must be known without running the model; undefined where the input is omitted. */
  static(i: number): number[] | undefined {
    const x = this.#inputs[i];
    if (x === undefined) return undefined;
    const value = hostValue(x);
    if (value !== undefined) return Array.from(value.data);
    const name = this.node.input[i]!;
    throw new StaticValueError(
      `input "${name}" decides a shape and depends on the data; only constant values are supported there`,
      name,
    );
  }

  /** Whether output i is used. */
  wants(i: number): boolean {
    return (this.node.output[i] ?? '') !== '';
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  int(name: string, fallback: number): number {
    const attribute = this.#attributes.get(name);
    return attribute === undefined ? fallback : toSafeNumber(attribute.i, `attribute ${name}`);
  }

  flag(name: string, fallback = false): boolean {
    return this.int(name, Number(fallback)) !== 0;
  }

  float(name: string, fallback: number): number {
    return this.#attributes.get(name)?.f ?? fallback;
  }

  string(name: string, fallback: string): string {
    const attribute = this.#attributes.get(name);
    return attribute === undefined ? fallback : new TextDecoder().decode(attribute.s);
  }

  /** A string attribute that must be one of a few. */
  choice<T extends string>(name: string, fallback: T, allowed: readonly T[]): T {
    const value = this.string(name, fallback);
    const known = allowed.find((candidate) => candidate === value);
    if (known === undefined) throw new ImportError(`${name} "${value}" is not one of ${allowed.join(', ')}`);
    return known;
  }

  ints(name: string): number[] | undefined {
    return this.#attributes.get(name)?.ints.map((value) => toSafeNumber(value, `attribute ${name}`));
  }

  floats(name: string): number[] | undefined {
    return this.#attributes.get(name)?.floats;
  }

  tensor(name: string): Tensor | undefined {
    const proto = this.#attributes.get(name)?.t;
    return proto === undefined ? undefined : readTensor(proto, this.services.files);
  }

  graph(name: string): GraphProto {
    const graph = this.#attributes.get(name)?.g;
    if (graph === undefined) throw new ModelFileError(`attribute ${name} holds no graph`);
    return graph;
  }

  get attributes(): readonly AttributeProto[] {
    return [...this.#attributes.values()];
  }

  /** Axes from input `i` where the opset has them there, else from the attribute. */
  axes(i: number): number[] | undefined {
    return this.static(i) ?? this.ints('axes');
  }
}

/** Whether a node holds subgraphs, which cannot be carried through unread. */
export function hasSubgraph(node: NodeProto): boolean {
  return node.attribute.some((attribute) => attribute.type === A.GRAPH || attribute.type === A.GRAPHS);
}

/** Turns a node into expressions: its one output, or all of them. */
export type Handler = (c: NodeContext) => Tensor | readonly Tensor[];
