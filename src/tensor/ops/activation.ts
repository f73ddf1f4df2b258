/** @file Activation functions. Gradients are written from the output where it says enough: the input then needs no copy. */
import type { Attrs, Op, Sample } from '../op.ts';
import { apply, type Tensor } from '../tensor.ts';
import { add, div, mul, neg, sub } from './arithmetic.ts';
import { defineElementwise } from './elementwise.ts';
import { maximum, minimum } from './extrema.ts';
import { step, stepBelow } from './step.ts';
import { abs, erf, erfOf, exp, log } from './unary.ts';

const aroundZero: readonly [Sample, ...Sample[]] = [
  { inputs: [{ shape: [6], values: [-3, -1.2, -0.3, 0.4, 1.1, 3.5] }] },
];
const of = (op: Op) => (x: Tensor) => apply(op, [x], {});

export const reluOp = defineElementwise('relu', {
  onnx: 'Relu',
  f: () => (x) => Math.max(x!, 0),
  gradient: [({ dy, y }) => mul(dy, step(y))],
  samples: aroundZero,
});
/** max(x, 0); the gradient at 0 is 0. */
export const relu = of(reluOp);

const logistic = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

export const sigmoidOp = defineElementwise('sigmoid', {
  onnx: 'Sigmoid',
  f: () => (x) => logistic(x!),
  gradient: [({ dy, y }) => mul(dy, mul(y, sub(1, y)))],
  samples: aroundZero,
});
/** 1 / (1 + e^-x). */
export const sigmoid = of(sigmoidOp);

export const tanhOp = defineElementwise('tanh', {
  onnx: 'Tanh',
  f: () => (x) => Math.tanh(x!),
  gradient: [({ dy, y }) => mul(dy, sub(1, mul(y, y)))],
  samples: aroundZero,
});
/** Hyperbolic tangent. */
export const tanh = of(tanhOp);

const softplusOf = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const softplusOp = defineElementwise('softplus', {
  onnx: 'Softplus',
  f: () => (x) => softplusOf(x!),
  gradient: [({ dy, x: [x] }) => mul(dy, sigmoid(x!))],
  samples: [...aroundZero, { name: 'far out', inputs: [{ shape: [2], values: [-80, 90] }] }],
});
/** log(1 + e^x). */
export const softplus = of(softplusOp);

export const softsignOp = defineElementwise('softsign', {
  onnx: 'Softsign',
  f: () => (x) => x! / (1 + Math.abs(x!)),
  gradient: 'decomposed',
  decompose: ([x]) => div(x!, add(1, abs(x!))),
  decomposeOn: (device) => device === 'webgpu',
  samples: aroundZero,
});
/** x / (1 + |x|). */
export const softsign = of(softsignOp);

/** x sigmoid(x), also called swish. */
export function silu(x: Tensor): Tensor {
  return mul(x, sigmoid(x));
}

export const mishOp = defineElementwise('mish', {
  onnx: 'Mish',
  f: () => (x) => x! * Math.tanh(softplusOf(x!)),
  gradient: 'decomposed',
  decompose: ([x]) => mul(x!, tanh(softplus(x!))),
  samples: [...aroundZero, { name: 'far out', inputs: [{ shape: [2], values: [-80, 90] }] }],
});
/** x tanh(softplus(x)). */
export const mish = of(mishOp);

interface SlopeAttrs extends Attrs {
  readonly alpha: number;
}

const alphaOnly =
  (onnx: string) => (args: Parameters<Extract<NonNullable<Op<SlopeAttrs>['lower']>, (...a: never) => unknown>>[0]) =>
    args.e.node(onnx, args.inputs, { alpha: { float: args.attrs.alpha } });
const samplesWith = (attrs: Attrs): readonly [Sample, ...Sample[]] => [{ ...aroundZero[0], attrs }];

export const leakyReluOp: Op<SlopeAttrs> = defineElementwise<SlopeAttrs>('leakyRelu', {
  lower: alphaOnly('LeakyRelu'),
  f:
    ({ alpha }) =>
    (x) =>
      x! >= 0 ? x! : alpha * x!,
  // slope alpha + (1 - alpha) [x > 0]
  gradient: [({ dy, x: [x], attrs: { alpha } }) => mul(dy, add(mul(step(x!), 1 - alpha), alpha))],
  samples: samplesWith({ alpha: 0.1 }),
});
/** x where positive, alpha x elsewhere. */
export function leakyRelu(x: Tensor, alpha = 0.01): Tensor {
  return apply(leakyReluOp, [x], { alpha });
}

/** x where positive, slope x elsewhere; the slope is a tensor that broadcasts to x. */
export function prelu(x: Tensor, slope: Tensor): Tensor {
  return add(relu(x), mul(slope, neg(relu(neg(x)))));
}

export const eluOp: Op<SlopeAttrs> = defineElementwise<SlopeAttrs>('elu', {
  lower: alphaOnly('Elu'),
  f:
    ({ alpha }) =>
    (x) =>
      x! > 0 ? x! : alpha * Math.expm1(x!),
  gradient: 'decomposed',
  decompose: ([x], { alpha }) => add(maximum(x!, 0), mul(sub(exp(minimum(x!, 0)), 1), alpha)),
  decomposeOn: (_device, [x]) => x!.dtype !== 'float32', // the only type with a kernel
  samples: samplesWith({ alpha: 0.7 }),
});
/** x where positive, alpha (e^x - 1) elsewhere. */
export function elu(x: Tensor, alpha = 1): Tensor {
  return apply(eluOp, [x], { alpha });
}

