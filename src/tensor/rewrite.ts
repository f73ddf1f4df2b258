/**
 * @file Rewriting of whole expressions: common subexpressions are shared, ops are replaced by what a device has, and
 * per-channel affine maps (batch normalisation) fold into the convolution before them.
 */

import type { AttrValue, Device } from './op.ts';
import { add, mul } from './ops/arithmetic.ts';
import { convOp } from './ops/conv.ts';
import { expand } from './ops/expand.ts';
import { reshape } from './ops/reshape.ts';
import { broadcastShapes, type Shape, sizeOf } from './shape.ts';
import {
  applyMany,
  constantData,
  constantOp,
  inputOp,
  isConstant,
  type Node,
  type Tensor,
  topologicalOrder,
} from './tensor.ts';

/** Replacement of a node whose inputs are rewritten already; undefined keeps the node. */
export type Replacement = (node: Node, inputs: readonly Tensor[]) => readonly Tensor[] | undefined;

/** Told of each node that is built anew in place of another, so that what is known of the old one can be carried over. */
export type Successor = (from: Node, to: Node) => void;

/** Applies a rule bottom-up, again to what it returns, and shares equal subexpressions. */
function rewrite(outputs: readonly Tensor[], rule: Replacement, succeeds: Successor = () => {}): Tensor[] {
  const done = new Map<Node, readonly Tensor[]>();
  const byKey = new Map<string, readonly Tensor[]>();
  const identity = identities();
  const visit = (roots: readonly Tensor[]): Tensor[] => {
    for (const node of topologicalOrder(roots, new Set(done.keys()))) {
      if (done.has(node)) continue;
      const inputs = node.inputs.map((x) => done.get(x.node)![x.index]!);
      const result = replace(node, inputs);
      done.set(node, result);
      if (result[0]!.node !== node) succeeds(node, result[0]!.node);
    }
    return roots.map((x) => done.get(x.node)![x.index]!);
  };
  const replace = (node: Node, inputs: readonly Tensor[]): readonly Tensor[] => {
    if (node.op === inputOp) return node.outputs;
    const key = keyOf(node, inputs, identity);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const replacement = rule(node, inputs);
    let result: readonly Tensor[];
    if (replacement !== undefined) {
      for (const x of inputs) done.set(x.node, x.node.outputs);
      result = visit(replacement);
    } else if (node.op === constantOp || node.inputs.every((x, i) => x === inputs[i])) {
      result = node.outputs;
    } else {
      result = applyMany(node.op, inputs, node.attrs);
    }
    byKey.set(key, result);
    for (const y of result) done.set(y.node, y.node.outputs);
    return result;
  };
  return visit(outputs);
}

/** The same expressions with nodes of some kinds replaced; undefined keeps a node. */
export function replaceNodes(outputs: readonly Tensor[], rule: Replacement): Tensor[] {
  return rewrite(outputs, rule);
}

/** Numbers objects in the order in which they are met. */
function identities(): (object: object) => number {
  const numbers = new Map<object, number>();
  return (object) => {
    const known = numbers.get(object);
    if (known !== undefined) return known;
    numbers.set(object, numbers.size);
    return numbers.size - 1;
  };
}

function keyOf({ op, attrs }: Node, inputs: readonly Tensor[], identity: (object: object) => number): string {
  const attribute = (value: AttrValue) => {
    if (typeof value !== 'object' || Array.isArray(value)) return typeof value === 'number' ? String(value) : value;
    if (value === attrs.constant && value !== undefined && 'bytes' in value) {
      const { bytes } = value as { readonly bytes: Uint8Array } & typeof value;
      if (bytes.byteLength <= 256) return `bytes ${bytes.join()}`;
    }
    return `#${identity(value as object)}`;
  };
  const names = Object.keys(attrs).sort();
  return JSON.stringify([
    op.name,
    identity(op),
    inputs.map((x) => [identity(x.node), x.index]),
    names.map((name) => [name, attribute(attrs[name])]),
  ]);
}

/** The same values in ops that `device` has, each subexpression once. */
export function specialize(outputs: readonly Tensor[], device: Device): Tensor[] {
  return rewrite(outputs, ({ op, attrs }, inputs) => {
    const replaced = op.decompose !== undefined && (op.lower === undefined || op.decomposeOn?.(device, inputs, attrs));
    return replaced ? ([op.decompose!(inputs, attrs)].flat() as Tensor[]) : undefined;
  });
}

/**
 * Folds multiplications and additions of per-channel constants into the convolution whose only use they are, so that
 * batch normalisation costs nothing forward or backward.
 */
