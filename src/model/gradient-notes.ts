/** @file What gradients of a model are not: nodes that something else stands in for in them. */
import { isFloat } from '../tensor/dtype.ts';
import { castOp } from '../tensor/ops/cast.ts';
import { roundOp } from '../tensor/ops/extrema.ts';
import { quantizeLinearOp } from '../tensor/ops/quantize.ts';
import { standInOp } from '../tensor/ops/stand-in.ts';
import { isConstantExpression } from '../tensor/rewrite.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';

/**
 * A sentence for the nodes that round what depends on the picture, where a value does.
 * @param describe the node of the file behind an expression; expressions without one are the preprocessing's own
 */
export function straightThroughNote(value: Tensor, describe: (node: Node) => string | undefined): string | undefined {
  const constants = new Map<Node, boolean>();
  const labels = new Set<string>();
  const seen = new Set<Node>();
  const stack = [value.node];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node) || isConstantExpression(node.outputs[0]!, constants)) continue;
    seen.add(node);
    if (rounds(node)) labels.add(describe(node) ?? 'the rounding of pixels');
    // Gradients do not see what something stands in for.
    stack.push(...(node.op === standInOp ? node.inputs.slice(1) : node.inputs).map((x) => x.node));
  }
  if (labels.size === 0) return undefined;
  const counts = new Map<string, number>();
  for (const label of labels) {
    const type = label.replace(/ "[^"]*"$/, '');
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const list = Array.from(counts, ([type, count]) => (count === 1 ? type : `${type} (${count} nodes)`));
  return `Gradients pass straight through ${list.sort().join(', ')}.`;
}

/** Whether a node rounds, and passes gradients straight through (Bengio et al. 2013). */
function rounds({ op, inputs, outputs }: Node): boolean {
  if (op.name === castOp.name) return isFloat(inputs[0]!.dtype) && !isFloat(outputs[0]!.dtype);
  return op.name === roundOp.name || op.name === quantizeLinearOp.name;
}
