/** @file Mean deviation similarity index (Nafchi, Shahkolaei, Hedjam and Cheriet 2016). */
import { add, mul, sub } from '../tensor/ops/arithmetic.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { slice } from '../tensor/ops/slice.ts';
import { step } from '../tensor/ops/step.ts';
import { abs, reciprocal, sqrt, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { prewittMagnitude } from './gmsd.ts';
import { oncePerPair } from './once.ts';
import { asChannels, dissimilarity, requireSize } from './picture.ts';
import { likeness, usualMeans } from './similarity.ts';

/** Stability of the gradients of both, of one with the pictures' mean, and of colours; for values up to 255. */
const [c1, c2, c3] = [140, 55, 550];

/** Share of gradients, the rest is of colours. */
const alpha = 0.6;

/** Luma and two colour axes of a Gaussian colour model, as the authors have them. */
const lhm = [0.2989, 0.587, 0.114, 0.3, 0.04, -0.35, 0.34, -0.6, 0.17];

/** Below this the base of a fourth root counts as this, where its slope grows without bound. */
const leastBase = 1e-6;

/** Below this the mean deviation counts as zero. */
const leastDeviation = 1e-20;

/** A fourth root as a complex number; that of a negative v has the phase of pi / 4. */
function fourthRoot(v: Tensor): { real: Tensor; imaginary: Tensor } {
  const magnitude = sqrt(sqrt(maximum(abs(v), leastBase)));
  const isNegative = sub(1, step(v, -leastBase));
  return {
    real: mul(magnitude, sub(1, mul(isNegative, 1 - Math.SQRT1_2))),
    imaginary: mul(magnitude, mul(isNegative, Math.SQRT1_2)),
  };
}

/** Likeness of gradients and colours at every place. */
const similarity = oncePerPair((x: Tensor, y: Tensor): Tensor => {
  requireSize('mdsi', x, mdsi.convention.minimumSize);
  const channels = (v: Tensor) => conv(usualMeans(mul(asChannels(v, 3), 255)), constant(lhm, [3, 3, 1, 1], v.dtype));
  const [a, b] = [channels(x), channels(y)];
  const [la, lb] = [a, b].map((v) => slice(v, { axes: [1], starts: [0], ends: [1] })) as [Tensor, Tensor];
  const [ca, cb] = [a, b].map((v) => slice(v, { axes: [1], starts: [1], ends: [3] })) as [Tensor, Tensor];
  const [ga, gb, gm] = [la, lb, mul(add(la, lb), 0.5)].map(prewittMagnitude) as [Tensor, Tensor, Tensor];
  const gradients = add(sub(likeness(ga, gb, c1), 1), sub(likeness(ga, gm, c2), likeness(gb, gm, c2)));
  const axis = { axes: [1], keepDims: true };
  const colours = sub(
    1,
    mul(
      reduceSum(square(sub(ca, cb)), axis),
      // (2 h h' + 2 m m' + c) / (h² + h'² + m² + m'² + c) = 1 - squared difference over the sum
      reciprocalSum(ca, cb),
    ),
  );
  return add(1, add(mul(gradients, alpha), mul(sub(colours, 1), 1 - alpha)));
});

function reciprocalSum(a: Tensor, b: Tensor): Tensor {
  const sum = reduceSum(add(square(a), square(b)), { axes: [1], keepDims: true });
  return reciprocal(add(sum, c3));
}

/** The fourth root of the mean deviation of fourth roots. */
function deviation(x: Tensor, y: Tensor): Tensor {
  const { real, imaginary } = fourthRoot(similarity(x, y));
  const centred = (v: Tensor, about: number) => {
    const moved = sub(v, about);
    return sub(moved, reduceMean(moved, { axes: [1, 2, 3], keepDims: true }));
  };
  const length = sqrt(maximum(add(square(centred(real, 1)), square(centred(imaginary, 0))), leastDeviation));
  const mean = maximum(sub(reduceMean(length, { axes: [1, 2, 3] }), Math.sqrt(leastDeviation)), leastDeviation);
  return sub(sqrt(sqrt(mean)), leastDeviation ** 0.25);
}

/** Deviation of the likeness of gradients and colours: 0 for equal pictures, about 0.5 for unlike ones. */
export const mdsi: Distance = {
  name: 'mdsi',
  brief: 'mean deviation of similarity',
  source: 'Nafchi, Shahkolaei, Hedjam and Cheriet 2016: gradients and colours added, C1 140, C2 55, C3 550, alpha 0.6',
  convention: {
    colour: "luma and two axes of the authors' Gaussian colour model",
    sampling: 'means by the shorter side over 256, rounded; zeros around the picture',
    better: 'lower',
    identity: 0,
    // Gradients of each picture are compared with those of the mean, with opposite signs.
    symmetric: false,
    minimumSize: 3,
  },
  value: deviation,
  distance: deviation,
  map: (x, y) => dissimilarity(similarity(x, y)),
};
