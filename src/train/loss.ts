/** @file What training lowers: losses as scalars, means over the batch. */
import { softplus } from '../tensor/ops/activation.ts';
import { add, div, mul, neg, sub } from '../tensor/ops/arithmetic.ts';
import { maximum } from '../tensor/ops/extrema.ts';
import { reduceMean, reduceSum } from '../tensor/ops/reduce.ts';
import { logSoftmax } from '../tensor/ops/softmax.ts';
import { exp, square } from '../tensor/ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Cross-entropy of class scores with one-hot labels, [N, K] both; smoothing moves that share of the label's weight to all classes
 * alike (Szegedy et al. 2016).
 */
export function crossEntropy(logits: Tensor, oneHot: Tensor, smoothing = 0): Tensor {
  const classes = logits.shape[1]!;
  const wanted = smoothing === 0 ? oneHot : add(mul(oneHot, 1 - smoothing), smoothing / classes);
  return neg(reduceMean(reduceSum(mul(logSoftmax(logits, 1), wanted), { axes: [1] })));
}

/** KL(p || q) of two sets of class scores, [N, K] each. */
export function klDivergence(p: Tensor, q: Tensor): Tensor {
  const logP = logSoftmax(p, 1);
  return reduceMean(reduceSum(mul(exp(logP), sub(logP, logSoftmax(q, 1))), { axes: [1] }));
}

/** Mean squared difference over all values. */
export function meanSquaredError(a: Tensor, b: Tensor): Tensor {
  return reduceMean(square(sub(a, b)));
}

/** Cross-entropy on clean pictures plus beta times the divergence of clean from adversarial answers (TRADES, Zhang et al. 2019, eq. 5). */
export function trades(clean: Tensor, adversarial: Tensor, oneHot: Tensor, beta: number, smoothing = 0): Tensor {
  return add(crossEntropy(clean, oneHot, smoothing), mul(klDivergence(clean, adversarial), beta));
}

/**
 * Negative evidence lower bound per picture (Kingma and Welling 2014): Gaussian reconstruction error with deviation sigma, without its
 * constant, plus beta times the divergence of the code from the standard normal.
 */
export function variationalLoss(
  x: Tensor,
  reconstruction: Tensor,
  mean: Tensor,
  logVariance: Tensor,
  { sigma, beta = 1 }: { readonly sigma: number; readonly beta?: number },
): { readonly loss: Tensor; readonly reconstructionError: Tensor; readonly divergence: Tensor } {
  const n = x.shape[0]!;
  const reconstructionError = div(reduceSum(square(sub(x, reconstruction))), 2 * sigma * sigma * n);
  const divergence = div(reduceSum(sub(add(square(mean), exp(logVariance)), add(logVariance, 1))), 2 * n);
  return { loss: add(reconstructionError, mul(divergence, beta)), reconstructionError, divergence };
}

/** Losses of a generative adversarial game by name: hinge (Lim and Ye 2017) or the non-saturating form of Goodfellow et al. 2014. */
export type AdversarialLoss = 'hinge' | 'non-saturating';

/** What the discriminator lowers, of its scores for real and generated pictures. */
export function discriminatorLoss(kind: AdversarialLoss, real: Tensor, fake: Tensor): Tensor {
  return kind === 'hinge'
    ? add(reduceMean(maximum(sub(1, real), 0)), reduceMean(maximum(add(fake, 1), 0)))
    : add(reduceMean(softplus(neg(real))), reduceMean(softplus(fake)));
}

/** What the generator lowers, of the discriminator's scores for its pictures. */
export function generatorLoss(kind: AdversarialLoss, fake: Tensor): Tensor {
  return kind === 'hinge' ? neg(reduceMean(fake)) : reduceMean(softplus(neg(fake)));
}
