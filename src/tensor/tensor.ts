/** @file Symbolic tensors: an immutable graph of op applications with static shapes. */
import { bytesPerElement, type DType } from './dtype.ts';
import { fromBytes, type HostTensor, hostTensor, roundTo, toBytes } from './host.ts';
import type { Attrs, Op, OpaqueAttr, Spec } from './op.ts';
import { formatShape, type Shape, sizeOf } from './shape.ts';

/** A value in an expression: output `index` of `node`. */
export interface Tensor {
  readonly node: Node;
  readonly index: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One application of an op. */
export interface Node {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attrs: Attrs;
  readonly outputs: readonly Tensor[];
}

/** A file whose bytes hold weights, so that a derived graph can point into it instead of copying them. */
export interface WeightFile {
  /** Name by which external data refers to it; unique among the files of one graph. */
  readonly location: string;
  /** Where it lies on disk, where it does. */
  readonly path?: string;
  readonly bytes: Uint8Array;
}

/** Element data of a constant: little-endian bytes, and where they came from. */
export interface Constant extends OpaqueAttr {
  readonly kind: 'constant';
  readonly bytes: Uint8Array;
  /** What a written graph calls it, where it has a name. */
  readonly name?: string;
  /** Set when `bytes` is a view into a weight file at this offset. */
  readonly region?: { readonly file: WeightFile; readonly offset: number };
}

/** Attributes of a constant's node. */
export interface ConstantAttrs extends Attrs {
  readonly constant: Constant;
  readonly shape: Shape;
  readonly dtype: string;
}

const noSample = [{ inputs: [] }] as const;

/** Leaf of a graph: a value that is fed at run time. */
export const inputOp: Op = {
  name: 'input',
  infer: () => {
    throw new TypeError('An input is made by input(), not by an op.');
  },
  gradient: 'zero',
  samples: noSample,
};

/** Leaf of a graph: a value known now. */
export const constantOp: Op = { ...inputOp, name: 'constant' };

function makeNode(op: Op, inputs: readonly Tensor[], attrs: Attrs, specs: readonly Spec[]): Node {
  const outputs: Tensor[] = [];
  const node: Node = { op, inputs, attrs, outputs };
  specs.forEach(({ shape, dtype }, index) => {
    outputs.push({ node, index, shape, dtype });
  });
  return node;
}

/** A named input of the given shape and type. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return makeNode(inputOp, [], { name }, [{ shape, dtype }]).outputs[0]!;
}

/** A constant from numbers: a scalar from a number, a vector from a list, any shape where one is given. */
export function constant(values: number | ArrayLike<number>, shape?: Shape, dtype: DType = 'float32'): Tensor {
  return constantOf(hostTensor(values, shape, dtype));
}

/** A constant from a host tensor, by name where a written graph is to show one. */
export function constantOf(host: HostTensor, name?: string): Tensor {
  const data: Constant = { kind: 'constant', bytes: toBytes(host), ...(name === undefined ? {} : { name }) };
  return constantFromBytes(data, host.shape, host.dtype);
}

/** A constant from raw little-endian bytes, which are kept as they are (a view into a file stays one). */
export function constantFromBytes(data: Constant, shape: Shape, dtype: DType): Tensor {
  const expected = sizeOf(shape) * bytesPerElement[dtype];
  if (data.bytes.byteLength !== expected) {
    throw new RangeError(`${dtype}${formatShape(shape)} takes ${expected} bytes, got ${data.bytes.byteLength}.`);
  }
  return makeNode(constantOp, [], { constant: data, shape, dtype }, [{ shape, dtype }]).outputs[0]!;
}

/** Whether the tensor is a constant leaf. */
export function isConstant(x: Tensor): boolean {
  return x.node.op === constantOp;
}

/** Element data of a constant leaf. */
export function constantData(x: Tensor): Constant {
  return (x.node.attrs as ConstantAttrs).constant;
}

/** Values of a constant leaf on the host; undefined for any other tensor. */
export function hostValue(x: Tensor): HostTensor | undefined {
  return isConstant(x) ? fromBytes(constantData(x).bytes, x.shape, x.dtype) : undefined;
}

/** The number that every element of a small constant equals; undefined where there is none. */
export function uniformValue(x: Tensor): number | undefined {
  if (!isConstant(x) || sizeOf(x.shape) > maxFoldedSize || sizeOf(x.shape) === 0) return undefined;
  const { data } = hostValue(x)!;
  return data.every((value) => value === data[0]) ? data[0] : undefined;
}

/** Constants larger than this stay expressions: the runtime folds them, so that weights are never copied here. */
export const maxFoldedSize = 4096;

/** Applies an op that has one output. */
export function apply<A extends Attrs>(op: Op<A>, inputs: readonly Tensor[], attrs: A): Tensor {
  return applyMany(op, inputs, attrs)[0]!;
}

/** Applies an op and returns all its outputs. Simplifies and folds small constants on the way. */
export function applyMany<A extends Attrs>(op: Op<A>, inputs: readonly Tensor[], attrs: A): readonly Tensor[] {
  const simpler = op.simplify?.(inputs, attrs);
  if (simpler !== undefined) return [simpler];
  const inferred = op.infer(inputs, attrs);
  const specs = Array.isArray(inferred) ? (inferred as readonly Spec[]) : [inferred as Spec];
  return fold(op, inputs, attrs, specs) ?? makeNode(op, inputs, attrs, specs).outputs;
}

function fold<A extends Attrs>(
  op: Op<A>,
  inputs: readonly Tensor[],
  attrs: A,
  specs: readonly Spec[],
): readonly Tensor[] | undefined {
  if (op.evaluate === undefined || !inputs.every(isConstant)) return undefined;
  if (![...inputs, ...specs].every(({ shape }) => sizeOf(shape) <= maxFoldedSize)) return undefined;
  const values = op.evaluate(
    inputs.map((x) => hostValue(x)!),
    attrs,
    specs,
  );
  const results = (typeof values[0] === 'object' ? values : [values]) as (Float64Array | readonly number[])[];
  // What is worked out of a named constant keeps its name, so that a folded weight is still found under it.
  const name = inputs.map((x) => constantData(x).name).find((one) => one !== undefined);
  return specs.map(({ shape, dtype }, i) =>
    constantOf(
      { shape, dtype, data: Float64Array.from(results[i]!, (value) => roundTo(dtype, value)) },
      specs.length === 1 ? name : undefined,
    ),
  );
}

/** Nodes that the outputs depend on, inputs before users. Stops at the nodes of `leaves`. */
export function topologicalOrder(outputs: readonly Tensor[], leaves: ReadonlySet<Node> = new Set()): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const visit = (node: Node) => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const output of outputs) {
    visit(output.node);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const child = leaves.has(top.node) ? undefined : top.node.inputs[top.next++];
      if (child !== undefined) visit(child.node);
      else order.push(stack.pop()!.node);
    }
  }
  return order;
}

/** `add [1, 3] float32`, for messages. */
export function describeTensor(x: Tensor): string {
  return `${x.node.op.name} ${formatShape(x.shape)} ${x.dtype}`;
}
