/**
 * @file Deep image structure and texture similarity (Ding, Ma, Wang and Simoncelli 2020): means and covariances of the features of a
 * VGG network whose max pools are replaced by pooling of lengths. Departure: pictures are not shrunk to a shorter side of 256 first,
 * as the authors' code does with files.
 */
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { conv } from '../tensor/ops/conv.ts';
import { maxPoolOp, type PoolAttrs } from '../tensor/ops/max-pool.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { sqrt, square } from '../tensor/ops/unary.ts';
import type { Replacement } from '../tensor/rewrite.ts';
import { constant, type Tensor } from '../tensor/tensor.ts';
import { type Distance, DistanceError } from './distance.ts';
import { asChannels, requireSize } from './picture.ts';
import type { Trunk } from './trunk.ts';

/** Hann's window of five places without its ends, [.5, 1, .5], in two directions, summing to 1. */
const hann = [1, 2, 1, 2, 4, 2, 1, 2, 1].map((v) => v / 16);

/** Keeps roots of zero away. */
const tiny = 1e-12;

/** Channels of the first level, the picture itself. */
export const pictureChannels = 3;

/** c1 and c2 of the paper. */
const stability = 1e-6;

/** Root of the weighted mean square of each 3 x 3 window, zeros around the picture: [N, C, ceil(H / stride), ceil(W / stride)]. */
export function l2Pool(x: Tensor, stride = 2): Tensor {
  const channels = x.shape[1]!;
  const kernel = constant(Array.from({ length: channels }, () => hann).flat(), [channels, 1, 3, 3]);
  const means = conv(square(x), kernel, undefined, { strides: stride, pads: 1, group: channels });
  return sqrt(add(means, tiny));
}

/** Puts `l2Pool` in the place of max pools. @throws DistanceError at one that does not halve both sides */
export const l2InsteadOfMax: Replacement = ({ op, attrs }, [x]) => {
  if (op.name !== maxPoolOp.name) return undefined;
  const { strides } = attrs as PoolAttrs;
  if (strides.every((stride) => stride === 2)) return [l2Pool(x!)];
  throw new DistanceError(
    `DISTS replaces max pools that halve a picture; the trunk has one of strides ${strides.join(', ')}.`,
  );
};

/** Weights of DISTS for each level: the picture itself, then the trunk's layers. */
export interface DistsWeights {
  /** Of texture, the similarity of means. */
  readonly alpha: readonly Float32Array[];
  /** Of structure, the similarity of covariances. */
  readonly beta: readonly Float32Array[];
}

/**
 * DISTS of a trunk that was opened with `l2InsteadOfMax`:
 *
 *     D(x, y) = 1 - sum_k  alpha_k (2 mx my + c) / (mx² + my² + c) + beta_k (2 sxy + c) / (sx² + sy² + c)
 *
 * over all channels k of all levels, with their means m and (co)variances s over places. Weights count by their share of their sum.
 */
export function distsOf(name: string, trunk: Trunk, { alpha, beta }: DistsWeights): Distance {
  const total = [...alpha, ...beta].reduce((sum, level) => sum + level.reduce((part, w) => part + w, 0), 0);
  const share = (level: Float32Array) =>
    constant(
      Float64Array.from(level, (w) => w / total),
      [1, level.length],
    );
  const value = (x: Tensor, y: Tensor) => {
    requireSize(name, x, trunk.minimumSize);
    const [fx, fy] = [levels(x, trunk), levels(y, trunk)];
    const similarity = fx
      .map((f, k) => {
        const { texture, structure } = similarities(f, fy[k]!);
        const weighted = add(mul(texture, share(alpha[k]!)), mul(structure, share(beta[k]!)));
        return reduceSum(weighted, { axes: [1] });
      })
      .reduce((sum, one) => add(sum, one));
    return sub(1, similarity);
  };
  return {
    name,
    brief: `DISTS: structure and texture of ${trunk.name}'s features`,
    source: `Ding, Ma, Wang and Simoncelli 2020, max pools replaced by L2 pooling; layers ${trunk.taps.map((tap) => tap.value).join(', ')}`,
    convention: {
      colour: `rgb; the network sees ${trunk.preprocessing}`,
      sampling: 'none (the authors shrink files to a shorter side of 256 first); pixels from 0 to 1',
      better: 'lower',
      identity: 0,
      symmetric: true,
      minimumSize: trunk.minimumSize,
    },
    value,
    distance: value,
  };
}

function levels(x: Tensor, trunk: Trunk): Tensor[] {
  return [asChannels(x, pictureChannels), ...trunk.features(x)];
}

/** Similarity of means and of covariances of each channel, [N, C]. */
function similarities(x: Tensor, y: Tensor): { texture: Tensor; structure: Tensor } {
  const mean = (v: Tensor) => reduceMean(v, { axes: [2, 3], keepDims: true });
  const [mx, my] = [mean(x), mean(y)];
  const [dx, dy] = [sub(x, mx), sub(y, my)];
  const ratio = (product: Tensor, squares: Tensor) =>
    reduceMean(div(add(mul(product, 2), stability), add(squares, stability)), { axes: [2, 3] });
  return {
    texture: ratio(mul(mx, my), add(square(mx), square(my))),
    structure: ratio(mean(mul(dx, dy)), add(mean(square(dx)), mean(square(dy)))),
  };
}
