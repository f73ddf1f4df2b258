/**
 * @file Feature similarity (Zhang, Zhang, Mou and Zhang 2011): phase congruency and gradients compared where the features are, and the
 * form that looks at colour too.
 */
import { mul } from '../tensor/ops/arithmetic.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { slice } from '../tensor/ops/slice.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { oncePerPair } from './once.ts';
import { phaseCongruency } from './phase-congruency.ts';
import { luma, yiq } from './picture.ts';
import {
  type Comparison,
  likeness,
  ofBoth,
  realPower,
  scharrMagnitude,
  usualMeans,
  weightedIndex,
} from './similarity.ts';

/** What keeps the quotients of phase congruency, gradients and colours defined; for values up to 255. */
const [t1, t2, t3] = [0.85, 160, 200];

/** How much colour counts. */
const lambda = 0.03;

const features = oncePerPair((x: Tensor, y: Tensor): Comparison => {
  const grey = (v: Tensor) => usualMeans(mul(luma(v), 255));
  const [x1, y1] = [grey(x), grey(y)];
  const [px, py] = ofBoth(x1, y1, phaseCongruency);
  const [gx, gy] = ofBoth(x1, y1, scharrMagnitude);
  return { similarity: mul(likeness(px, py, t1), likeness(gx, gy, t2)), weight: maximum(px, py) };
});

/** Likeness of colours, to the power of how much they count. */
function colours(x: Tensor, y: Tensor): Tensor {
  const axesOf = (v: Tensor) => usualMeans(conv(mul(v, 255), constant(yiq.slice(3), [2, 3, 1, 1], v.dtype)));
  const alike = likeness(axesOf(x), axesOf(y), t3);
  const axis = (i: number) => slice(alike, { axes: [1], starts: [i], ends: [i + 1] });
  return realPower(mul(axis(0), axis(1)), lambda);
}

const convention = {
  sampling:
    'means by the shorter side over 256, rounded, then MATLAB\'s "same" borders; spectra of the picture as it repeats',
  better: 'higher',
  identity: 1,
  symmetric: true,
  // One period of the finest waves.
  minimumSize: 6,
} as const;

const source =
  'Zhang, Zhang, Mou and Zhang 2011, as their MATLAB code has it; noise thresholds are at least 0.001 grey levels, so that flat pictures have a value';

/** Similarity of luma's features: phase congruency and gradient, weighted by phase congruency. */
export const fsim = weightedIndex(
  { name: 'fsim', brief: 'feature similarity', source, convention: { colour: 'luma, BT.601', ...convention } },
  features,
);

/** The same with the likeness of colours; that of grey pictures is FSIM. */
export const fsimc = weightedIndex(
  {
    name: 'fsimc',
    brief: 'feature similarity with colour',
    source,
    convention: { colour: 'YIQ; grey pictures have no colour to compare', ...convention },
  },
  (x, y) => {
    const { similarity, weight } = features(x, y);
    return { similarity: x.shape[1] === 1 ? similarity : mul(similarity, colours(x, y)), weight };
  },
);
