/** @file A small classifier built by code: no data needed, the same in Node and in a page. */
import { GraphBuilder } from '../../src/onnx/file/graph-builder.ts';
import type { DType } from '../../src/tensor/dtype.ts';
import { hostTensor, toBytes } from '../../src/tensor/host.ts';
import { pseudoRandom } from '../random.ts';

/** A file's bytes with random weights from a seed: two convolutions, max pooling, a linear layer; [N, 3, 16, 16] to [N, 5]. */
export function smallNetwork(seed = 1): Uint8Array {
  const graph = new GraphBuilder();
  const random = pseudoRandom(seed);
  const weight = (shape: readonly number[], scale: number) =>
    graph.initializer('float32', shape, toBytes(hostTensor(Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () => (2 * random() - 1) * scale), shape)));
  const ints = (values: readonly number[]) => graph.initializer('int64' as DType, [values.length], toBytes(hostTensor(values, [values.length], 'int64')));
  graph.input('picture', 'float32', ['N', 3, 16, 16]);
  const window = (k: number, pad: number) => ({ kernel_shape: [k, k], pads: [pad, pad, pad, pad], strides: [1, 1] });
  const [a] = graph.node('Conv', ['picture', weight([8, 3, 3, 3], 0.5), weight([8], 0.2)], window(3, 1));
  const [b] = graph.node('Relu', [a!]);
  const [c] = graph.node('MaxPool', [b!], { kernel_shape: [2, 2], strides: [2, 2] });
  const [d] = graph.node('Conv', [c!, weight([12, 8, 3, 3], 0.3), weight([12], 0.2)], window(3, 1));
  const [e] = graph.node('Relu', [d!]);
  const [f] = graph.node('Reshape', [e!, ints([-1, 12 * 64])]);
  graph.node('Gemm', [f!, weight([768, 5], 0.1), weight([5], 0.1)], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 5]);
  return graph.encode(18);
}
