/** @file A network of VGG16's shape with few channels, its weights by formula, so that another library can have the same. */
import { GraphBuilder } from '../../src/onnx/file/graph-builder.ts';
import { hostTensor, toBytes } from '../../src/tensor/host.ts';

/** Channels of its convolutions, stage by stage; a max pool stands before each stage but the first. */
export const vggStages: readonly (readonly number[])[] = [
  [4, 4],
  [6, 6],
  [8, 8, 8],
  [10, 10, 10],
  [10, 10, 10],
];

/** sin(12.9898 i + phase), i from 1. */
export function sines(count: number, phase: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + phase));
}

/** Pictures [N, 3, 32, 32] to [N, 10]; `stride` is that of its pools. Activations are called relu1_1, relu1_2, … */
export function smallVgg({ stride = 2 } = {}): Uint8Array {
  const graph = new GraphBuilder();
  const floats = (values: Float64Array, shape: readonly number[]) =>
    graph.initializer('float32', shape, toBytes(hostTensor(values, shape)));
  graph.input('picture', 'float32', ['N', 3, 32, 32]);
  let [x, channels, index] = ['picture', 3, 0];
  vggStages.forEach((stage, s) => {
    if (s > 0) x = graph.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [stride, stride] })[0]!;
    stage.forEach((count, i) => {
      const fan = channels * 9;
      const w = sines(count * fan, index).map((value) => value * Math.sqrt(3 / fan) * 1.3);
      const b = sines(count, index + 0.5).map((value) => value * 0.1);
      const weights = [floats(w, [count, channels, 3, 3]), floats(b, [count])];
      const [y] = graph.node('Conv', [x, ...weights], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
      x = graph.node('Relu', [y!], {}, [`relu${s + 1}_${i + 1}`])[0]!;
      [channels, index] = [count, index + 1];
    });
  });
  const [flat] = graph.node('Flatten', [graph.node('GlobalAveragePool', [x])[0]!]);
  graph.node('Gemm', [flat!, floats(sines(100, 0.1), [10, 10]), floats(sines(10, 0.2), [10])], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 10]);
  return graph.encode(18);
}
