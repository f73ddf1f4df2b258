/**
 * @file Average pooling's gradient in place of max pooling's: each place of a window gets an equal share of what the window's maximum
 * would have got alone, so that the gradient has no holes. Answers stay those of max pooling.
 */
import type { Model } from '../model/model.ts';
import type { StandIns } from '../onnx/import/stand-ins.ts';
import { averagePool } from '../tensor/ops/average-pool.ts';
import { maxPoolOp, maxPoolWithIndicesOp, type PoolAttrs } from '../tensor/ops/max-pool.ts';
import { standIn } from '../tensor/ops/stand-in.ts';
import { replaceNodes } from '../tensor/rewrite.ts';
import { applyMany, type Node, type Tensor } from '../tensor/tensor.ts';
import { withGradient } from './gradient-model.ts';
import { SpectrumError } from './spectrum-error.ts';

const isMaxPool = ({ op }: Node) => op.name === maxPoolOp.name || op.name === maxPoolWithIndicesOp.name;

/** Average pooling of x in a max pooling's windows; places in the padding take no share, as they never are the maximum. */
function averageLike(x: Tensor, attrs: PoolAttrs): Tensor {
  const { kernel, strides, pads, dilations, ceilMode } = attrs;
  return averagePool(x, kernel, { strides, pads, dilations, ceilMode });
}

/**
 * Stand-ins for `loadModel` and `openGraph`: nodes of type MaxPool have average pooling's gradient.
 * @example
 * await using model = await loadModel('squeezenet1.1.onnx', { standIns: averageForMax });
 */
export const averageForMax: StandIns = {
  MaxPool: ([x], y) => {
    const pool = [y.node, ...y.node.inputs.map((input) => input.node)].find(isMaxPool);
    if (pool === undefined) throw new TypeError('average pooling can stand in for max pooling alone');
    return averageLike(x!, pool.attrs as PoolAttrs);
  },
};

/**
 * A loaded model with average pooling's gradient in place of max pooling's. Dispose of it before the model.
 * @throws SpectrumError if the model has no max pooling
 */
export function withAverageGradient(model: Model): Model {
  return withGradient(model, {
    name: "average pooling's gradient",
    change: (values) => {
      const kept = new Set<Node>();
      const changed = replaceNodes(values, (node, inputs) => {
        if (!isMaxPool(node) || kept.has(node)) return undefined;
        const outputs = applyMany(node.op, inputs, node.attrs);
        kept.add(outputs[0]!.node);
        return [standIn(outputs[0]!, averageLike(inputs[0]!, node.attrs as PoolAttrs)), ...outputs.slice(1)];
      });
      if (kept.size === 0) throw new SpectrumError(`${model.name} has no max pooling whose gradient could be another.`);
      return changed;
    },
  });
}
