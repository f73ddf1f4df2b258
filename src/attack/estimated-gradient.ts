/**
 * @file Gradients from scores alone: differences of a loss at pairs of points on either side, each along a random direction. With normal directions
 * this is NES (Wierstra et al. 2014; Ilyas et al. 2018, Algorithm 1), with signs SPSA (Spall 1992; Uesato et al. 2018, Algorithm 1). Each
 * picture's direction is weighted by that picture's own difference.
 */
import { type ScoreLoss, scoreLoss } from './log-odds.ts';
import { lookAll, type Procedure } from './procedure.ts';
import { allowed, type Trial } from './trial.ts';
import { addScaled } from './vector.ts';

/** How a gradient is estimated. */
export interface Estimation {
  /** Pairs of points; two queries each. */
  readonly pairs: number;
  /** How far the points lie from the picture, for each unit of a direction's values. */
  readonly radius: number;
  readonly directions: 'normal' | 'signs';
  readonly loss: ScoreLoss;
}

/**
 * An estimate of the loss's gradient at x: the mean of (L(x + r u) - L(x - r u)) / 2 r times u. Points are kept in [0, 1], and values
 * under the mask are not touched.
 * @param names decide the directions
 */
export function* estimatedGradient(
  x: Float32Array,
  trial: Trial,
  { pairs, radius, directions, loss }: Estimation,
  names: readonly number[],
): Procedure<Float32Array> {
  const random = trial.random(...names);
  const drawn = directions === 'normal' ? () => random.normal() : () => (random.uniform() < 0.5 ? -1 : 1);
  const along = Array.from({ length: pairs }, () => new Float32Array(x.length).map(drawn));
  const answers = yield* lookAll(
    along.flatMap((u) => [allowed(addScaled(x, radius, u), trial), allowed(addScaled(x, -radius, u), trial)]),
  );
  const gradient = new Float64Array(x.length);
  for (const [i, u] of along.entries()) {
    const rise = scoreLoss(loss, answers[2 * i]!, trial) - scoreLoss(loss, answers[2 * i + 1]!, trial);
    const weight = rise / (2 * radius * pairs);
    for (let at = 0; at < u.length; at++) gradient[at] = gradient[at]! + weight * u[at]!;
  }
  const { mask } = trial;
  return Float32Array.from(gradient, (value, at) => (mask?.[at] === 0 ? 0 : value));
}
