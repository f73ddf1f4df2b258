/**
 * @file Decorrelated colour (Olah et al. 2017): three channels that vary independently in natural pictures, mixed into red, green and
 * blue. Steps in them are steepest in another norm, in which changes of lightness are cheaper than changes of hue.
 */

import { sigmoid } from '../tensor/ops/activation.ts';
import { matmul } from '../tensor/ops/matmul.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { symmetricEigen } from '../tensor/symmetric-eigen.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';

/** A matrix of three rows: red, green and blue of each independent channel. */
export type ColourMatrix = readonly (readonly [number, number, number])[];

/** Lucid's matrix, of ImageNet's pixels: the root of their covariance, over the length of its longest column. */
export const imagenetColours: ColourMatrix = normalisedColumns([
  [0.26, 0.09, 0.02],
  [0.27, 0, -0.05],
  [0.27, -0.09, 0.03],
]);

function normalisedColumns(rows: ColourMatrix): ColourMatrix {
  const longest = Math.max(...[0, 1, 2].map((c) => Math.hypot(...rows.map((row) => row[c]!))));
  return rows.map(([a, b, c]) => [a / longest, b / longest, c / longest] as const);
}

/**
 * Pictures in [0, 1] of free numbers [N, C, H, W]: mixed by the matrix where there are three channels, then through a sigmoid, so that
 * zeros are mid-grey.
 */
export function picturesOf(t: Tensor, colours: ColourMatrix = imagenetColours): Tensor {
  return sigmoid(mixed(t, colours));
}

/** Channels [N, 3, H, W] mixed into red, green and blue; other channel counts as they are. */
export function mixed(t: Tensor, colours: ColourMatrix): Tensor {
  const [n, c, h, w] = t.shape as [number, number, number, number];
  if (c !== 3) return t;
  const flat = reshape(t, [n, 3, h * w]);
  return reshape(matmul(constant(Float32Array.from(colours.flat()), [3, 3]), flat), [n, 3, h, w]);
}

/**
 * The matrix of a set of pictures: the root of the covariance of their pixels' colours, U sqrt(S) of its eigenvectors and eigenvalues,
 * over the length of its longest column.
 * @param pictures RGB, [3, height, width] each
 */
export function colourMatrixOf(pictures: Iterable<Float32Array>): ColourMatrix {
  let count = 0;
  const sums = [0, 0, 0];
  const products = Array.from({ length: 3 }, () => [0, 0, 0]);
  for (const picture of pictures) {
    const area = picture.length / 3;
    count += area;
    for (let p = 0; p < area; p++) {
      const colour = [picture[p]!, picture[area + p]!, picture[2 * area + p]!];
      for (let a = 0; a < 3; a++) {
        sums[a]! += colour[a]!;
        for (let b = 0; b < 3; b++) products[a]![b]! += colour[a]! * colour[b]!;
      }
    }
  }
  if (count === 0) throw new RangeError('Colours need at least one picture to be measured on.');
  const covariance = products.map((row, a) =>
    row.map((value, b) => value / count - (sums[a]! / count) * (sums[b]! / count)),
  );
  const { values, vectors } = symmetricEigen(covariance);
  const columns = vectors.map((u, k) => Array.from(u, (x) => x * Math.sqrt(Math.max(values[k]!, 0) + 1e-10)));
  const rows = [0, 1, 2].map((row) => columns.map((column) => column[row]!));
  // Signs of eigenvectors are free: the first channel is lightness, so that more of it is lighter.
  const signs = columns.map((column) => Math.sign(column.reduce((sum, x) => sum + x, 0)) || 1);
  return normalisedColumns(rows.map((row) => row.map((value, k) => value * signs[k]!) as [number, number, number]));
}
