/**
 * @file How far a patch's colours are from those that a printer has (Sharif et al. 2016, Section 4.2). Their score is a pixel's product of the
 * distances to all printable colours, which underflows for more than a few; the distance to the nearest (Thys et al. 2019) is 0 for the
 * same patches and has a slope everywhere else.
 */
import { add, sub } from '../tensor/ops/arithmetic.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { reduceMin } from '../tensor/ops/reduce-extrema.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';

/** A colour in [0, 1]: red, green, blue. */
export type Colour = readonly [number, number, number];

/**
 * Colours that ordinary prints have: 3 levels of each channel, drawn a quarter towards grey and kept off black and white. A rough stand-in:
 * for real prints photograph a printed palette and give what it shows.
 */
export const usualColours: readonly Colour[] = Array.from({ length: 27 }, (_, at): Colour => {
  const levels = [Math.floor(at / 9), Math.floor(at / 3) % 3, at % 3].map((level) => 0.1 + 0.4 * level);
  const grey = levels.reduce((sum, level) => sum + level, 0) / 3;
  return levels.map((level) => level + 0.25 * (grey - level)) as unknown as Colour;
});

/** Keeps the slope finite where a colour is met. */
const floor = 1e-8;

/** Mean over the pixels of a patch [1, 3, H, W] of the distance to the nearest of some colours, a scalar. */
export function nonPrintability(patch: Tensor, colours: readonly Colour[]): Tensor {
  const pixels = patch.shape[2]! * patch.shape[3]!;
  const palette = constant(Float32Array.from(colours.flat()), [colours.length, 3, 1]);
  const apart = sub(reshape(patch, [1, 3, pixels]), palette);
  const distances = sqrt(add(reduceSum(square(apart), { axes: [1] }), floor));
  return reduceMean(reduceMin(distances, { axes: [0] }));
}
