/** @file Visual saliency-induced index (Zhang, Shen and Li 2014): saliency, gradients and colours compared where it is salient. */
import { mul } from '../tensor/ops/arithmetic.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maximum, pow } from '../tensor/ops/extrema.ts';
import { slice } from '../tensor/ops/slice.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { asChannels } from './picture.ts';
import { saliency } from './saliency.ts';
import {
  type Comparison,
  likeness,
  ofBoth,
  realPower,
  scharrMagnitude,
  usualMeans,
  weightedIndex,
} from './similarity.ts';

/** What keeps the quotients of saliency, gradients and colours defined; for colours up to 255. */
const [c1, c2, c3] = [1.27, 386, 130];

/** How much gradients and colours count. */
const [alpha, beta] = [0.4, 0.02];

/** The opponent axes L, M and N of RGB (Geusebroek et al. 2001). */
const opponent = [0.06, 0.63, 0.27, 0.3, 0.04, -0.35, 0.34, -0.6, 0.17];

function compare(x: Tensor, y: Tensor): Comparison {
  const [x3, y3] = [asChannels(x, 3), asChannels(y, 3)];
  const [sx, sy] = ofBoth(x3, y3, (v) => usualMeans(saliency(v)));
  const [ox, oy] = ofBoth(x3, y3, (v) => usualMeans(conv(mul(v, 255), constant(opponent, [3, 3, 1, 1], v.dtype))));
  const axis = (v: Tensor, i: number) => slice(v, { axes: [1], starts: [i], ends: [i + 1] });
  const [gx, gy] = ofBoth(axis(ox, 0), axis(oy, 0), scharrMagnitude);
  const [m, n] = [1, 2].map((i) => likeness(axis(ox, i), axis(oy, i), c3)) as [Tensor, Tensor];
  const shapes = mul(likeness(sx, sy, c1), pow(likeness(gx, gy, c2), alpha));
  return { similarity: mul(shapes, realPower(mul(m, n), beta)), weight: maximum(sx, sy) };
}

/** Similarity of saliency, gradients and colours, weighted by saliency. */
export const vsi = weightedIndex(
  {
    name: 'vsi',
    brief: 'visual saliency-induced index',
    source:
      "Zhang, Shen and Li 2014, with the authors' SDSP saliency; pictures are resized as Octave's imresize does, to aligned corners without smoothing",
    convention: {
      colour: 'LMN, and Lab of D50 for saliency; grey is taken as RGB',
      sampling:
        'saliency on 256 x 256; then means by the shorter side over 256, rounded, with MATLAB\'s "same" borders',
      better: 'higher',
      identity: 1,
      symmetric: true,
      // The window of the gradient.
      minimumSize: 3,
    },
  },
  compare,
);