interface SeluAttrs extends Attrs {
  readonly alpha: number;
  readonly gamma: number;
}

export const seluOp: Op<SeluAttrs> = defineElementwise<SeluAttrs>('selu', {
  lower: ({ e, inputs, attrs: { alpha, gamma } }) =>
    e.node('Selu', inputs, { alpha: { float: alpha }, gamma: { float: gamma } }),
  f:
    ({ alpha, gamma }) =>
    (x) =>
      gamma * (x! > 0 ? x! : alpha * Math.expm1(x!)),
  gradient: 'decomposed',
  decompose: ([x], { alpha, gamma }) => mul(elu(x!, alpha), gamma),
  decomposeOn: (device) => device === 'webgpu',
  samples: samplesWith({ alpha: 1.67326319, gamma: 1.05070102 }),
});
/** gamma times elu, with the self-normalising constants (Klambauer et al. 2017). */
export function selu(x: Tensor, alpha = 1.6732632423543772, gamma = 1.0507009873554805): Tensor {
  return apply(seluOp, [x], { alpha, gamma });
}

export const celuOp: Op<SlopeAttrs> = defineElementwise<SlopeAttrs>('celu', {
  lower: alphaOnly('Celu'),
  f:
    ({ alpha }) =>
    (x) =>
      Math.max(x!, 0) + Math.min(0, alpha * Math.expm1(x! / alpha)),
  gradient: 'decomposed',
  decompose: ([x], { alpha }) => add(maximum(x!, 0), mul(sub(exp(div(minimum(x!, 0), alpha)), 1), alpha)),
  decomposeOn: (device, [x]) => device === 'webgpu' || x!.dtype !== 'float32',
  samples: samplesWith({ alpha: 0.7 }),
});
/** max(x, 0) + min(0, alpha (e^(x / alpha) - 1)). */
export function celu(x: Tensor, alpha = 1): Tensor {
  return apply(celuOp, [x], { alpha });
}

interface GeluAttrs extends Attrs {
  readonly approximate: 'none' | 'tanh';
}
const tanhScale = Math.sqrt(2 / Math.PI);

export const geluOp: Op<GeluAttrs> = defineElementwise<GeluAttrs>('gelu', {
  lower: ({ e, inputs, attrs: { approximate } }) => e.node('Gelu', inputs, { approximate }),
  f:
    ({ approximate }) =>
    (x) =>
      approximate === 'none'
        ? 0.5 * x! * (1 + erfOf(x! / Math.SQRT2))
        : 0.5 * x! * (1 + Math.tanh(tanhScale * (x! + 0.044715 * x! ** 3))),
  gradient: 'decomposed',
  decompose: ([x], { approximate }) => {
    const inner =
      approximate === 'none'
        ? erf(mul(x!, Math.SQRT1_2))
        : tanh(mul(add(x!, mul(mul(x!, mul(x!, x!)), 0.044715)), tanhScale));
    return mul(mul(x!, 0.5), add(inner, 1));
  },
  samples: [
    { ...aroundZero[0], attrs: { approximate: 'none' } },
    { ...aroundZero[0], name: 'tanh', attrs: { approximate: 'tanh' } },
  ],
});
/** x Phi(x), exactly or by the tanh approximation (Hendrycks and Gimpel 2016). */
export function gelu(x: Tensor, { approximate = 'none' }: { readonly approximate?: 'none' | 'tanh' } = {}): Tensor {
  return apply(geluOp, [x], { approximate });
}

interface HardSigmoidAttrs extends Attrs {
  readonly alpha: number;
  readonly beta: number;
}

export const hardSigmoidOp: Op<HardSigmoidAttrs> = defineElementwise<HardSigmoidAttrs>('hardSigmoid', {
  lower: ({ e, inputs, attrs: { alpha, beta } }) =>
    e.node('HardSigmoid', inputs, { alpha: { float: alpha }, beta: { float: beta } }),
  f:
    ({ alpha, beta }) =>
    (x) =>
      Math.min(1, Math.max(0, alpha * x! + beta)),
  gradient: [({ dy, y, attrs: { alpha } }) => mul(mul(dy, mul(step(y), stepBelow(y, 1))), alpha)],
  samples: samplesWith({ alpha: 0.2, beta: 0.5 }),
});
/** alpha x + beta within [0, 1]. */
export function hardSigmoid(x: Tensor, alpha = 0.2, beta = 0.5): Tensor {
  return apply(hardSigmoidOp, [x], { alpha, beta });
}

/** x hardSigmoid(x) with slope 1/6 (Howard et al. 2019). */
export function hardSwish(x: Tensor): Tensor {
  return mul(x, hardSigmoid(x, 1 / 6, 0.5));
}

/** x where x > alpha, 0 elsewhere. */
export function thresholdedRelu(x: Tensor, alpha = 1): Tensor {
  return mul(x, step(x, alpha));
}

/** x moved towards 0 by `bias` where |x| > lambda, 0 elsewhere. */
export function shrink(x: Tensor, { bias = 0, lambda = 0.5 } = {}): Tensor {
  return add(mul(add(x, bias), stepBelow(x, -lambda)), mul(sub(x, bias), step(x, lambda)));
}

/** log sigmoid(x), without overflow. */
export function logSigmoid(x: Tensor): Tensor {
  return neg(softplus(neg(x)));
}

/** log(1 + x) for x > -1. */
export function log1p(x: Tensor): Tensor {
  return log(add(1, x));
}
