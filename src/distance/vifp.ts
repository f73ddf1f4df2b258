/** @file Visual information fidelity in the pixel domain (Sheikh and Bovik 2006), over four scales. */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { slice } from '../tensor/ops/slice.ts';
import { step } from '../tensor/ops/step.ts';
import { abs, log, square } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Distance } from './distance.ts';
import { oncePerPair } from './once.ts';
import { dissimilarity, gaussian, luma, requireSize, separable } from './picture.ts';

/** Variance of the eye's noise, for values up to 255. */
const noise = 2;

/** Variances below this count as none. */
const least = 1e-10;

/** Keeps the quotient defined for a reference without any variance. */
const leastInformation = 1e-8;

/** The Gaussian of a scale from 1 to 4: 17, 9, 5 and 3 places, a deviation of a fifth of them. */
const windowOf = (scale: number) => gaussian(2 ** (5 - scale) + 1, (2 ** (5 - scale) + 1) / 5);

/** Information that the eye gets from x about the reference y, and from y itself; sums over a scale's places, in nats. */
function information(x: Tensor, y: Tensor, scale: number): { seen: Tensor; whole: Tensor } {
  const mean = (v: Tensor) => separable(v, windowOf(scale));
  const [mx, my] = [mean(x), mean(y)];
  const varianceOf = (v: Tensor, m: Tensor) => maximum(sub(mean(square(v)), square(m)), 0);
  const [vx, vy] = [varianceOf(x, mx), varianceOf(y, my)];
  const covariance = sub(mean(mul(x, y)), mul(mx, my));
  const both = mul(step(vx, least), step(vy, least));
  // Gain from the reference, where both vary and go the same way; what it leaves of x is noise.
  const positive = mul(both, step(covariance, 0));
  const gain = mul(positive, div(covariance, add(vy, least)));
  const rest = maximum(sub(vx, mul(gain, covariance)), least);
  const sum = (v: Tensor) => reduceSum(v, { axes: [1, 2, 3] });
  const reference = mul(vy, step(vy, least));
  return {
    seen: sum(log(add(1, div(mul(square(gain), reference), add(rest, noise))))),
    whole: sum(log(add(1, div(reference, noise)))),
  };
}

/** Every second place of the blurred picture. */
function coarser(x: Tensor, scale: number): Tensor {
  const blurred = separable(x, windowOf(scale));
  return slice(blurred, { axes: [2, 3], starts: [0, 0], ends: blurred.shape.slice(2), steps: [2, 2] });
}

const fidelity = oncePerPair((x: Tensor, y: Tensor): Tensor => {
  requireSize('vifp', x, vifp.convention.minimumSize);
  // Around zero, where float32 is finest; variances do not notice.
  const centred = (v: Tensor) => mul(sub(luma(v), 0.5), 255);
  let [a, b] = [centred(x), centred(y)];
  let parts = information(a, b, 1);
  for (let scale = 2; scale <= 4; scale++) {
    [a, b] = [coarser(a, scale), coarser(b, scale)];
    const { seen, whole } = information(a, b, scale);
    parts = { seen: add(parts.seen, seen), whole: add(parts.whole, whole) };
  }
  return div(add(parts.seen, leastInformation), add(parts.whole, leastInformation));
});

/** Share of the information in the second picture, the reference, that the first still holds: 1 for equal ones. */
export const vifp: Distance = {
  name: 'vifp',
  brief: 'visual information fidelity, of pixels',
  source:
    'Sheikh and Bovik 2006, the multi-scale pixel form; the second picture is the reference. More contrast than it has gives more than 1, and one of a single colour has nothing to lose; the distance is how far from 1',
  convention: {
    colour: 'luma, BT.601',
    sampling: 'Gaussians of 17, 9, 5 and 3 places, each scale half as large; only places where the window fits',
    better: 'higher',
    identity: 1,
    symmetric: false,
    minimumSize: 41,
  },
  value: fidelity,
  distance: (x, y) => abs(dissimilarity(fidelity(x, y))),
};
