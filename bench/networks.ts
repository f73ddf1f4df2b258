/** @file Networks built by code for benchmarks: the shape of a known architecture with random weights. */
import { relu } from '../src/tensor/ops/activation.ts';
import { add } from '../src/tensor/ops/arithmetic.ts';
import { globalAveragePool } from '../src/tensor/ops/average-pool.ts';
import { conv } from '../src/tensor/ops/conv.ts';
import { gemm } from '../src/tensor/ops/matmul.ts';
import { maxPool } from '../src/tensor/ops/max-pool.ts';
import { reshape } from '../src/tensor/ops/reshape.ts';
import { constant, type Tensor } from '../src/tensor/tensor.ts';
import { pseudoRandom } from '../test/random.ts';

function weights(shape: readonly number[], seed: number): Tensor {
  const random = pseudoRandom(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  const scale = Math.sqrt(6 / (size / shape[0]!));
  return constant(
    Float64Array.from({ length: size }, () => (2 * random() - 1) * scale),
    shape,
  );
}

/** ResNet-18 (He et al. 2016) on [N, 3, 224, 224], batch normalisation already folded; weights are made once per call. */
export function resnet18(): (x: Tensor) => Tensor {
  let seed = 1;
  const layers: { w: Tensor; b: Tensor; stride: number; pad: number }[] = [];
  const layer = (from: number, to: number, k: number, stride: number) => {
    const made = { w: weights([to, from, k, k], seed++), b: weights([to], seed++), stride, pad: (k - 1) / 2 };
    layers.push(made);
    return (x: Tensor) => conv(x, made.w, made.b, { strides: stride, pads: made.pad });
  };
  const stem = layer(3, 64, 7, 2);
  const blocks = [64, 128, 256, 512].flatMap((width, stage) =>
    [0, 1].map((i) => {
      const from = i === 1 || stage === 0 ? width : width / 2;
      const stride = i === 0 && stage > 0 ? 2 : 1;
      const first = layer(from, width, 3, stride);
      const second = layer(width, width, 3, 1);
      const shortcut = from === width ? (x: Tensor) => x : layer(from, width, 1, stride);
      return (x: Tensor) => relu(add(second(relu(first(x))), shortcut(x)));
    }),
  );
  const head = { w: weights([1000, 512], seed++), b: weights([1000], seed++) };
  return (x) => {
    let y = maxPool(relu(stem(x)), [3, 3], { strides: 2, pads: 1 });
    for (const block of blocks) y = block(y);
    return gemm(reshape(globalAveragePool(y), [x.shape[0]!, 512]), head.w, head.b, { transB: true });
  };
}
