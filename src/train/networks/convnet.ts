/** @file A plain convolutional network whose down-sampling can be chosen: the test bed for artefacts of strides and pools. */

import { averagePool } from '../../tensor/ops/average-pool.ts';
import { conv } from '../../tensor/ops/conv.ts';
import { maxPool } from '../../tensor/ops/max-pool.ts';
import { constant } from '../../tensor/tensor.ts';
import { convBnRelu, globalMean, linear, pure } from '../layers.ts';
import type { Layer } from '../scope.ts';

/**
 * How a stage halves the size: a strided 3x3 or 4x4 convolution, or a convolution followed by max pooling, average pooling or a [1 2 1]
 * blur taken at every other pixel (Zhang 2019).
 */
export type Downsampling = 'stride' | 'k4s2' | 'max' | 'average' | 'blur';

/** Shape of the network. */
export interface ConvNetOptions {
  readonly classes: number;
  /** Channels of the first layer; twice and four times as many follow. */
  readonly width: number;
  readonly downsampling: Downsampling;
}

/** Each channel blurred by [1 2 1] / 4 along both axes, every other pixel kept. */
function blurPool(): Layer {
  return pure((x) => {
    const row = [1, 2, 1];
    const kernel = row.flatMap((a) => row.map((b) => (a * b) / 16));
    const channels = x.shape[1]!;
    const weight = constant(Array.from({ length: channels }, () => kernel).flat(), [channels, 1, 3, 3]);
    return conv(x, weight, undefined, { strides: [2, 2], pads: [1, 1, 1, 1], group: channels });
  });
}

function halving(channels: number, downsampling: Downsampling): Layer {
  if (downsampling === 'stride') return convBnRelu(channels, { stride: 2 });
  if (downsampling === 'k4s2') return convBnRelu(channels, { kernel: 4, stride: 2, pad: 1 });
  const pool: Layer =
    downsampling === 'max'
      ? pure((x) => maxPool(x, [2, 2], { strides: [2, 2] }))
      : downsampling === 'average'
        ? pure((x) => averagePool(x, [2, 2], { strides: [2, 2] }))
        : blurPool();
  return (x, scope) => pool(convBnRelu(channels)(x, scope), scope);
}

/** Five convolutions, two of them halving the size, then the mean over positions: [N, C, H, W] to class scores [N, K]. */
export function convnet({ classes, width, downsampling }: ConvNetOptions): Layer {
  const layers: readonly Layer[] = [
    convBnRelu(width),
    halving(2 * width, downsampling),
    convBnRelu(2 * width),
    halving(4 * width, downsampling),
    convBnRelu(4 * width),
  ];
  return (x, scope) => {
    const features = layers.reduce((y, layer, i) => {
      const stage = scope.at(`layer${i + 1}`);
      return stage.named(layer(y, stage));
    }, x);
    return linear(classes)(scope.at('pool').named(globalMean(features)), scope.at('fc'));
  };
}
