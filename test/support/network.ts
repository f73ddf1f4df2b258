/** @file A small classifier built by code: no data needed, the same in Node and in a page. */
import { GraphBuilder } from '../../src/onnx/file/graph-builder.ts';
import type { DType } from '../../src/tensor/dtype.ts';
import { hostTensor, toBytes } from '../../src/tensor/host.ts';
import { pseudoRandom } from '../random.ts';

/**
 * A file's bytes with random weights from a seed: two convolutions, max pooling, a linear layer; [N, 3, 16, 16] to [N, 5].
 * `shift` is added to all scores.
 */
export function smallNetwork(seed = 1, shift = 0): Uint8Array {
  const graph = new GraphBuilder();
  const random = pseudoRandom(seed);
  const weight = (shape: readonly number[], scale: number) =>
    graph.initializer(
      'float32',
      shape,
      toBytes(
        hostTensor(
          Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () => (2 * random() - 1) * scale),
          shape,
        ),
      ),
    );
  const ints = (values: readonly number[]) =>
    graph.initializer('int64' as DType, [values.length], toBytes(hostTensor(values, [values.length], 'int64')));
  graph.input('picture', 'float32', ['N', 3, 16, 16]);
  const window = (k: number, pad: number) => ({ kernel_shape: [k, k], pads: [pad, pad, pad, pad], strides: [1, 1] });
  const [a] = graph.node('Conv', ['picture', weight([8, 3, 3, 3], 0.5), weight([8], 0.2)], window(3, 1));
  const [b] = graph.node('Relu', [a!]);
  const [c] = graph.node('MaxPool', [b!], { kernel_shape: [2, 2], strides: [2, 2] });
  const [d] = graph.node('Conv', [c!, weight([12, 8, 3, 3], 0.3), weight([12], 0.2)], window(3, 1));
  const [e] = graph.node('Relu', [d!]);
  const [f] = graph.node('Reshape', [e!, ints([-1, 12 * 64])]);
  const [g] = graph.node('Gemm', [f!, weight([768, 5], 0.1), weight([5], 0.1)]);
  graph.node('Add', [g!, graph.initializer('float32', [1], toBytes(hostTensor([shift])))], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 5]);
  return graph.encode(18);
}

/** A network of pictures [N, 3, 16, 16] whose nodes `build` adds between "picture" and "scores" of `classes` classes. */
function networkOf(
  classes: number,
  build: (graph: GraphBuilder, floats: (values: ArrayLike<number>, shape: readonly number[]) => string) => void,
): Uint8Array {
  const graph = new GraphBuilder();
  graph.input('picture', 'float32', ['N', 3, 16, 16]);
  build(graph, (values, shape) => graph.initializer('float32', shape, toBytes(hostTensor(values, shape))));
  graph.output('scores', 'float32', ['N', classes]);
  return graph.encode(18);
}

/** Two classes with scores 0 and w . x + b; `clip` keeps x in [0, 1] first. */
export function linearNetwork(w: ArrayLike<number>, b: number, { clip = false } = {}): Uint8Array {
  return networkOf(2, (graph, floats) => {
    const columns = Float64Array.from({ length: 2 * w.length }, (_, at) => (at % 2 === 0 ? 0 : w[Math.floor(at / 2)]!));
    const picture = clip ? graph.node('Clip', ['picture', floats([0], []), floats([1], [])])[0]! : 'picture';
    const [flat] = graph.node('Flatten', [picture]);
    graph.node('Gemm', [flat!, floats(columns, [w.length, 2]), floats([0, b], [2])], {}, ['scores']);
  });
}

/** Answers class 0 whatever it sees. */
export function constantNetwork(): Uint8Array {
  return networkOf(3, (graph, floats) => {
    const [flat] = graph.node('Flatten', ['picture']);
    graph.node('Gemm', [flat!, floats(new Float64Array(768 * 3), [768, 3]), floats([2, 1, 0], [3])], {}, ['scores']);
  });
}

/** Answers with one number: how sure it is, as networks of two classes do. */
export function oneScoreNetwork(): Uint8Array {
  return networkOf(1, (graph, floats) => {
    const [flat] = graph.node('Flatten', ['picture']);
    const [score] = graph.node('MatMul', [flat!, floats(new Float64Array(768).fill(1 / 768), [768, 1])]);
    graph.node('Sigmoid', [score!], {}, ['scores']);
  });
}

/** Sees only whether the mean is above a half, through a step whose gradient is zero everywhere. */
export function maskedNetwork(): Uint8Array {
  return networkOf(2, (graph, floats) => {
    const [flat] = graph.node('Flatten', ['picture']);
    const [mean] = graph.node('MatMul', [flat!, floats(new Float64Array(768).fill(1 / 768), [768, 1])]);
    const [above] = graph.node('Sign', [graph.node('Sub', [mean!, floats([0.5], [1])])[0]!]);
    graph.node('MatMul', [above!, floats([-1, 1], [1, 2])], {}, ['scores']);
  });
}

