/** @file Networks with one strided layer and random weights, as their initialisers leave them. */
import { GraphBuilder } from '../../src/onnx/file/graph-builder.ts';
import { randomStream } from '../../src/random/random-stream.ts';
import { hostTensor, toBytes } from '../../src/tensor/host.ts';

/** What shrinks the picture. */
export interface Strided {
  readonly kernel: number;
  readonly stride: number;
  readonly pad?: number;
  /** `Conv` unless given; pools follow a convolution of kernel 1. */
  readonly op?: 'Conv' | 'MaxPool' | 'AveragePool';
  readonly channels?: number;
  /** Whether a ReLU follows. */
  readonly relu?: boolean;
}

/** [N, 3, 32, 32] to [N, 3]: a strided layer of random weights, then a random linear layer on all that it gives. */
export function stridedNetwork({
  kernel,
  stride,
  pad = 1,
  op = 'Conv',
  channels = 256,
  relu = true,
}: Strided): Uint8Array {
  const graph = new GraphBuilder();
  const random = randomStream(kernel, stride);
  const weight = (...shape: number[]) => {
    const fanIn = op === 'Conv' || shape.length === 4 ? shape.slice(1).reduce((a, b) => a * b, 1) : shape[0]!;
    const values = Float64Array.from(
      { length: shape.reduce((a, b) => a * b) },
      () => random.normal() * Math.sqrt(2 / fanIn),
    );
    return graph.initializer('float32', shape, toBytes(hostTensor(values, shape)));
  };
  graph.input('picture', 'float32', ['N', 3, 32, 32]);
  const window = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
  const [first] =
    op === 'Conv'
      ? graph.node('Conv', ['picture', weight(channels, 3, kernel, kernel)], window)
      : graph.node(op, graph.node('Conv', ['picture', weight(channels, 3, 1, 1)], { kernel_shape: [1, 1] }), window);
  const [active] = relu ? graph.node('Relu', [first!]) : [first];
  const side = Math.floor((32 + 2 * pad - kernel) / stride) + 1;
  const [flat] = graph.node('Flatten', [active!]);
  graph.node('MatMul', [flat!, weight(channels * side * side, 3)], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 3]);
  return graph.encode(18);
}
