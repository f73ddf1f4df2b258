/**
 * @file The deep image prior (Ulyanov et al. 2018): a convolutional network with fixed noise at its input draws the picture, and its
 * weights are what is searched; its architecture alone makes natural statistics cheap. The hourglass with skips of the paper's activation
 * maximisation: halving by means, doubling bilinearly, normalised by each picture's own statistics. Departures: halving comes after the
 * activation, skips are not normalised once more where they join, and the input's noise stays the same at every step.
 */

import { randomStream } from '../random/random-stream.ts';
import { leakyRelu, sigmoid } from '../tensor/ops/activation.ts';
import { averagePool } from '../tensor/ops/average-pool.ts';
import { concat } from '../tensor/ops/concat.ts';
import { conv } from '../tensor/ops/conv.ts';
import { instanceNorm } from '../tensor/ops/norm.ts';
import { pad } from '../tensor/ops/pad.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { slice } from '../tensor/ops/slice.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Parameterisation, PictureSize } from './parameterisation.ts';
import { enlarge } from './pixels.ts';

/** Channels of each resolution on the way down and up, of the skips, and of the noise at the input. */
const channels = [16, 32, 64, 128, 128, 128] as const;
const skips = [0, 4, 4, 4, 4, 4] as const;
const noiseChannels = 32;
const slope = 0.2;

/** A convolution's place in the vector of all weights. */
interface Part {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
}

const partSize = ({ inputs, outputs, kernel }: Part) => outputs * (inputs * kernel * kernel + 3);

/** A network with fixed noise at its input. Sides are halved as often as they stay at least four pixels. */
export function deepImage(size: PictureSize): Parameterisation {
  const [c, h, w] = size;
  const depth = channels.filter((_, i) => Math.min(h, w) / 2 ** (i + 1) >= 4 || i === 0).length;
  const parts: Part[] = [];
  const part = (inputs: number, outputs: number, kernel: number) => {
    parts.push({ inputs, outputs, kernel });
  };
  for (let level = 0; level < depth; level++) {
    const inputs = level === 0 ? noiseChannels : channels[level - 1]!;
    if (skips[level]! > 0) part(inputs, skips[level]!, 1);
    part(inputs, channels[level]!, 3);
    part(channels[level]!, channels[level]!, 3);
  }
  for (let level = depth - 1; level >= 0; level--) {
    const below = level === depth - 1 ? channels[level]! : channels[level + 1]!;
    part(below + skips[level]!, channels[level]!, 5);
    part(channels[level]!, channels[level]!, 1);
  }
  part(channels[0], c, 1);
  const total = parts.reduce((sum, one) => sum + partSize(one), 0);
  const random = randomStream(0x5eed, h, w);
  const noise = Float32Array.from({ length: noiseChannels * h * w }, () => 0.1 * random.uniform());
  return {
    name: 'deep-image',
    key: `deep image ${size}`,
    shape: [total],
    size,
    rate: 0.001,
    spread: 0.1,
    start: (stream) => startOf(parts, stream),
    // Weights differ from picture to picture, so that each has its own convolutions.
    picture: (z) =>
      concat(
        Array.from({ length: z.shape[0]! }, (_, i) => {
          const own = reshape(slice(z, { axes: [0], starts: [i], ends: [i + 1] }), [total]);
          return draw(own, parts, depth, constant(noise, [1, noiseChannels, h, w]));
        }),
        0,
      ),
  };
}

/** Weights uniform within the root of one over their inputs, shifts 0, scales 1. */
function startOf(parts: readonly Part[], random: { uniform(): number }): Float32Array {
  return Float32Array.from(
    parts.flatMap(({ inputs, outputs, kernel }) => {
      const reach = 1 / Math.sqrt(inputs * kernel * kernel);
      return [
        ...Array.from({ length: outputs * inputs * kernel * kernel }, () => reach * (2 * random.uniform() - 1)),
        ...new Array<number>(outputs).fill(0),
        ...new Array<number>(outputs).fill(1),
        ...new Array<number>(outputs).fill(0),
      ];
    }),
  );
}

function draw(z: Tensor, parts: readonly Part[], depth: number, noise: Tensor): Tensor {
  let [at, next] = [0, 0];
  const take = (shape: readonly number[]) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const piece = slice(z, { axes: [0], starts: [at], ends: [at + length] });
    at += length;
    return reshape(piece, shape);
  };
  const layer = (x: Tensor, isLast = false): Tensor => {
    const { inputs, outputs, kernel } = parts[next++]!;
    const [weight, bias] = [take([outputs, inputs, kernel, kernel]), take([outputs])];
    const [scale, shift] = [take([outputs]), take([outputs])];
    const edge = (kernel - 1) / 2;
    const begin = [0, 0, edge, edge];
    const y = conv(edge === 0 ? x : pad(x, { begin, end: begin, mode: 'reflect' }), weight, bias);
    return isLast ? sigmoid(y) : leakyRelu(instanceNorm(y, scale, shift), slope);
  };
  const beside: (Tensor | undefined)[] = [];
  let x = noise;
  for (let level = 0; level < depth; level++) {
    beside.push(skips[level]! > 0 ? layer(x) : undefined);
    x = layer(averagePool(layer(x), [2, 2], { strides: [2, 2], ceilMode: true }));
  }
  for (let level = depth - 1; level >= 0; level--) {
    const skip = beside[level];
    const [height, width] = skip?.shape.slice(2) ?? noise.shape.slice(2);
    const up = enlarge(x, height!, width!);
    x = layer(layer(skip === undefined ? up : concat([up, skip], 1)));
  }
  return layer(x, true);
}
