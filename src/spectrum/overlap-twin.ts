/**
 * @file A network's twin that knows only its geometry: all elements of all kernels are alike, activations are the identity, channels are
 * one. Every place hands on what it has in equal parts to the places that its window covers, so the twin's input gradient counts, of all
 * paths from the output back, the share that ends at each pixel; and its output for ones how often each output pixel is painted.
 *
 * Variance-preserving random weights spread a gradient's energy in the same way: a convolution's backward pass multiplies the sum of the
 * energy over channels and places by 1 (He et al. 2015), in equal parts for the elements of its kernel.
 */

import { add, mul } from '../tensor/ops/arithmetic.ts';
import { averagePool } from '../tensor/ops/average-pool.ts';
import { broadcastTo, ones, zeros } from '../tensor/ops/basic.ts';
import { conv } from '../tensor/ops/conv.ts';
import { convTranspose } from '../tensor/ops/conv-transpose.ts';
import { matmul } from '../tensor/ops/matmul.ts';
import type { PoolAttrs } from '../tensor/ops/max-pool.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { abs } from '../tensor/ops/unary.ts';
import type { ConvAttrs } from '../tensor/ops/window.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { apply, type Node, type Tensor, topologicalOrder } from '../tensor/tensor.ts';

/** Ops that move values and do not change them. */
const movements = new Set([
  'reshape',
  'transpose',
  'concat',
  'slice',
  'gather',
  'pad',
  'expand',
  'depthToSpace',
  'upsampleNearest',
  'globalAveragePool',
]);

/**
 * The twin of an output as an expression of a picture. Its axes have the output's sizes, or 1 where all places are alike.
 * @param describe the file's node behind an expression; resampling is told by it
 * @returns undefined if the output does not depend on the source
 */
export function overlapTwin(
  output: Tensor,
  source: Tensor,
  describe: (node: Node) => string | undefined,
): Tensor | undefined {
  const twins = new Map<Tensor, Tensor>([[source, source]]);
  for (const node of topologicalOrder([output])) {
    if (!node.inputs.some((x) => twins.has(x))) continue;
    const twin = twinOf(node, (x) => twins.get(x), describe(node) ?? '');
    for (const y of node.outputs) if (!twins.has(y)) twins.set(y, twin);
  }
  return twins.get(output);
}

function twinOf(node: Node, known: (x: Tensor) => Tensor | undefined, label: string): Tensor {
  const { op, inputs, attrs, outputs } = node;
  const y = outputs[0]!;
  const [x, w] = inputs as readonly [Tensor, Tensor];
  const [tx, tw] = [known(x), w && known(w)];
  if (tx !== undefined && tw === undefined) {
    if (op.name === 'conv') return convTwin(tx, w.shape.slice(2), attrs as unknown as ConvAttrs);
    if (op.name === 'convTranspose')
      return convTransposeTwin(
        tx,
        w.shape.slice(2),
        attrs as unknown as ConvAttrs & { outputPadding: readonly number[] },
      );
    if (op.name === 'matmul') return resamples(label) ? matmul(whole(tx, x.shape), abs(w)) : oneChannel(tx, -1);
  }
  if (op.name === 'matmul' && tw !== undefined && tx === undefined && resamples(label))
    return matmul(abs(x), whole(tw, w.shape));
  if (tx !== undefined && (op.name === 'maxPool' || op.name === 'maxPoolWithIndices' || op.name === 'averagePool')) {
    const { kernel, ...window } = attrs as unknown as PoolAttrs;
    return averagePool(tx, kernel, { ...window, countIncludePad: true });
  }
  if (movements.has(op.name) && inputs.every((one, i) => known(one) !== undefined || i > 0 || op.name === 'concat')) {
    const moved = inputs.map((one) => {
      const twin = known(one);
      if (twin !== undefined) return whole(twin, one.shape);
      return op.name === 'concat' ? zeros(one.shape) : one;
    });
    return apply(op, moved, attrs);
  }
  const data = inputs.filter((one) => known(one) !== undefined);
  // What is as large as the result hands on its places; what is spread over it (gates, means) has none.
  const placed = data.filter((one) => sizeOf(one.shape) === sizeOf(y.shape) && fits(one.shape, y.shape));
  if (placed.length > 0)
    return placed.map((one) => withRank(known(one)!, y.shape.length)).reduce((sum, one) => add(sum, one));
  const spread = data.map((one) =>
    reshape(
      reduceMean(known(one)!),
      y.shape.map(() => 1),
    ),
  );
  return spread.reduce((sum, one) => add(sum, one));
}

const resamples = (label: string) => /^(Resize|Upsample) /.test(label);

/** Whether shapes are the same but for leading axes of size 1. */
function fits(a: Shape, b: Shape): boolean {
  const trimmed = (shape: Shape) =>
    shape.slice(
      Math.max(
        0,
        shape.findIndex((size) => size !== 1),
      ),
    );
  return trimmed(a).join() === trimmed(b).join();
}

function withRank(x: Tensor, rank: number): Tensor {
  const { length } = x.shape;
  if (length === rank) return x;
  return reshape(
    x,
    length < rank ? [...new Array<number>(rank - length).fill(1), ...x.shape] : x.shape.slice(length - rank),
  );
}

/** A thin tensor with its real sizes. */
const whole = (x: Tensor, shape: Shape): Tensor => (sizeOf(x.shape) === sizeOf(shape) ? x : broadcastTo(x, shape));

/** The mean over an axis, which keeps size 1. */
function oneChannel(x: Tensor, axis: number): Tensor {
  return x.shape.at(axis) === 1
    ? x
    : reduceMean(x, { axes: [axis < 0 ? axis + x.shape.length : axis], keepDims: true });
}

function convTwin(x: Tensor, kernel: Shape, { strides, pads, dilations }: ConvAttrs): Tensor {
  const thin = oneChannel(x, 1);
  const w = mul(ones([1, 1, ...kernel]), 1 / sizeOf(kernel));
  return conv(thin, w, undefined, { strides, pads, dilations });
}

function convTransposeTwin(
  x: Tensor,
  kernel: Shape,
  { group: _, ...attrs }: ConvAttrs & { readonly outputPadding: readonly number[] },
): Tensor {
  const w = mul(ones([1, 1, ...kernel]), sizeOf(attrs.strides) / sizeOf(kernel));
  return convTranspose(oneChannel(x, 1), w, undefined, attrs);
}
