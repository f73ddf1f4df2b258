/**
 * @file Reverse-mode differentiation: from expressions to expressions, so that gradients compose.
 *
 * Only nodes between the outputs and the asked inputs are visited, cotangents are summed back to the shape of a
 * broadcast input here and not in the ops' rules, and ops without a gradient are reported together before any work.
 */
import { isFloat } from './dtype.ts';
import type { Attrs, GradientArgs, GradientRule } from './op.ts';
import { add, broadcastTo, cast, ones, sumTo, zerosLike } from './ops/basic.ts';
import { formatShape, sameShape, sizeOf } from './shape.ts';
import { describeTensor, type Node, type Tensor, topologicalOrder } from './tensor.ts';

/** Options of `grad` and `vjp`. */
export interface GradientOptions {
  /** Names a node in error messages, as its model's file does; the op's name is used otherwise. */
  readonly describe?: (node: Node) => string | undefined;
  /** The rule of a node of one input instead of its op's, where it has one of its own: gradients that search better than true ones. */
  readonly ruleOf?: (node: Node) => GradientRule<Attrs> | undefined;
}

/** A gradient was asked for through ops that have none. `nodes` are all of them. */
export class NoGradientError extends Error {
  override readonly name = 'NoGradientError';
  readonly nodes: readonly Node[];

  constructor(nodes: readonly Node[], describe: (node: Node) => string) {
    const list = nodes.map(describe).join(', ');
    super(
      `No gradient passes through ${list}. Take the gradient of a value before ${nodes.length === 1 ? 'it' : 'them'}, ` +
        'load the model with standIns that say what gradients see instead, or use an attack that needs no gradients.',
    );
    this.nodes = nodes;
  }
}

/**
 * Gradient of a scalar with respect to each input, in the inputs' shapes. An input that the scalar does not depend
 * on gets zeros.
 * @throws TypeError if `output` is not a floating-point scalar; NoGradientError if an op on the way has no gradient.
 * @example
 * const x = input('x', [3]);
 * const [dx] = grad(sum(mul(x, x)), [x]); // 2 x
 */
export function grad(output: Tensor, inputs: readonly Tensor[], options: GradientOptions = {}): Tensor[] {
  if (sizeOf(output.shape) !== 1) {
    throw new TypeError(`grad expects a scalar, got ${describeTensor(output)}; sum it first, or use vjp.`);
  }
  return vjp([output], [ones(output.shape, output.dtype)], inputs, options);
}

/**
 * Vector-Jacobian products: for each input the sum over outputs of cotangent times Jacobian.
 * @param cotangents one per output, of its shape.
 */
export function vjp(
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradientOptions = {},
): Tensor[] {
  outputs.forEach((y, i) => {
    if (!isFloat(y.dtype))
      throw new TypeError(`A gradient starts at a floating-point value, got ${describeTensor(y)}.`);
    if (!sameShape(y.shape, cotangents[i]!.shape)) {
      throw new TypeError(`Cotangent of shape ${formatShape(cotangents[i]!.shape)} for ${describeTensor(y)}.`);
    }
  });
  return pullBack(outputs, cotangents, inputs, new Set(), options);
}

/** `vjp` that does not look behind the nodes of `leaves`: partial derivatives with respect to their outputs. */
function pullBack(
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  inputs: readonly Tensor[],
  leaves: ReadonlySet<Node>,
  options: GradientOptions,
): Tensor[] {
  const targets = new Set(inputs);
  const order = topologicalOrder(outputs, leaves);
  const path = nodesOnPath(order, targets, leaves);
  const wanted = (x: Tensor) => targets.has(x) || path.has(x.node);
  refuseMissingGradients(order, outputs, path, wanted, options);

  const cotangentOf = new Map<Tensor, Tensor>();
  const accumulate = (x: Tensor, dx: Tensor) => {
    const sum = cotangentOf.get(x);
    cotangentOf.set(x, sum === undefined ? dx : add(sum, dx));
  };
  outputs.forEach((y, i) => {
    accumulate(y, cotangents[i]!);
  });

  for (const node of order.toReversed()) {
    if (!path.has(node)) continue;
    const dys = node.outputs.map((y) => cotangentOf.get(y));
    if (dys.every((dy) => dy === undefined)) continue;
    for (const [i, dx] of inputCotangents(node, dys, wanted, options)) {
      accumulate(node.inputs[i]!, toShapeOf(node.inputs[i]!, dx));
    }
  }
  return inputs.map((x) => cotangentOf.get(x) ?? zerosLike(x));
}

