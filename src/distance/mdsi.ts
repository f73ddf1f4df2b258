/** @file Mean deviation similarity index (Nafchi, Shahkolaei, Hedjam and Cheriet 2016), with both ways to combine gradients and colours. */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { less, where } from '../tensor/ops/compare.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum, pow } from '../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { slice } from '../tensor/ops/slice.ts';
import { abs, cos, sin, square } from '../tensor/ops/unary.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { prewittMagnitude } from './gmsd.ts';
import { oncePerPair } from './once.ts';
import { asChannels, dissimilarity, requireSize, rootFromZero } from './picture.ts';
import { likeness, usualMeans } from './similarity.ts';

/** Stability of the gradients of both, of one with the pictures' mean, and of colours; for values up to 255. */
const [c1, c2, c3] = [140, 55, 550];

/** Luma and two colour axes of a Gaussian colour model, as the authors have them. */
const lhm = [0.2989, 0.587, 0.114, 0.3, 0.04, -0.35, 0.34, -0.6, 0.17];

/** Below this the base of a power counts as this, where its slope grows without bound. */
const leastBase = 1e-6;

/** Likeness at every place, at most 1, and negative where pictures contradict each other; both [N, 1, H', W']. */
interface Likenesses {
  readonly gradients: Tensor;
  readonly colours: Tensor;
}

const likenesses = oncePerPair((x: Tensor, y: Tensor): Likenesses => {
  const channels = (v: Tensor) => conv(usualMeans(mul(asChannels(v, 3), 255)), constant(lhm, [3, 3, 1, 1], v.dtype));
  const [a, b] = [channels(x), channels(y)];
  const [la, lb] = [a, b].map((v) => slice(v, { axes: [1], starts: [0], ends: [1] })) as [Tensor, Tensor];
  const [ca, cb] = [a, b].map((v) => slice(v, { axes: [1], starts: [1], ends: [3] })) as [Tensor, Tensor];
  const [ga, gb, gm] = [la, lb, mul(add(la, lb), 0.5)].map(prewittMagnitude) as [Tensor, Tensor, Tensor];
  const axis = { axes: [1], keepDims: true };
  // (2 h h' + 2 m m' + c) / (h² + h'² + m² + m'² + c) = 1 - squared difference over the sum: exactly 1 for equal colours.
  const apart = reduceSum(square(sub(ca, cb)), axis);
  const sum = reduceSum(add(square(ca), square(cb)), axis);
  return {
    gradients: add(likeness(ga, gb, c1), sub(likeness(ga, gm, c2), likeness(gb, gm, c2))),
    colours: sub(1, div(apart, add(sum, c3))),
  };
});

/** |v| to a power, as a complex number's length. */
const magnitude = (v: Tensor, exponent: number) => pow(maximum(abs(v), leastBase), exponent);

/** The phase of v to a power, in half turns: 0, or the exponent where v is negative. */
const phase = (v: Tensor, exponent: number) =>
  where(less(v, 0), constant(exponent, [], v.dtype), constant(0, [], v.dtype));

/** Fourth root of the likeness of gradients and colours, a complex number: its length, and its phase in half turns. */
interface Combined {
  readonly length: Tensor;
  readonly phase: Tensor;
}

/** 0.6 of gradients and 0.4 of colours. */
function added(likeness: Likenesses): Combined {
  const sum = likenessSum(likeness);
  return { length: magnitude(sum, 1 / 4), phase: phase(sum, 1 / 4) };
}

const likenessSum = ({ gradients, colours }: Likenesses) =>
  sub(1, add(mul(sub(1, gradients), 0.6), mul(sub(1, colours), 0.4)));

/** Gradients to the power of 0.2 times colours to that of 0.1. */
function multiplied({ gradients, colours }: Likenesses): Combined {
  return {
    length: mul(magnitude(gradients, 0.2 / 4), magnitude(colours, 0.1 / 4)),
    phase: add(phase(gradients, 0.2 / 4), phase(colours, 0.1 / 4)),
  };
}

/** The fourth root of the mean deviation from the mean. */
function deviation({ length, phase }: Combined): Tensor {
  // About 1, which all places have for equal pictures: their deviation is exactly zero then.
  const real = sub(mul(length, cos(mul(phase, Math.PI))), 1);
  const imaginary = mul(length, sin(mul(phase, Math.PI)));
  const centred = (v: Tensor) => sub(v, reduceMean(v, { axes: [1, 2, 3], keepDims: true }));
  const distances = rootFromZero(add(square(centred(real)), square(centred(imaginary))));
  return rootFromZero(rootFromZero(reduceMean(distances, { axes: [1, 2, 3] })));
}

function mdsiOf(
  name: string,
  combination: string,
  combine: (likeness: Likenesses) => Combined,
  similarity: (likeness: Likenesses) => Tensor,
): Distance {
  const value = (x: Tensor, y: Tensor) => {
    requireSize(name, x, 3);
    return deviation(combine(likenesses(x, y)));
  };
  return {
    name,
    brief: `mean deviation of similarity, ${combination}`,
    source: `Nafchi, Shahkolaei, Hedjam and Cheriet 2016: gradients and colours ${combination}, C1 140, C2 55, C3 550; the second picture is the reference`,
    convention: {
      colour: "luma and two axes of the authors' Gaussian colour model",
      sampling: 'means by the shorter side over 256, rounded; zeros around the picture',
      better: 'lower',
      identity: 0,
      // Gradients of each picture are compared with those of the mean, with opposite signs.
      symmetric: false,
      minimumSize: 3,
    },
    value,
    distance: value,
    map: (x, y) => dissimilarity(similarity(likenesses(x, y))),
  };
}

/** Deviation of the likeness of gradients and colours, added: 0 for equal pictures, about 0.5 for unlike ones. */
export const mdsi: Distance = mdsiOf('mdsi', 'added', added, likenessSum);

/** The same with gradients and colours multiplied, as the authors' code has it on request. */
export const mdsiMult: Distance = mdsiOf('mdsi:mult', 'multiplied', multiplied, (likeness) => {
  const { length, phase } = multiplied(likeness);
  return mul(pow(length, 4), cos(mul(phase, 4 * Math.PI)));
});
