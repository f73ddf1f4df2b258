/** @file How an attack changes a picture: pixel by pixel, through a map of colours, by a flow, or as a whole. */
import { add, mul, sub } from '../tensor/ops/arithmetic.ts';
import { concat } from '../tensor/ops/concat.ts';
import { clip } from '../tensor/ops/extrema.ts';
import { affineGrid, gridSample } from '../tensor/ops/grid-sample.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { slice } from '../tensor/ops/slice.ts';
import { transpose } from '../tensor/ops/transpose.ts';
import { cos, sin } from '../tensor/ops/unary.ts';
import type { Shape } from '../tensor/shape.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';

/** Ways of changing a picture. */
export type ChangeName = 'pixels' | 'colour' | 'flow' | 'rigid';

/** A way of changing a picture x0 by parameters z that are zero where nothing changes. */
export interface Change {
  readonly name: ChangeName;
  /** Shape of one sample's z. */
  shape(picture: Shape): Shape;
  /** The changed pictures [N, C, H, W] in [0, 1]. */
  apply(z: Tensor, x0: Tensor): Tensor;
  /** Length of a first step, in units of z. */
  readonly stepSize: number;
  /** Largest size of each parameter, where they are so few that searches start all over them, not only beside zero. */
  readonly reach?: readonly number[];
  /** z within the bounds of this kind of change. */
  bound(z: Tensor, x0: Tensor): Tensor;
}

/** x0 + z, z so that pixels stay in [0, 1]. */
const pixels: Change = {
  name: 'pixels',
  shape: (picture) => picture,
  apply: (z, x0) => clip(add(x0, z), 0, 1),
  stepSize: 0.02,
  bound: (z, x0) => sub(clip(add(x0, z), 0, 1), x0),
};

/** Points of the lattice of colours along each channel. */
const latticeSize = 8;

/**
 * One map of colours for the whole picture (Laidlaw and Feizi 2019, ReColorAdv): shifts on a lattice over RGB, interpolated linearly.
 * The paper's lattice lies in CIE Luv, which resembles what eyes tell apart; here the distance does that, and the lattice keeps to the
 * pictures' own space, where it is the same for grey ones.
 */
const colour: Change = {
  name: 'colour',
  shape: ([channels]) => [channels!, ...new Array<number>(channels!).fill(latticeSize)],
  apply: (z, x0) => {
    const [n, channels, height, width] = x0.shape as [number, number, number, number];
    // grid_sample takes coordinates in the order of the axes from the last to the first, from -1 to 1.
    const places = sub(mul(reshape(x0, [n, channels, height * width]), 2), 1);
    const reversed = transpose(
      concat(
        Array.from({ length: channels }, (_, c) =>
          slice(places, { axes: [1], starts: [channels - 1 - c], ends: [channels - c] }),
        ),
        1,
      ),
      [0, 2, 1],
    );
    // Grid sampling begins at two axes: a lattice over grey is one of height 1.
    const line = channels === 1;
    const lattice = line ? reshape(z, [n, 1, 1, latticeSize]) : z;
    const coordinates = line ? concat([reversed, mul(reversed, 0)], 2) : reversed;
    const ones = new Array<number>(line ? 1 : channels - 1).fill(1);
    const grid = reshape(coordinates, [n, height * width, ...ones, line ? 2 : channels]);
    const shift = gridSample(lattice, grid, { mode: 'linear', padding: 'border', alignCorners: true });
    return clip(add(x0, reshape(shift, [n, channels, height, width])), 0, 1);
  },
  stepSize: 0.01,
  bound: (z) => clip(z, -0.5, 0.5),
};

/** Largest shift of a pixel by a flow, in the units of grid sampling, where the picture spans 2. */
const flowBound = 0.2;

/** Every pixel is fetched from nearby (Xiao et al. 2018, stAdv). */
const flow: Change = {
  name: 'flow',
  shape: ([, height, width]) => [2, height!, width!],
  apply: (z, x0) => {
    const identity = affineGrid(constant([1, 0, 0, 0, 1, 0], [1, 2, 3]), x0.shape.slice(2));
    const grid = add(transpose(z, [0, 2, 3, 1]), identity);
    return clip(gridSample(x0, grid, { mode: 'linear', padding: 'border', alignCorners: false }), 0, 1);
  },
  stepSize: 0.005,
  bound: (z) => clip(z, -flowBound, flowBound),
};

/** Bounds of a rotation in radians and of a shift in halves of the picture (Engstrom et al. 2019: 30 degrees, 3 of 32 pixels). */
const [largestAngle, largestShift] = [Math.PI / 6, 0.1875];

/** The whole picture turned and shifted; what comes in from outside is black. */
const rigid: Change = {
  name: 'rigid',
  shape: () => [3],
  apply: (z, x0) => {
    const [n, , height, width] = x0.shape as [number, number, number, number];
    const part = (i: number) => reshape(slice(z, { axes: [1], starts: [i], ends: [i + 1] }), [n, 1, 1]);
    const [angle, right, down] = [part(0), part(1), part(2)];
    const [c, s] = [cos(angle), sin(angle)];
    // Grid sampling's units are halves of height and of width: a turn in pixels changes from one into the other.
    const rows = [concat([c, mul(s, -height / width), right], 2), concat([mul(s, width / height), c, down], 2)];
    const grid = affineGrid(concat(rows, 1), x0.shape.slice(2));
    return clip(gridSample(x0, grid, { mode: 'linear', padding: 'zeros', alignCorners: false }), 0, 1);
  },
  stepSize: 0.02,
  reach: [largestAngle, largestShift, largestShift],
  bound: (z) => {
    const limit = constant([largestAngle, largestShift, largestShift], [1, 3]);
    return mul(clip(mul(z, constant([1 / largestAngle, 1 / largestShift, 1 / largestShift], [1, 3])), -1, 1), limit);
  },
};

/** All ways by name. */
export const changes: Readonly<Record<ChangeName, Change>> = { pixels, colour, flow, rigid };