/** Nodes through which a target influences an output along inputs that can carry a gradient. */
function nodesOnPath(order: readonly Node[], targets: ReadonlySet<Tensor>, leaves: ReadonlySet<Node>): Set<Node> {
  const path = new Set<Node>();
  for (const node of order) {
    if (leaves.has(node)) continue;
    if (node.inputs.some((x, i) => (targets.has(x) || path.has(x.node)) && carriesGradient(node, i))) path.add(node);
  }
  return path;
}

function carriesGradient({ op, inputs }: Node, i: number): boolean {
  const { gradient } = op;
  if (gradient === 'zero') return false;
  if (Array.isArray(gradient)) return gradient[i] !== null && gradient[i] !== undefined;
  return gradient === 'none' ? isFloat(inputs[i]!.dtype) : true;
}

function refuseMissingGradients(
  order: readonly Node[],
  outputs: readonly Tensor[],
  path: ReadonlySet<Node>,
  wanted: (x: Tensor) => boolean,
  { describe }: GradientOptions,
) {
  const reached = new Set(outputs.map((y) => y.node));
  const missing: Node[] = [];
  for (const node of order.toReversed()) {
    if (!reached.has(node) || !path.has(node)) continue;
    if (node.op.gradient === 'none') missing.unshift(node);
    for (const [i, x] of node.inputs.entries()) if (wanted(x) && carriesGradient(node, i)) reached.add(x.node);
  }
  if (missing.length > 0) throw new NoGradientError(missing, (node) => describe?.(node) ?? node.op.name);
}

function* inputCotangents(
  node: Node,
  dys: readonly (Tensor | undefined)[],
  wanted: (x: Tensor) => boolean,
  options: GradientOptions,
): Generator<[number, Tensor]> {
  const { op, inputs: x, outputs: ys, attrs } = node;
  const own = options.ruleOf?.(node);
  const gradient = own === undefined ? op.gradient : [own];
  const indices = x.flatMap((xi, i) => (wanted(xi) && carriesGradient(node, i) ? [i] : []));
  if (gradient === 'decomposed') {
    const parts = [op.decompose!(x, attrs)].flat() as Tensor[];
    const reached = parts.flatMap((part, i) => (dys[i] === undefined ? [] : [{ part, dy: dys[i] }]));
    const dxs = pullBack(
      reached.map(({ part }) => part),
      reached.map(({ dy }) => dy),
      indices.map((i) => x[i]!),
      new Set(x.map((xi) => xi.node)),
      options,
    );
    for (const [k, i] of indices.entries()) yield [i, dxs[k]!];
    return;
  }
  if (gradient === 'zero' || gradient === 'none') return;
  const args: GradientArgs<typeof attrs> = { dys, ys, x, attrs, y: ys[0]!, dy: dys[0] ?? zerosLike(ys[0]!) };
  for (const i of indices) {
    yield [i, 'variadic' in gradient ? gradient.variadic(args, i) : gradient[i]!(args)];
  }
}

/** Sums a cotangent over the axes along which its input was broadcast, or spreads it where a rule left it smaller. */
function toShapeOf(x: Tensor, dx: Tensor): Tensor {
  const typed = isFloat(x.dtype) && x.dtype !== dx.dtype ? cast(dx, x.dtype) : dx;
  if (sameShape(typed.shape, x.shape)) return typed;
  return sizeOf(typed.shape) < sizeOf(x.shape) ? broadcastTo(typed, x.shape) : sumTo(typed, x.shape);
}
