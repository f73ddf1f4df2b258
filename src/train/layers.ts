/** @file Layers: functions of tensors that take their parameters from a scope. Weights are laid out and named as PyTorch does. */
import { relu } from '../tensor/ops/activation.ts';
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { batchNormNode, batchNormTraining, channelStatistics } from '../tensor/ops/batch-norm.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { gemm, matmul } from '../tensor/ops/matmul.ts';
import { batchNorm as batchNormFixed, groupNorm as groupNormOp, layerNorm as layerNormOp } from '../tensor/ops/norm.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { reduceL2 } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { step } from '../tensor/ops/step.ts';
import { swapAxes } from '../tensor/ops/transpose.ts';
import { sizeOf } from '../tensor/shape.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { fanIn, heNormal, type Initializer, lecunUniform } from './initializer.ts';
import type { Layer, Scope } from './scope.ts';

/** Options of `convolution`. Pads keep the size at stride 1 unless given. */
export interface ConvolutionOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly pad?: number;
  readonly group?: number;
  readonly bias?: boolean;
  readonly initial?: Initializer;
  /** Divides the weight by its largest singular value (Miyato et al. 2018). */
  readonly spectralNorm?: boolean;
}

/** A two-dimensional convolution to `channels` channels: `weight` [K, C / group, k, k] and `bias` [K]. */
export function convolution(channels: number, options: ConvolutionOptions = {}): Layer {
  const {
    kernel = 3,
    stride = 1,
    pad = Math.floor((kernel - 1) / 2),
    group = 1,
    bias = true,
    spectralNorm = false,
  } = options;
  return (x, scope) => {
    const shape = [channels, x.shape[1]! / group, kernel, kernel];
    const weight = scope.parameter('weight', shape, options.initial ?? heNormal(shape));
    const w = spectralNorm ? spectrallyNormalised(weight, scope) : weight;
    const b = bias ? scope.parameter('bias', [channels], lecunUniform(fanIn(shape)), { decay: false }) : undefined;
    return conv(x, w, b, { strides: [stride, stride], pads: [pad, pad, pad, pad], group });
  };
}

/** x weightᵀ + bias for x [N, …, inputs]: `weight` [outputs, inputs], `bias` [outputs]. */
export function linear(
  outputs: number,
  { spectralNorm = false, initial }: { spectralNorm?: boolean; initial?: Initializer } = {},
): Layer {
  return (x, scope) => {
    const inputs = x.shape.at(-1)!;
    const weight = scope.parameter('weight', [outputs, inputs], initial ?? lecunUniform(inputs));
    const w = spectralNorm ? spectrallyNormalised(weight, scope) : weight;
    const bias = scope.parameter('bias', [outputs], { kind: 'constant', value: 0 }, { decay: false });
    return x.shape.length === 2 ? gemm(x, w, bias, { transB: true }) : add(matmul(x, swapAxes(w, 0, 1)), bias);
  };
}

/** weight / sigma, sigma estimated by one step of power iteration from the vector that the last step left. */
function spectrallyNormalised(weight: Tensor, scope: Scope): Tensor {
  const rows = weight.shape[0]!;
  const w = reshape(weight, [rows, sizeOf(weight.shape) / rows]);
  const unit = (v: Tensor) => div(v, maximum(reduceL2(v, {}), 1e-12));
  const u0 = unit(scope.randomStatistic('u', [rows, 1]));
  const v = scope.hold(unit(matmul(swapAxes(w, 0, 1), u0)));
  const u = scope.hold(unit(matmul(w, v)));
  scope.update('u', u);
  return div(weight, reduceSum(mul(u, matmul(w, v))));
}

/** Share of a running statistic that a step replaces. */
const batchNormMomentum = 0.1;

/** Batch normalisation of x [N, C, …]; running mean and (unbiased) variance serve where the batch's own do not. */
export function batchNorm({ initialScale = 1 } = {}): Layer {
  return (x, scope) => {
    const channels = x.shape[1]!;
    const scale = scope.parameter('weight', [channels], { kind: 'constant', value: initialScale }, { decay: false });
    const bias = scope.parameter('bias', [channels], { kind: 'constant', value: 0 }, { decay: false });
    const mean = scope.statistic('running_mean', [channels], 0);
    const variance = scope.statistic('running_var', [channels], 1);
    if (scope.mode === 'eval') return batchNormFixed(x, scale, bias, mean, variance);
    if (scope.mode === 'export') return batchNormNode(x, scale, bias, mean, variance);
    const batch = channelStatistics(x);
    const count = sizeOf(x.shape) / channels;
    const next = (running: Tensor, value: Tensor) =>
      add(mul(running, 1 - batchNormMomentum), mul(reshape(value, [channels]), batchNormMomentum));
    scope.update('running_mean', next(mean, batch.mean));
    scope.update('running_var', next(variance, mul(batch.variance, count / Math.max(1, count - 1))));
    return batchNormTraining(x, scale, bias);
  };
}

function scaleAndBias(scope: Scope, size: number): [Tensor, Tensor] {
  return [
    scope.parameter('weight', [size], { kind: 'constant', value: 1 }, { decay: false }),
    scope.parameter('bias', [size], { kind: 'constant', value: 0 }, { decay: false }),
  ];
}

/** Layer normalisation over the last axis. */
export const layerNorm: Layer = (x, scope) => {
  const [scale, bias] = scaleAndBias(scope, x.shape.at(-1)!);
  return layerNormOp(x, scale, bias, { axis: x.shape.length - 1 });
};

/** Group normalisation of x [N, C, …]. */
export function groupNorm(groups: number): Layer {
  return (x, scope) => {
    const [scale, bias] = scaleAndBias(scope, x.shape[1]!);
    return groupNormOp(x, scale, bias, { groups });
  };
}

/** Zeroes a share of the values while training and scales up the rest (Srivastava et al. 2014). */
export function dropout(share: number): Layer {
  return (x, scope) => {
    if (scope.mode !== 'train' || share === 0) return x;
    const kept = step(sub(scope.noise('dropout', x.shape, 'uniform'), share));
    return mul(x, mul(kept, 1 / (1 - share)));
  };
}

/** Layers after one another, named by their place: 0, 1, … */
export function sequential(...layers: readonly Layer[]): Layer {
  return (x, scope) => layers.reduce((y, layer, i) => layer(y, scope.at(i)), x);
}

/** Layers after one another, under their own names. */
export function named(layers: Readonly<Record<string, Layer>>): Layer {
  return (x, scope) => Object.entries(layers).reduce((y, [name, layer]) => layer(y, scope.at(name)), x);
}

/** A function of tensors without parameters as a layer. */
export function pure(fn: (x: Tensor) => Tensor): Layer {
  return (x) => fn(x);
}

/** [N, C, …] as [N, …]: everything but the batch in one axis. */
export const flattened: Layer = (x) => reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]);

/** The mean over positions of [N, C, H, W]: [N, C]. */
export function globalMean(x: Tensor): Tensor {
  return reduceMean(x, { axes: [2, 3] });
}

/** Convolution without bias, batch normalisation, relu. */
export function convBnRelu(channels: number, options: ConvolutionOptions = {}): Layer {
  return (x, scope) =>
    relu(batchNorm()(convolution(channels, { ...options, bias: false })(x, scope.at('conv')), scope.at('bn')));
}

/** (x - mean) / std per channel: lets a network take pixels in [0, 1]. */
export function normalised(mean: readonly number[], std: readonly number[]): Layer {
  return (x) => div(sub(x, constant(mean, [1, mean.length, 1, 1])), constant(std, [1, std.length, 1, 1]));
}
