/**
 * @file Searches of the bridge, instances of the one problem: raise a unit's response from where a picture stands, anywhere in [0, 1] or in a
 * ball, or raise how far the response is from its linear prediction (local linearity, Qin et al. 2019, equation 5).
 */
import { type Norm, project } from '../distance/ball.ts';
import { steepestAscent, stepSizeName } from '../search/ascent.ts';
import type { Problem } from '../search/problem.ts';
import { type Sample, search } from '../search/search.ts';
import { add, mul, sub } from '../tensor/ops/arithmetic.ts';
import { clip } from '../tensor/ops/extrema.ts';
import { reduceSum } from '../tensor/ops/reduce.ts';
import { abs } from '../tensor/ops/unary.ts';
import type { Strength } from './pattern.ts';
import type { Responder, SlopedReaction } from './response.ts';

/** Options of `ascend`. */
export interface AscendOptions {
  readonly strength: Strength;
  readonly steps: number;
  /** Strength of the largest change from the start; anywhere in [0, 1] unless given. */
  readonly within?: number;
  /** Strength of the first step, falling in a straight line to nothing. */
  readonly stepSize: number;
}

/** Where a search was highest: the picture and the value there. */
export interface Peak {
  readonly picture: Float32Array;
  readonly value: number;
  /** Whether that is more than at the start. */
  readonly rose: boolean;
  /** Length of the gradient at the start. */
  readonly startSlope: number;
}

const [centre, radius, slope, known] = ['x0', 'epsilon', 'slope', 'known'];

/** Strengths as norms: the root mean square is a Euclidean length divided by the root of the number of values. */
function normOf(strength: Strength, size: number): { readonly norm: Norm; readonly scale: number } {
  return strength === 'rms' ? { norm: 'l2', scale: Math.sqrt(size) } : { norm: 'linf', scale: 1 };
}

/** Raises the unit's response from each start; the highest point of each path. */
export function ascend(responder: Responder, starts: readonly Float32Array[], options: AscendOptions): Promise<Peak[]> {
  return peaks(responder, { starts, centres: starts }, options, undefined);
}

/**
 * Raises |f(x + δ) - f(x) - <∇f(x), δ>| within a ball around each picture: its peak is the γ of local linearity.
 * @param starts where each search begins, inside the ball; not at the picture, where the deviation has no slope
 */
export function ascendDeviation(
  responder: Responder,
  pictures: readonly Float32Array[],
  reactions: readonly SlopedReaction[],
  options: AscendOptions & { readonly within: number },
  starts: readonly Float32Array[],
): Promise<Peak[]> {
  return peaks(responder, { starts, centres: pictures }, options, reactions);
}

async function peaks(
  { model, unit, expression, batch, signal }: Responder,
  { starts, centres }: { readonly starts: readonly Float32Array[]; readonly centres: readonly Float32Array[] },
  { strength, steps, within, stepSize }: AscendOptions,
  reactions: readonly SlopedReaction[] | undefined,
): Promise<Peak[]> {
  const shape = [model.channels, model.height, model.width];
  const size = starts[0]!.length;
  const { norm, scale } = normOf(strength, size);
  const number = { shape: [], dtype: 'float32' } as const;
  const picture = { shape, dtype: 'float32' } as const;
  const problem: Problem = {
    key: `bridge ascent ${model.key} ${unit.objective.key} ${norm} ${within === undefined} ${reactions === undefined}`,
    shape,
    data: {
      [stepSizeName]: number,
      ...(within === undefined ? {} : { [radius]: number }),
      ...(within === undefined && reactions === undefined ? {} : { [centre]: picture }),
      ...(reactions === undefined ? {} : { [slope]: picture, [known]: number }),
    },
    objective: (x, data) => {
      const response = expression(x);
      if (reactions === undefined) return { value: response };
      const linear = reduceSum(mul(data[slope]!, sub(x, data[centre]!)), { axes: [1, 2, 3] });
      return { value: abs(sub(response, add(data[known]!, linear))) };
    },
    rule: steepestAscent({ norm, momentum: 0, shape }),
    project: (z, data) => (within === undefined ? clip(z, 0, 1) : project(norm, z, data[centre]!, data[radius]!)),
  };
  const samples = starts.map((start, i): Sample => {
    const fixed = {
      ...(within === undefined ? {} : { [radius]: within * scale }),
      ...(within === undefined && reactions === undefined ? {} : { [centre]: centres[i]! }),
      ...(reactions === undefined ? {} : { [slope]: reactions[i]!.gradient, [known]: reactions[i]!.response }),
    };
    return { z: start, steps, data: (step) => ({ ...fixed, [stepSizeName]: stepSize * scale * (1 - step / steps) }) };
  });
  const best = starts.map(
    (start): Peak => ({ picture: start, value: Number.NEGATIVE_INFINITY, rose: false, startSlope: Number.NaN }),
  );
  await search(
    problem,
    samples,
    (observations) =>
      observations.map(({ sample, step, z, value, gradientNorm }) => {
        const { startSlope } = best[sample]!;
        if (step === 0) best[sample] = { picture: z, value, rose: false, startSlope: gradientNorm! };
        else if (value > best[sample]!.value) best[sample] = { picture: z, value, rose: true, startSlope };
        return false;
      }),
    { device: model.device, batch, ...(signal === undefined ? {} : { signal }) },
  );
  return best;
}
