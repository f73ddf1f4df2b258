/** @file Batch normalisation (Ioffe and Szegedy 2015): with the batch's own statistics, and as the one node that model files hold. */
import { type Attrs, defineOp } from '../op.ts';
import { formatShape, sizeOf } from '../shape.ts';
import { apply, describeTensor, type Tensor } from '../tensor.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { batchNorm } from './norm.ts';
import { reduceMean, reduceSum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { reciprocal, sqrt, square } from './unary.ts';

interface BatchNormAttrs extends Attrs {
  readonly epsilon: number;
}

/** Mean and biased variance of each channel over pictures and positions, in the shape [1, C, 1, …]. */
export function channelStatistics(x: Tensor): { readonly mean: Tensor; readonly variance: Tensor; centred: Tensor } {
  const axes = channelAxes(x);
  const mean = reduceMean(x, { axes, keepDims: true });
  const centred = sub(x, mean);
  return { mean, centred, variance: reduceMean(square(centred), { axes, keepDims: true }) };
}

function channelAxes(x: Tensor): number[] {
  return x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
}

function perChannel(v: Tensor, x: Tensor): Tensor {
  return reshape(v, [1, sizeOf(v.shape), ...x.shape.slice(2).map(() => 1)]);
}

export const batchNormTrainingOp = defineOp<BatchNormAttrs>({
  name: 'batchNormTraining',
  infer: ([x, scale, bias]) => {
    const channels = x!.shape[1];
    if (x!.shape.length < 2 || scale!.shape.join() !== `${channels}` || bias!.shape.join() !== `${channels}`) {
      throw new TypeError(
        `batchNormTraining expects [N, C, …] with scale and bias [C], got ${describeTensor(x!)}, ${formatShape(scale!.shape)} and ${formatShape(bias!.shape)}.`,
      );
    }
    return { shape: x!.shape, dtype: x!.dtype };
  },
  decompose: ([x, scale, bias], { epsilon }) => {
    const { centred, variance } = channelStatistics(x!);
    const factor = mul(reciprocal(sqrt(add(variance, epsilon))), perChannel(scale!, x!));
    return add(mul(centred, factor), perChannel(bias!, x!));
  },
  // With c = x - mean, s = 1 / sqrt(variance + epsilon), M elements a channel, both sums over a channel:
  // dx = scale s (dy - sum(dy) / M - c s^2 sum(dy c) / M), dscale = s sum(dy c), dbias = sum(dy).
  gradient: [
    ({ dy, x: [x, scale], attrs: { epsilon } }) => {
      const { centred, variance } = channelStatistics(x!);
      const axes = channelAxes(x!);
      const s = reciprocal(sqrt(add(variance, epsilon)));
      const count = sizeOf(x!.shape) / x!.shape[1]!;
      const total = reduceSum(dy, { axes, keepDims: true });
      const product = reduceSum(mul(dy, centred), { axes, keepDims: true });
      const factor = mul(s, perChannel(scale!, x!));
      const slope = div(mul(mul(factor, square(s)), product), -count);
      const shift = div(mul(factor, total), -count);
      return add(mul(dy, factor), add(mul(centred, slope), shift));
    },
    ({ dy, x: [x], attrs: { epsilon } }) => {
      const { centred, variance } = channelStatistics(x!);
      const product = reduceSum(mul(dy, centred), { axes: channelAxes(x!), keepDims: true });
      return reshape(mul(product, reciprocal(sqrt(add(variance, epsilon)))), [x!.shape[1]!]);
    },
    ({ dy }) => reduceSum(dy, { axes: channelAxes(dy) }),
  ],
  samples: [
    { inputs: [{ shape: [3, 2, 2, 3] }, { shape: [2] }, { shape: [2] }], attrs: { epsilon: 1e-5 } },
    { name: 'no positions', inputs: [{ shape: [5, 3] }, { shape: [3] }, { shape: [3] }], attrs: { epsilon: 1e-2 } },
  ],
});

/**
 * (x - mean) / sqrt(variance + epsilon) * scale + bias with the mean and biased variance of each channel of the batch.
 * @param x [N, C, …] @param scale [C] @param bias [C]
 */
export function batchNormTraining(x: Tensor, scale: Tensor, bias: Tensor, epsilon = 1e-5): Tensor {
  return apply(batchNormTrainingOp, [x, scale, bias], { epsilon });
}

export const batchNormNodeOp = defineOp<BatchNormAttrs>({
  name: 'batchNormNode',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  gradient: 'decomposed',
  decompose: ([x, scale, bias, mean, variance], { epsilon }) => batchNorm(x!, scale!, bias!, mean!, variance!, epsilon),
  lower: ({ e, inputs, attrs: { epsilon } }) => e.node('BatchNormalization', inputs, { epsilon: { float: epsilon } }),
  samples: [
    {
      inputs: [
        { shape: [2, 3, 2, 2] },
        { shape: [3] },
        { shape: [3] },
        { shape: [3] },
        { shape: [3], range: [0.5, 2] },
      ],
      attrs: { epsilon: 1e-5 },
    },
  ],
});

/** Batch normalisation with fixed statistics as one node, which other tools find in an exported file. */
export function batchNormNode(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon = 1e-5,
): Tensor {
  return apply(batchNormNodeOp, [x, scale, bias, mean, variance], { epsilon });
}
