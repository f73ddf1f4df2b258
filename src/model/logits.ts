/** @file The scores of a classifier before the softmax or sigmoid that its file may end in. */
import { reshape } from '../tensor/ops/reshape.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';

/** A classifier's scores [N, K], and the op at the end that was left out. */
export interface Tail {
  readonly logits: Tensor;
  readonly removed?: 'softmax' | 'logSoftmax' | 'sigmoid';
}

const passing = new Set(['reshape', 'cast']);

/** Whether an op leaves all elements as they are, in their order. */
function passes({ op, inputs, attrs }: Node): boolean {
  if (op.name !== 'transpose') return passing.has(op.name);
  const moved = (attrs.perm as readonly number[]).filter((axis) => inputs[0]!.shape[axis] !== 1 && axis > 0);
  return moved.every((axis, i) => i === 0 || axis > moved[i - 1]!);
}

/** Looks behind reshapes at the end of a graph for a softmax, log-softmax or sigmoid, and takes the scores before it. */
export function stripTail(output: Tensor): Tail {
  let last = output;
  while (passes(last.node) && sizeOf(last.node.inputs[0]!.shape) === sizeOf(last.shape)) last = last.node.inputs[0]!;
  const { name } = last.node.op;
  if (name === 'softmax' || name === 'logSoftmax' || name === 'sigmoid') {
    return { logits: asScores(last.node.inputs[0]!), removed: name };
  }
  return { logits: asScores(output) };
}

/** [N, K] from [N, K, 1, 1] and the like. */
function asScores(x: Tensor): Tensor {
  return reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1))]);
}
