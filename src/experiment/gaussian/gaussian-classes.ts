/** @file The Gaussian model of two classes, from samples: mean and covariance within classes, seen from its eigenvectors. */
import type { Picture } from '../../image/image.ts';
import { symmetricEigen } from '../../tensor/symmetric-eigen.ts';
import { dot } from '../linear/minimum-norm.ts';
import { meanOfRows, secondMoments, type TwoClasses } from '../linear/two-classes.ts';

/** Two classes N(±mean, Sigma), in the coordinates of Sigma's eigenvectors. */
export interface GaussianClasses {
  /** Eigenvalues of Sigma, from the largest. */
  readonly variances: Float64Array;
  /** Half of the difference of both classes' means. */
  readonly mean: Float64Array;
  /** Half way between both classes' means, in the samples' own coordinates. */
  readonly middle: Float64Array;
  readonly channels: number;
  /** Samples, as they were given. */
  readonly samples: TwoClasses;
  /** A vector of these coordinates in the samples' own. */
  inPixels(v: ArrayLike<number>): Float64Array;
  /** The mean of class 1 or -1 as a picture. */
  picture(y: 1 | -1): Picture;
}

/** Variance that rounding to 8 bits gives a pixel. */
const roundingVariance = 1 / (12 * 255 ** 2);

/** What is known besides the samples where they are pictures. */
export interface PictureKnowledge {
  /** Pixels a side in each mean, whose rounding bounds variances from below. */
  readonly perSide: number;
  /** Pictures of further classes, each less its class's mean: they have the same covariance in this model. */
  readonly further: readonly Float64Array[];
}

/** Maximum likelihood for two classes of one covariance. */
export function gaussianClasses(samples: TwoClasses, pictures?: PictureKnowledge): GaussianClasses {
  const { rows, y, shape } = samples;
  const means = [1, -1].map((own) => meanOfRows(rows.filter((_, i) => y[i] === own)));
  const half = means[0]!.map((m, j) => (m - means[1]![j]!) / 2);
  const within = rows.map((row, i) => {
    const own = means[y[i] === 1 ? 0 : 1]!;
    return row.map((x, j) => x - own[j]!);
  });
  const { values, vectors } = symmetricEigen(secondMoments([...within, ...(pictures?.further ?? [])]));
  const floor = pictures === undefined ? 0 : roundingVariance / pictures.perSide ** 2;
  return {
    variances: values.map((s) => Math.max(0, s) + floor),
    mean: Float64Array.from(vectors, (v) => dot(v, half)),
    middle: means[0]!.map((m, j) => (m + means[1]![j]!) / 2),
    channels: shape[0],
    samples,
    inPixels: (v) => {
      const sum = new Float64Array(half.length);
      vectors.forEach((vector, i) => {
        for (let j = 0; j < sum.length; j++) sum[j]! += v[i]! * vector[j]!;
      });
      return sum;
    },
    picture: (own) => {
      const data = Float32Array.from(means[own === 1 ? 0 : 1]!, (m, j) =>
        Math.min(1, Math.max(0, m + samples.mean[j]!)),
      );
      return { data, channels: shape[0], height: shape[1], width: shape[2] };
    },
  };
}
