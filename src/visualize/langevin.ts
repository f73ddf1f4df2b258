/**
 * @file The step of plug-and-play generative networks (Nguyen et al. 2017, eq. 5 to 11): towards likelier pictures by a denoiser, towards the
 * unit by its gradient, and noise. The gradient is over its own mean size, so that one weight suits all units; the authors' code divides
 * the sum of both by its mean size instead. With noise that falls it is annealed Langevin sampling.
 */
import type { Parameterisation } from '../prior/parameterisation.ts';
import { stepSizeName } from '../search/ascent.ts';
import type { StepRule } from '../search/problem.ts';
import { add, div, mul, sub } from '../tensor/ops/arithmetic.ts';
import { isNan, where } from '../tensor/ops/compare.ts';
import { clip, maximum } from '../tensor/ops/extrema.ts';
import { reduceMean } from '../tensor/ops/reduce.ts';
import { reshape } from '../tensor/ops/reshape.ts';
import { abs } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { DenoiserPrior } from './denoiser-prior.ts';

/** z + alpha (weight (R(z) - z) + gradientWeight gradient / mean |gradient|) + noise, over pixels themselves. */
export function langevin(
  { denoiser, weight, gradientWeight }: DenoiserPrior,
  noiseName: string,
  { shape }: Parameterisation,
): StepRule {
  return {
    next: ({ z, gradient, data }) => {
      const g = where(isNan(gradient), 0, gradient);
      const flat = reshape(z, [z.shape[0]! * z.shape[1]!, ...shape]);
      const likelier = reshape(sub(denoiser.denoise(flat), flat), z.shape);
      const towards = add(mul(likelier, weight), mul(unit(g), gradientWeight));
      const alpha = reshape(data[stepSizeName]!, [z.shape[0]!, ...z.shape.slice(1).map(() => 1)]);
      return { z: clip(add(add(z, mul(alpha, towards)), data[noiseName]!), 0, 1) };
    },
  };
}

/** A gradient over its mean size. */
function unit(g: Tensor): Tensor {
  const axes = g.shape.map((_, axis) => axis).slice(1);
  return div(g, maximum(reduceMean(abs(g), { axes, keepDims: true }), 1e-30));
}
