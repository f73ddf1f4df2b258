/** @file The representation before a classifier's last layer: what features are matched in, and the ReLU that makes it. */

import { pixelsOf } from '../data/image-array.ts';
import type { Model } from '../model/model.ts';
import { compile } from '../runtime/compile.ts';
import type { Node, Tensor } from '../tensor/tensor.ts';
import { ExperimentError } from './experiment-error.ts';
import type { PictureSet } from './picture-set.ts';

/** A batch's features before the last linear layer, [N, …], and the ReLU that they come from, where there is one. */
export interface Penultimate {
  readonly features: Tensor;
  readonly lastRelu: Node | undefined;
}

/**
 * The input of the last product of a model's scores.
 * @param x pictures [N, C, H, W] in [0, 1]
 * @throws ExperimentError where the scores come from no linear layer
 */
export function penultimateOf(model: Model, x: Tensor): Penultimate {
  const features = lastLinear(model.logits(x))?.inputs[0];
  if (features === undefined)
    throw new ExperimentError(
      `${model.name} does not end in a linear layer, before which features could be matched; choose another model.`,
    );
  let node: Node | undefined = features.node;
  // Pooling and reshaping are all that may stand between.
  while (node !== undefined && node.op.name !== 'relu')
    node = node.inputs.length === 1 ? node.inputs[0]!.node : undefined;
  return { features, lastRelu: node };
}

function lastLinear(logits: Tensor): Node | undefined {
  let { node } = logits;
  for (;;) {
    if (node.op.name === 'matmul' || node.op.name === 'gemm') return node;
    const next = node.inputs.find(({ node: { op } }) => op.name !== 'constant');
    if (next === undefined) return undefined;
    node = next.node;
  }
}

/** Features of every picture of a set, one vector each. */
export async function featuresOf(model: Model, { array }: PictureSet): Promise<readonly Float32Array[]> {
  const [count, ...shape] = array.shape;
  const size = Math.min(100, count, model.maxBatch);
  const found: Float32Array[] = [];
  for (let at = 0; at < count; at += size) {
    const indices = Array.from({ length: Math.min(size, count - at) }, (_, i) => at + i);
    const program = await compile(
      ({ x }) => ({ features: penultimateOf(model, x!).features }),
      { x: { shape: [indices.length, ...shape], dtype: 'float32' } },
      { device: model.device, key: `${model.key} penultimate` },
    );
    const { features } = await program.run({ x: pixelsOf(array, indices) });
    const data = features!.data as Float32Array;
    const length = data.length / indices.length;
    indices.forEach((_, row) => {
      found.push(data.slice(row * length, (row + 1) * length));
    });
  }
  return found;
}
