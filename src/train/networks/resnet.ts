/** @file Residual networks for small pictures (He et al. 2016): three or four stages of basic blocks. */
import { relu } from '../../tensor/ops/activation.ts';
import { add } from '../../tensor/ops/arithmetic.ts';
import { batchNorm, convolution, globalMean, linear } from '../layers.ts';
import type { Layer } from '../scope.ts';

/** Shape of a residual network. */
export interface ResNetOptions {
  /** Class scores at the end. */
  readonly classes: number;
  /** Channels of the first stage; each later stage has twice as many on half the size. */
  readonly width: number;
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
}

/** Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where the size or the channels change. */
function basicBlock(channels: number, stride: number): Layer {
  return (x, scope) => {
    const first = convolution(channels, { stride, bias: false })(x, scope.at('conv1'));
    const inner = scope.at('relu1').named(relu(batchNorm()(first, scope.at('bn1'))));
    const second = convolution(channels, { bias: false })(inner, scope.at('conv2'));
    const residual = batchNorm()(second, scope.at('bn2'));
    if (stride === 1 && x.shape[1] === channels) return scope.named(relu(add(residual, x)));
    const shortcut = convolution(channels, { kernel: 1, stride, bias: false })(x, scope.at('shortcut.conv'));
    return scope.named(relu(add(residual, batchNorm()(shortcut, scope.at('shortcut.bn')))));
  };
}

/** A residual network: pictures [N, C, H, W] to class scores [N, K]. */
export function resnet({ classes, width, blocks }: ResNetOptions): Layer {
  return (x, scope) => {
    const stem = batchNorm()(convolution(width, { bias: false })(x, scope.at('conv1')), scope.at('bn1'));
    let y = scope.at('relu1').named(relu(stem));
    blocks.forEach((count, stage) => {
      for (let i = 0; i < count; i++) {
        const block = basicBlock(width * 2 ** stage, stage > 0 && i === 0 ? 2 : 1);
        y = block(y, scope.at(`layer${stage + 1}`).at(i));
      }
    });
    return linear(classes)(scope.at('pool').named(globalMean(y)), scope.at('fc'));
  };
}