export function foldAffine(outputs: readonly Tensor[], succeeds?: Successor): Tensor[] {
  const uses = new Map<Tensor, number>();
  const count = (x: Tensor) => uses.set(x, (uses.get(x) ?? 0) + 1);
  for (const node of topologicalOrder(outputs)) node.inputs.forEach(count);
  outputs.forEach(count);
  const constants = new Map<Node, boolean>();
  const onlyUse = new Set<Tensor>();
  return rewrite(
    outputs,
    (node, inputs) => {
      if (node.op.name !== 'mul' && node.op.name !== 'add') return undefined;
      for (const [side, other] of [
        [0, 1],
        [1, 0],
      ] as const) {
        const original = node.inputs[side]!;
        const y = inputs[side]!;
        if (uses.get(original) !== 1 && !onlyUse.has(y)) continue;
        const folded = foldInto(y, inputs[other]!, node.op.name, constants);
        if (folded === undefined) continue;
        onlyUse.delete(y);
        if (uses.get(node.outputs[0]!) === 1) onlyUse.add(folded);
        return [folded];
      }
      return undefined;
    },
    succeeds,
  );
}

function foldInto(y: Tensor, c: Tensor, op: 'mul' | 'add', constants: Map<Node, boolean>): Tensor | undefined {
  if (y.node.op.name !== convOp.name || !isPerChannel(c, y) || !isConstantExpression(c, constants)) return undefined;
  const [x, w, b] = y.node.inputs as [Tensor, Tensor, Tensor | undefined];
  if (!isConstantExpression(w, constants) || (b !== undefined && !isConstantExpression(b, constants))) return undefined;
  const k = w.shape[0]!;
  const vector = reshape(expand(reshape(c, [sizeOf(c.shape)]), [k]), [k]);
  const inputs =
    op === 'mul'
      ? [
          x,
          mul(w, reshape(vector, [k, ...w.shape.slice(1).map(() => 1)])),
          ...(b === undefined ? [] : [mul(b, vector)]),
        ]
      : [x, w, b === undefined ? vector : add(b, vector)];
  return applyMany(convOp, inputs, y.node.attrs as Parameters<typeof convOp.infer>[1])[0];
}

/** Whether a factor or summand varies along y's channel axis at most. */
function isPerChannel(c: Tensor, y: Tensor): boolean {
  const rank = y.shape.length;
  if (c.shape.length > rank) return false;
  const fits = c.shape.every((size, axis) => size === 1 || (axis + rank - c.shape.length === 1 && size === y.shape[1]));
  return fits && sameSize(broadcastShapes(c.shape, y.shape), y.shape);
}

function sameSize(a: Shape, b: Shape): boolean {
  return sizeOf(a) === sizeOf(b);
}

/** Whether a value depends on constants alone. */
export function isConstantExpression(x: Tensor, known: Map<Node, boolean> = new Map()): boolean {
  const answer = known.get(x.node);
  if (answer !== undefined) return answer;
  for (const node of topologicalOrder([x], new Set(known.keys()))) {
    if (!known.has(node))
      known.set(node, node.op === constantOp || (node.op !== inputOp && node.inputs.every((i) => known.get(i.node))));
  }
  return known.get(x.node)!;
}

/** Bytes of weights that an expression refers to, each constant once. */
export function constantBytes(outputs: readonly Tensor[]): number {
  const leaves = topologicalOrder(outputs).filter((node) => isConstant(node.outputs[0]!));
  return leaves.reduce((sum, node) => sum + constantData(node.outputs[0]!).bytes.byteLength, 0);
}

/** Expressions with some tensors replaced by others of the same shape and type; what does not depend on them is kept. */
export function substitute(
  outputs: readonly Tensor[],
  replacements: ReadonlyMap<Tensor, Tensor>,
  succeeds: Successor = () => {},
): Tensor[] {
  const replaced = new Set([...replacements.keys()].map((x) => x.node));
  const done = new Map<Node, readonly Tensor[]>();
  for (const node of topologicalOrder(outputs, replaced)) {
    if (replaced.has(node)) {
      done.set(
        node,
        node.outputs.map((y) => replacements.get(y) ?? y),
      );
      continue;
    }
    const inputs = node.inputs.map((x) => done.get(x.node)![x.index]!);
    const same = node.inputs.every((x, i) => x === inputs[i]);
    const rebuilt = same ? node.outputs : applyMany(node.op, inputs, node.attrs);
    done.set(node, rebuilt);
    if (!same) succeeds(node, rebuilt[0]!.node);
  }
  return outputs.map((x) => done.get(x.node)![x.index]!);
}
