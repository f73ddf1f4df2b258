/** @file What gradients see instead of a node of the file (BPDA, Athalye et al. 2018): asked for by the node's name or type. */
import type { NodeProto } from 'onnx-buf';
import { isFloat } from '../../tensor/dtype.ts';
import { zeros } from '../../tensor/ops/basic.ts';
import { standIn } from '../../tensor/ops/stand-in.ts';
import { isConstantExpression } from '../../tensor/rewrite.ts';
import { formatShape, sameShape } from '../../tensor/shape.ts';
import type { Node, Tensor } from '../../tensor/tensor.ts';
import { ImportError } from './node-context.ts';

/**
 * The gradient that a node has instead of its own: that of its first input passed on, none, or that of an expression of the node's
 * inputs in the shape of the output `y` that it stands in for.
 */
export type StandIn = 'identity' | 'zero' | ((inputs: readonly Tensor[], y: Tensor) => Tensor);

/** Stand-ins by a node's name in the file, or by the ONNX type of nodes (`Sign`, `domain.Type`); a name comes first. */
export type StandIns = Readonly<Record<string, StandIn>>;

/** Stand-ins put to use in one import. */
export class StandInTable {
  readonly #rules: StandIns;
  readonly #used = new Set<string>();
  readonly #nodes = new Map<string, number>();
  readonly #constants = new Map<Node, boolean>();

  constructor(rules: StandIns) {
    this.#rules = rules;
  }

  /** A node's outputs with the gradient that was asked for, or as they are. Constants keep their value and need none. */
  apply(
    node: NodeProto,
    inputs: readonly (Tensor | undefined)[],
    outputs: readonly (Tensor | undefined)[],
  ): readonly (Tensor | undefined)[] {
    const type = `${node.domain === '' || node.domain === 'ai.onnx' ? '' : `${node.domain}.`}${node.opType}`;
    const key = [node.name, type, node.opType].find((name) => name !== '' && Object.hasOwn(this.#rules, name));
    if (key === undefined) return outputs;
    this.#used.add(key);
    if (outputs.every((y) => y === undefined || isConstantExpression(y, this.#constants))) return outputs;
    const rule = this.#rules[key]!;
    const given = inputs.filter((x) => x !== undefined);
    const replaced = outputs.map((y) => y && standIn(y, expressionOf(rule, given, y)));
    const said = `${typeof rule === 'string' ? `that of ${rule === 'zero' ? 'a constant' : 'the identity'}` : 'a given one'}`;
    const note = `${key === node.name ? `${type} "${key}"` : key} has ${said} as its gradient`;
    this.#nodes.set(note, (this.#nodes.get(note) ?? 0) + 1);
    return replaced;
  }

  /** Refuses stand-ins for nodes that are not there. @throws ImportError */
  finish(): void {
    const lost = Object.keys(this.#rules).filter((key) => !this.#used.has(key));
    if (lost.length > 0)
      throw new ImportError(
        `There is no node ${lost.map((key) => `"${key}"`).join(', ')}, by name or type, to stand in for.`,
      );
  }

  /** What was done, a sentence for each rule that was used. */
  get notes(): readonly string[] {
    return Array.from(this.#nodes, ([note, count]) => `${note}${count > 1 ? ` (${count} nodes)` : ''}.`);
  }
}

function expressionOf(rule: StandIn, inputs: readonly Tensor[], y: Tensor): Tensor {
  if (typeof rule === 'function') return rule(inputs, y);
  if (rule === 'zero') return zeros(y.shape);
  const [x] = inputs;
  if (x !== undefined && sameShape(x.shape, y.shape) && isFloat(x.dtype)) return x;
  throw new TypeError(
    `the identity cannot stand in: the first input is ${x === undefined ? 'missing' : `${formatShape(x.shape)} ${x.dtype}`}, the output ${formatShape(y.shape)}; give a function that makes the one from the other`,
  );
}
