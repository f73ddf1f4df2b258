/**
 * @file Compositional pattern-producing networks (Stanley 2007; Mordvintsev et al. 2018, Lucid's `cppn`): a small network of a pixel's
 * coordinates draws the picture, so that it has every size at once and no high frequencies of its own. Its weights are what is searched.
 */

import { sigmoid } from '../tensor/ops/activation.ts';
import { add, div } from '../tensor/ops/arithmetic.ts';
import { concat } from '../tensor/ops/concat.ts';
import { matmul } from '../tensor/ops/matmul.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { slice } from '../tensor/ops/slice.ts';
import { atan, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Parameterisation, PictureSize } from './parameterisation.ts';

/** Layers and units of the network, as Lucid has them. */
const [hiddenLayers, units] = [8, 24];

/** A network of coordinates. */
export function cppn(size: PictureSize): Parameterisation {
  const [c, h, w] = size;
  const reach = Math.sqrt(3);
  const grid = Float32Array.from({ length: 2 * h * w }, (_, at) => {
    const p = at % (h * w);
    const [i, n] = at < h * w ? [p % w, w] : [Math.floor(p / w), h];
    return n === 1 ? 0 : reach * ((2 * i) / (n - 1) - 1);
  });
  // Each hidden layer doubles its units: an odd and an even function of each.
  const layers = Array.from({ length: hiddenLayers + 1 }, (_, layer) => {
    const inputs = layer === 0 ? 2 : 2 * units;
    const outputs = layer === hiddenLayers ? c : units;
    return { inputs, outputs, weights: inputs * outputs };
  });
  const total = layers.reduce((sum, { weights, outputs }) => sum + weights + outputs, 0);
  return {
    name: 'cppn',
    key: `cppn ${size}`,
    shape: [total],
    size,
    rate: 0.01,
    spread: 0.3,
    start: (random) =>
      Float32Array.from(
        layers.flatMap(({ inputs, outputs, weights }, layer) => [
          // The last layer starts at zero weights: mid-grey, and the first step is its own alone.
          ...Array.from({ length: weights }, () => (layer === hiddenLayers ? 0 : random.normal() / Math.sqrt(inputs))),
          ...Array.from({ length: outputs }, () => (layer === hiddenLayers ? 0 : 0.1 * random.normal())),
        ]),
      ),
    picture: (z) => {
      const n = z.shape[0]!;
      let at = 0;
      const next = (length: number) => {
        const part = slice(z, { axes: [1], starts: [at], ends: [at + length] });
        at += length;
        return part;
      };
      let y: Tensor = constant(grid, [1, 2, h * w]);
      for (const [layer, { inputs, outputs, weights }] of layers.entries()) {
        const weight = reshape(next(weights), [n, outputs, inputs]);
        const bias = reshape(next(outputs), [n, outputs, 1]);
        const u = add(matmul(weight, y), bias);
        y = layer === hiddenLayers ? u : composite(u);
      }
      return sigmoid(reshape(y, [n, c, h, w]));
    },
  };
}

/** Lucid's activation: atan u over its deviation and its square over that one's, side by side. */
function composite(u: Tensor): Tensor {
  const a = atan(u);
  return concat([div(a, 0.67), div(square(a), 0.6)], 1);
}
