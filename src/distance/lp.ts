/** @file Distances of pixel values: how many changed, their sum, their length, the largest, root mean square, PSNR. */
import { add, div, mul, neg, sub } from '../tensor/ops/arithmetic.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { reduceMax } from '../tensor/ops/reduce-extrema.ts';
import { step } from '../tensor/ops/step.ts';
import { abs, log, square } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { powerNorm, rootFromZero } from './picture.ts';

const axes = [1, 2, 3];

/** A mean squared difference counts as at least this, whose logarithm is finite. */
const tiny = 1e-20;

/** Half an 8-bit level: smaller changes are no changes. */
const halfLevel = 0.5 / 255;

function ofDifference(
  name: string,
  brief: string,
  of: (delta: Tensor) => Tensor,
  map: (delta: Tensor) => Tensor = (delta) => reduceMean(abs(delta), { axes: [1], keepDims: true }),
): Distance {
  return {
    name,
    brief,
    source: 'definition',
    convention: {
      colour: 'rgb',
      sampling: 'none; pixels from 0 to 1',
      better: 'lower',
      identity: 0,
      symmetric: true,
      minimumSize: 1,
    },
    value: (x, y) => of(sub(x, y)),
    distance: (x, y) => of(sub(x, y)),
    map: (x, y) => map(sub(x, y)),
  };
}

const changed = (delta: Tensor) => step(sub(abs(delta), halfLevel));

/** Sum of v / (v + sigma) over squared changes v: close to their number where they are large (Cinà et al. 2025, sigma-zero). */
const softCount = (squares: Tensor) => reduceSum(div(squares, add(squares, softness)), { axes });

/** Squared changes above this count nearly in full: the square of 0.8 8-bit levels. */
const softness = 1e-5;

/** Number of channel values that differ by more than half an 8-bit level. Its slope is zero. */
export const l0: Distance = {
  ...ofDifference('l0', 'channel values that differ', (delta) => reduceSum(changed(delta), { axes })),
  counts: 'values',
  standIn: (x, y) => softCount(square(sub(x, y))),
};

/** Number of pixels of which any channel differs. Its slope is zero. */
export const l0Pixels: Distance = {
  ...ofDifference('l0:pixels', 'pixels that differ', (delta) =>
    reduceSum(reduceMax(changed(delta), { axes: [1] }), { axes: [1, 2] }),
  ),
  counts: 'pixels',
  standIn: (x, y) => softCount(reduceSum(square(sub(x, y)), { axes: [1], keepDims: true })),
};

/** Sum of absolute differences. */
export const l1: Distance = ofDifference('l1', 'sum of absolute differences', (delta) =>
  reduceSum(abs(delta), { axes }),
);

/** Euclidean length of the difference. */
export const l2: Distance = ofDifference('l2', 'length of the difference', (delta) =>
  rootFromZero(reduceSum(square(delta), { axes })),
);

/** The norm whose slope stands for that of the largest difference, which only one value has. */
const highPower = 16;

/** Largest absolute difference. */
export const linf: Distance = {
  ...ofDifference('linf', 'largest difference', (delta) => reduceMax(abs(delta), { axes })),
  standIn: (x, y) => powerNorm(sub(x, y), highPower),
};

/** Root of the mean squared difference. */
export const rmse: Distance = ofDifference('rmse', 'root mean square difference', (delta) =>
  rootFromZero(reduceMean(square(delta), { axes })),
);

/** Peak signal to noise ratio in decibels; equal pictures give 200 dB, not infinity. Its distance is the mean squared difference. */
export const psnr: Distance = {
  ...ofDifference('psnr', 'peak signal to noise ratio, dB', (delta) => reduceMean(square(delta), { axes })),
  convention: { ...l2.convention, better: 'higher', identity: 200 },
  value: (x, y) => {
    const error = maximum(reduceMean(square(sub(x, y)), { axes }), tiny);
    return mul(neg(div(log(error), Math.LN10)), 10);
  },
};
