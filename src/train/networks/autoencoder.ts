/** @file Networks from pictures to pictures and from codes to pictures: the denoiser, the generator, and what trains the generator. */
import { leakyRelu, relu, sigmoid, silu } from '../../tensor/ops/activation.ts';
import { add } from '../../tensor/ops/arithmetic.ts';
import { concat } from '../../tensor/ops/concat.ts';
import { reshape } from '../../tensor/ops/reshape.ts';
import { upsampleNearest } from '../../tensor/ops/resize.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { batchNorm, convolution, flattened, linear } from '../layers.ts';
import type { Layer, Scope } from '../scope.ts';

/** Up-sampling by repetition before a convolution: a transposed one would print its own checkerboard (Odena et al. 2016). */
function upsampled(x: Tensor): Tensor {
  return upsampleNearest(x, [2, 2]);
}

/**
 * A denoiser: a picture with noise to the picture without, [N, C, H, W] both. Two halvings, a skip on each level, and the noise predicted
 * rather than the picture: output = x + correction.
 */
export function denoiser(width: number): Layer {
  return (x, scope) => {
    const block = (name: string, channels: number, stride: number, y: Tensor) =>
      silu(convolution(channels, { stride })(y, scope.at(name)));
    const top = block('down1', width, 1, x);
    const half = block('down2', 2 * width, 2, top);
    const half2 = block('down2b', 2 * width, 1, half);
    const low = block('down3', 2 * width, 2, half2);
    const low2 = block('middle', 2 * width, 1, low);
    const up2 = block('up2', 2 * width, 1, concat([upsampled(low2), half2], 1));
    const up1 = block('up1', width, 1, upsampled(up2));
    const joined = block('join', width, 1, concat([up1, top], 1));
    return add(x, convolution(x.shape[1]!, { initial: { kind: 'normal', std: 1e-3 } })(joined, scope.at('out')));
  };
}

/** Shape of a generator's pictures. */
export interface GeneratorOptions {
  readonly channels: number;
  /** Height and width: a multiple of 8. */
  readonly size: number;
  /** Channels before the last convolution; the first stage has four times as many. */
  readonly width: number;
}

/** A generator: codes [N, Z] to pictures [N, C, size, size] in [0, 1]. */
export function generator({ channels, size, width }: GeneratorOptions): Layer {
  return (z, scope) => {
    const start = size / 8;
    let y = reshape(linear(4 * width * start * start)(z, scope.at('fc')), [z.shape[0]!, 4 * width, start, start]);
    y = leakyRelu(batchNorm()(y, scope.at('bn0')), 0.2);
    [4 * width, 2 * width, width].forEach((c, i) => {
      const stage = scope.at(`up${i + 1}`);
      y = leakyRelu(batchNorm()(convolution(c, { bias: false })(upsampled(y), stage.at('conv')), stage.at('bn')), 0.2);
    });
    return sigmoid(convolution(channels, { initial: { kind: 'normal', std: 0.02 } })(y, scope.at('out')));
  };
}

/** The encoder of a variational auto-encoder: mean and log variance of the code, [N, Z] each. */
export function encode(
  x: Tensor,
  scope: Scope,
  codeSize: number,
  width: number,
): { mean: Tensor; logVariance: Tensor } {
  let y = x;
  [width, 2 * width, 4 * width].forEach((c, i) => {
    const stage = scope.at(`down${i + 1}`);
    y = leakyRelu(
      batchNorm()(convolution(c, { kernel: 4, stride: 2, pad: 1, bias: false })(y, stage.at('conv')), stage.at('bn')),
      0.2,
    );
  });
  const flat = flattened(y, scope);
  return { mean: linear(codeSize)(flat, scope.at('mean')), logVariance: linear(codeSize)(flat, scope.at('logvar')) };
}

/** A discriminator with spectral normalisation: pictures to one score each, [N, 1]. */
export function discriminator(width: number): Layer {
  return (x, scope) => {
    const channels = [width, 2 * width, 4 * width, 4 * width];
    const y = channels.reduce(
      (h, c, i) =>
        leakyRelu(
          convolution(c, { kernel: i === 3 ? 3 : 4, stride: i === 3 ? 1 : 2, pad: 1, spectralNorm: true })(
            h,
            scope.at(`conv${i + 1}`),
          ),
          0.1,
        ),
      x,
    );
    return linear(1, { spectralNorm: true })(flattened(relu(y), scope), scope.at('fc'));
  };
}