/** Answers with the position of its largest value, which has no gradient. */
export function argmaxNetwork(): Uint8Array {
  return networkOf(2, (graph, floats) => {
    const [flat] = graph.node('Flatten', ['picture']);
    const [winner] = graph.node('ArgMax', [flat!], { axis: 1, keepdims: 1 }, ['winner']);
    const [position] = graph.node('Cast', [winner!], { to: 1 });
    graph.node('MatMul', [position!, floats([1, -1], [1, 2])], {}, ['scores']);
  });
}

/** Takes pictures of five channels. */
export function fiveChannelNetwork(): Uint8Array {
  const graph = new GraphBuilder();
  graph.input('cube', 'float32', ['N', 5, 8, 8]);
  graph.node('Flatten', ['cube'], {}, ['scores']);
  graph.output('scores', 'float32', ['N', 320]);
  return graph.encode(18);
}

/** A linear classifier of two classes whose pictures and weights are quantised to 8 bits, as deployed integer models are. */
export function quantizedNetwork(): Uint8Array {
  return networkOf(2, (graph, floats) => {
    const random = pseudoRandom(6);
    const bytes = (values: readonly number[], shape: readonly number[]) =>
      graph.initializer('int8', shape, toBytes(hostTensor(values, shape, 'int8')));
    const weights = Array.from({ length: 768 * 2 }, () => Math.round(254 * random() - 127));
    const zero = bytes([-128], []);
    const [q] = graph.node('QuantizeLinear', ['picture', floats([1 / 255], []), zero]);
    const [x] = graph.node('DequantizeLinear', [q!, floats([1 / 255], []), zero]);
    const [w] = graph.node('DequantizeLinear', [bytes(weights, [768, 2]), floats([0.01], []), bytes([0], [])]);
    const [flat] = graph.node('Flatten', [x!]);
    graph.node('MatMul', [flat!, w!], {}, ['scores']);
  });
}

/** Classes with scores -|x - m_k|^2 / 2 up to what they share: x . m_k - |m_k|^2 / 2, whose borders are known planes. */
export function nearestMeanNetwork(means: readonly ArrayLike<number>[]): Uint8Array {
  const size = means[0]!.length;
  return networkOf(means.length, (graph, floats) => {
    const weights = Float64Array.from({ length: size * means.length }, (_, at) => {
      return means[at % means.length]![Math.floor(at / means.length)]!;
    });
    const shifts = means.map((m) => -Array.from(m).reduce((sum, v) => sum + v * v, 0) / 2);
    const [flat] = graph.node('Flatten', ['picture']);
    graph.node('Gemm', [flat!, floats(weights, [size, means.length]), floats(shifts, [means.length])], {}, ['scores']);
  });
}

/** Two classes with scores 0 and |x - centre|^2 - radius^2: class 0 inside a ball, so the border is curved and known. */
export function ballNetwork(centre: ArrayLike<number>, radius: number): Uint8Array {
  return networkOf(2, (graph, floats) => {
    const [flat] = graph.node('Flatten', ['picture']);
    const [away] = graph.node('Sub', [flat!, floats(centre, [centre.length])]);
    const [squares] = graph.node('Mul', [away!, away!]);
    const [total] = graph.node('ReduceSum', [squares!], { axes: [1], keepdims: 1 });
    const [score] = graph.node('Sub', [total!, floats([radius * radius], [1])]);
    graph.node('MatMul', [score!, floats([0, 1], [1, 2])], {}, ['scores']);
  });
}

/** Normalises pictures by the statistics that it keeps, then again, doubled; three classes. */
export function batchNormNetwork(means: readonly number[], variances: readonly number[]): Uint8Array {
  return networkOf(3, (graph, floats) => {
    const three = (values: readonly number[]) => floats(values, [3]);
    const one = three([1, 1, 1]);
    const nothing = three([0, 0, 0]);
    const [first] = graph.node('BatchNormalization', ['picture', one, nothing, three(means), three(variances)]);
    const [doubled] = graph.node('Mul', [first!, floats([2], [])]);
    const [second] = graph.node('BatchNormalization', [doubled!, one, nothing, three([1, 0, -1]), three([4, 4, 4])]);
    const [flat] = graph.node('Flatten', [second!]);
    const weights = Float64Array.from({ length: 768 * 3 }, (_, i) => 0.01 * Math.sin(i));
    graph.node('MatMul', [flat!, floats(weights, [768, 3])], {}, ['scores']);
  });
}

/** Turns pictures into four tokens of 192 numbers, a quarter of the rows each, and those into 6 channels ("tokens", [N, 4, 6]); two classes. */
export function tokenNetwork(): Uint8Array {
  return networkOf(2, (graph, floats) => {
    const random = pseudoRandom(8);
    const weights = (shape: readonly number[]) =>
      floats(
        Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () => random() - 0.5),
        shape,
      );
    const shape = (values: readonly number[]) =>
      graph.initializer('int64', [values.length], toBytes(hostTensor(values, [values.length], 'int64')));
    const [rows] = graph.node('Transpose', ['picture'], { perm: [0, 2, 3, 1] });
    const [patches] = graph.node('Reshape', [rows!, shape([0, 4, 192])]);
    const [tokens] = graph.node('MatMul', [patches!, weights([192, 6])], {}, ['tokens']);
    const [flat] = graph.node('Flatten', [tokens!]);
    graph.node('MatMul', [flat!, weights([24, 2])], {}, ['scores']);
  });
}
