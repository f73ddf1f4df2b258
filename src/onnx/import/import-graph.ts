/** @file ONNX graphs into tensor expressions: node by node, functions inlined, unknown ops carried through. */
import type { AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from 'onnx-buf';
import { isFloat } from '../../tensor/dtype.ts';
import type { Spec } from '../../tensor/op.ts';
import { cast } from '../../tensor/ops/cast.ts';
import type { Node, Tensor } from '../../tensor/tensor.ts';
import { changed } from '../file/changed.ts';
import { dtypeOf } from '../file/element-type.ts';
import { toSafeNumber } from '../file/model-file-error.ts';
import { readTensor, type WeightFiles } from '../file/read-tensor.ts';
import { carryThrough } from './carried.ts';
import { elementwiseHandlers } from './elementwise.ts';
import { movementHandlers } from './movement.ts';
import {
  type Handler,
  hasSubgraph,
  ImportError,
  type ImportServices,
  NodeContext,
  StaticValueError,
} from './node-context.ts';
import { reductionHandlers } from './reduction.ts';
import { type StandIns, StandInTable } from './stand-ins.ts';
import { visionHandlers } from './vision.ts';

/** Every ONNX op that is imported, by type. */
export const handlers: Readonly<Record<string, Handler>> = {
  ...elementwiseHandlers,
  ...movementHandlers,
  ...reductionHandlers,
  ...visionHandlers,
};

/** Options of `importGraph`. */
export interface ImportOptions {
  readonly files: WeightFiles;
  /** Compute half and double precision in float32; their values are kept, their rounding is not. */
  readonly singlePrecision?: boolean;
  /** Shapes of values that cannot be worked out, by name: outputs of ops that are carried through. */
  readonly shapes?: ReadonlyMap<string, Spec>;
  /** What gradients see instead of some nodes. */
  readonly standIns?: StandIns;
}

/** A graph as expressions of its inputs. */
export interface ImportedGraph {
  /** Every value of the graph by its name in the file. */
  readonly values: ReadonlyMap<string, Tensor>;
  readonly outputs: readonly Tensor[];
  /** The node of the file that an expression came from: `Conv "layer1.0"`. */
  describe(node: Node): string | undefined;
  /** Says that a node was built anew, so that it keeps its description. */
  succeed(from: Node, to: Node): void;
  /** Which stand-ins were put to use, a sentence each. */
  readonly standInNotes: readonly string[];
}

/** Shapes of carried ops' outputs are not known; running the model once tells them. */
export class UnknownShapeError extends ImportError {
  readonly values: readonly string[];

  constructor(values: readonly string[]) {
    super(`The shapes of ${values.join(', ')} are not known before the model runs.`);
    this.values = values;
  }
}

/** Nodes that can neither be imported nor carried through, all of them. */
export class UnsupportedOpsError extends ImportError {
  readonly ops: readonly string[];

  constructor(ops: readonly string[]) {
    super(`The model uses ${ops.join(', ')}, which ${ops.length === 1 ? 'is' : 'are'} not supported.`);
    this.ops = ops;
  }
}

/**
 * Imports a model's graph for given inputs.
 * @param inputs an expression for each graph input that is not a weight, by name
 * @throws ImportError naming the node that cannot be imported; UnknownShapeError, UnsupportedOpsError
 */
export function importGraph(
  model: ModelProto,
  inputs: ReadonlyMap<string, Tensor>,
  options: ImportOptions,
): ImportedGraph {
  const opsets = new Map(
    model.opsetImport.map(({ domain, version }) => [normalDomain(domain), toSafeNumber(version, 'opset')]),
  );
  const functions = new Map(model.functions.map((f) => [`${normalDomain(f.domain)}:${f.name}:${f.overload}`, f]));
  const run = new Import(options, functions, valueInfos(model.graph!));
  const scope = new Map(inputs);
  run.graph(model.graph!, scope, opsets);
  run.finish();
  const values = new Map([...scope].filter((entry): entry is [string, Tensor] => entry[1] !== undefined));
  refuseLostOutputs(model.graph!, values, inputs);
  return {
    values,
    outputs: model.graph!.output.map(({ name }) => values.get(name)!),
    describe: (node) => run.origins.get(node),
    succeed: (from, to) => {
      const origin = run.origins.get(from);
      if (origin !== undefined && !run.origins.has(to)) run.origins.set(to, origin);
    },
    standInNotes: run.standIns.notes,
  };
}

/** Outputs that nothing led to: an input is missing, or nodes wait for each other. */
function refuseLostOutputs(
  graph: GraphProto,
  values: ReadonlyMap<string, Tensor>,
  given: ReadonlyMap<string, Tensor>,
): void {
  const lost = graph.output.find(({ name }) => !values.has(name));
  if (lost === undefined) return;
  const missing = graph.input.find(({ name }) => !values.has(name));
  if (missing === undefined)
    throw new ImportError(
      `Output "${lost.name}" cannot be worked out: nodes before it depend on each other in a circle.`,
    );
  const names = [...given.keys()].map((name) => `"${name}"`).join(', ') || 'none';
  throw new ImportError(`Input "${missing.name}" is not given; given are ${names}.`);
}

/** Spec of a value as the file declares it; undefined where its type or a size is open. */
export function declaredSpec(info: ValueInfoProto): Spec | undefined {
  if (info.type?.value.case !== 'tensorType') return undefined;
  const { elemType, shape } = info.type.value.value;
  const dtype = dtypeOf(elemType);
  const sizes = shape?.dim.map(({ value }) =>
    value.case === 'dimValue' ? toSafeNumber(value.value, 'a dimension') : undefined,
  );
  if (dtype === undefined || sizes === undefined || sizes.includes(undefined)) return undefined;
  return { dtype, shape: sizes as number[] };
}

function valueInfos(graph: GraphProto): Map<string, ValueInfoProto> {
  return new Map([...graph.valueInfo, ...graph.output].map((info) => [info.name, info]));
}

function normalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** Nodes in dependency order; files hold them so, but not all of them do. */
function inOrder(nodes: readonly NodeProto[], scope: ReadonlyMap<string, unknown>): NodeProto[] {
  const producer = new Map(
    nodes.flatMap((node) => node.output.filter((name) => name !== '').map((name) => [name, node] as const)),
  );
  const done = new Set<NodeProto>();
  const order: NodeProto[] = [];
  const visit = (node: NodeProto) => {
    if (done.has(node)) return;
    done.add(node);
    for (const name of node.input) {
      const before = producer.get(name);
      if (before !== undefined && !scope.has(name)) visit(before);
    }
    order.push(node);
  };
  nodes.forEach(visit);
  return order;
}

type Scope = Map<string, Tensor | undefined>;
type Opsets = ReadonlyMap<string, number>;

class Import {
  readonly origins = new WeakMap<Node, string>();
  readonly standIns: StandInTable;
  readonly #options: ImportOptions;
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #declared: ReadonlyMap<string, ValueInfoProto>;
  readonly #unknownShapes: string[] = [];
  readonly #unsupported = new Set<string>();

  constructor(
    options: ImportOptions,
    functions: ReadonlyMap<string, FunctionProto>,
    declared: ReadonlyMap<string, ValueInfoProto>,
  ) {
    this.#options = options;
    this.standIns = new StandInTable(options.standIns ?? {});
    this.#functions = functions;
    this.#declared = declared;
  }

  /** Reports everything that was missing, at once. */
  finish(): void {
    if (this.#unsupported.size > 0) throw new UnsupportedOpsError([...this.#unsupported]);
    if (this.#unknownShapes.length > 0) throw new UnknownShapeError(this.#unknownShapes);
    this.standIns.finish();
  }

  graph(graph: GraphProto, scope: Scope, opsets: Opsets): void {
    for (const proto of graph.initializer) {
      if (scope.get(proto.name) === undefined)
        scope.set(proto.name, this.#single(readTensor(proto, this.#options.files)));
    }
    if (graph.sparseInitializer.length > 0)
      throw new ImportError('Sparse weights are not supported; store them dense.');
    this.nodes(graph.node, scope, opsets, new Map());
  }

  nodes(
    nodes: readonly NodeProto[],
    scope: Scope,
    opsets: Opsets,
    attributes: ReadonlyMap<string, AttributeProto>,
  ): void {
    for (const node of inOrder(nodes, scope)) this.#node(node, scope, opsets, attributes);
  }

  #node(node: NodeProto, scope: Scope, opsets: Opsets, outer: ReadonlyMap<string, AttributeProto>): void {
    const inputs = node.input.map((name) => (name === '' ? undefined : scope.get(name)));
    // An input that could not be imported is reported already; what follows from it is not.
    if (node.input.some((name, i) => name !== '' && inputs[i] === undefined)) return;
    const attributes = new Map(
      node.attribute.flatMap((attribute) => {
        if (attribute.refAttrName === '') return [[attribute.name, attribute] as const];
        const referred = outer.get(attribute.refAttrName);
        return referred === undefined ? [] : [[attribute.name, changed(referred, { name: attribute.name })] as const];
      }),
    );
    const domain = normalDomain(node.domain);
    const services: ImportServices = {
      files: this.#options.files,
      singlePrecision: this.#options.singlePrecision ?? false,
      subgraph: (graph) => this.#subgraph(graph, scope, opsets),
    };
    const c = new NodeContext(node, opsets.get(domain) ?? 1, inputs, attributes, services);
    const outputs = this.#outputs(c, domain, inputs);
    node.output.forEach((name, i) => {
      if (name !== '') scope.set(name, outputs[i]);
    });
    this.#remember(node, outputs);
  }

  #outputs(c: NodeContext, domain: string, inputs: readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[] {
    const { node } = c;
    return this.#named(node, () => {
      const outputs = this.#values(c, domain).map((y) => (y === undefined ? undefined : this.#single(y)));
      return this.standIns.apply(node, inputs, outputs);
    });
  }

  #values(c: NodeContext, domain: string): readonly (Tensor | undefined)[] {
    const { node } = c;
    const body = this.#functions.get(`${domain}:${node.opType}:${node.overload}`);
    const handler = domain === '' ? handlers[node.opType] : undefined;
    if (body !== undefined) return this.#call(body, c);
    if (handler !== undefined) return [handler(c)].flat() as Tensor[];
    return this.#carry(c);
  }

  /** Names the node in errors. */
  #named<T>(node: NodeProto, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof UnknownShapeError || error instanceof UnsupportedOpsError) throw error;
      const message = `${nodeLabel(node)}: ${error instanceof Error ? error.message.replace(/\.$/, '') : String(error)}.`;
      if (error instanceof StaticValueError) throw new StaticValueError(message, error.input);
      throw new ImportError(message, { cause: error });
    }
  }

  #carry(c: NodeContext): readonly (Tensor | undefined)[] {
    const { node } = c;
    if (hasSubgraph(node)) {
      this.#unsupported.add(nodeLabel(node));
      return [];
    }
    const names = node.output.filter((name) => name !== '');
    const specs = names.map((name) => {
      const info = this.#declared.get(name);
      const spec = this.#options.shapes?.get(name) ?? (info === undefined ? undefined : declaredSpec(info));
      // Given float32 for half or double precision, an op answers in float32.
      return spec !== undefined && this.#options.singlePrecision && isFloat(spec.dtype)
        ? { ...spec, dtype: 'float32' as const }
        : spec;
    });
    const unknown = names.filter((_, i) => specs[i] === undefined);
    if (unknown.length > 0) {
      this.#unknownShapes.push(...unknown);
      return [];
    }
    return carryThrough(c, specs as Spec[]);
  }

  #subgraph(graph: GraphProto, scope: Scope, opsets: Opsets): Tensor[] {
    const inner: Scope = new Map(scope);
    this.graph(graph, inner, opsets);
    return graph.output.map(({ name }) => inner.get(name)!);
  }

  #call(body: FunctionProto, c: NodeContext): readonly Tensor[] {
    const scope: Scope = new Map();
    body.input.forEach((name, i) => {
      scope.set(name, c.optional(i));
    });
    const given = new Map(c.attributes.map((attribute) => [attribute.name, attribute]));
    for (const fallback of body.attributeProto) if (!given.has(fallback.name)) given.set(fallback.name, fallback);
    const opsets = new Map(body.opsetImport.map(({ domain, version }) => [normalDomain(domain), Number(version)]));
    // An omitted input of a function is an omitted input of the nodes in it.
    const omitted = new Set(body.input.filter((name) => scope.get(name) === undefined));
    const nodes = body.node.map((node) =>
      changed(node, { input: node.input.map((name) => (omitted.has(name) ? '' : name)) }),
    );
    this.nodes(nodes, scope, opsets, given);
    return body.output.map((name) => scope.get(name)!);
  }

  #single(x: Tensor): Tensor {
    return this.#options.singlePrecision && isFloat(x.dtype) ? cast(x, 'float32') : x;
  }

  /** Labels every expression that this node made and that no earlier one had. */
  #remember(node: NodeProto, outputs: readonly (Tensor | undefined)[]): void {
    const label = nodeLabel(node);
    const stack = outputs.flatMap((y) => (y === undefined ? [] : [y.node]));
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (this.origins.has(next) || next.inputs.length === 0) continue;
      this.origins.set(next, label);
      stack.push(...next.inputs.map((x) => x.node));
    }
  }
}

/** `Conv "layer1.0"`, or by its output where the node has no name. */
function nodeLabel(node: NodeProto): string {
  return `${node.domain === '' ? '' : `${node.domain}.`}${node.opType} "${node.name || node.output[0]}"`;
}
