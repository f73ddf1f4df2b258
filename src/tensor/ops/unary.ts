/** @file Functions of one number: powers, exponentials, trigonometry and the error function. */
import type { Op, Sample } from '../op.ts';
import { apply, constant, type Tensor } from '../tensor.ts';
import { add, div, mul, neg, sub } from './arithmetic.ts';
import { defineElementwise } from './elementwise.ts';
import { step } from './step.ts';

/** One line of the table: ONNX's name, the function, dy times its derivative, and where to test it. */
interface Unary {
  readonly onnx: string;
  readonly f: (x: number) => number;
  /** dx from dy, the input x and the output y. */
  readonly dx: (dy: Tensor, x: Tensor, y: Tensor) => Tensor;
  readonly range?: readonly [number, number];
  readonly webgpu?: (x: Tensor) => Tensor;
  readonly tolerance?: number;
}

function defineUnary(name: string, { onnx, f, dx, range, webgpu, tolerance }: Unary): Op {
  const sample: Sample = {
    inputs: [{ shape: [2, 5], ...(range === undefined ? {} : { range }) }],
    ...(tolerance === undefined ? {} : { tolerance }),
  };
  return defineElementwise(name, {
    onnx,
    f: () => (x) => f(x!),
    gradient: [({ dy, y, x: [x] }) => dx(dy, x!, y)],
    samples: [sample],
    ...(webgpu === undefined ? {} : { decompose: ([x]) => webgpu(x!), decomposeOn: (device) => device === 'webgpu' }),
  });
}

const oneMinusSquare = (x: Tensor) => sub(1, square(x));

export const absOp = defineUnary('abs', {
  onnx: 'Abs',
  f: Math.abs,
  dx: (dy, x) => mul(dy, sign(x)),
  range: [0.2, 2],
});

export const signOp: Op = defineElementwise('sign', {
  onnx: 'Sign',
  f: () => (x) => Math.sign(x!),
  gradient: 'zero',
  decompose: ([x]) => sub(step(x!), step(neg(x!))),
  decomposeOn: (device) => device === 'webgpu', // no kernel there
  samples: [{ inputs: [{ shape: [5], values: [-2, -0.5, 0, 0.5, 3] }] }],
});

export const expOp = defineUnary('exp', { onnx: 'Exp', f: Math.exp, dx: (dy, _x, y) => mul(dy, y) });
export const logOp = defineUnary('log', { onnx: 'Log', f: Math.log, dx: (dy, x) => div(dy, x), range: [0.3, 3] });
export const sqrtOp = defineUnary('sqrt', {
  onnx: 'Sqrt',
  f: Math.sqrt,
  dx: (dy, _x, y) => div(dy, mul(2, y)),
  range: [0.3, 3],
});
export const reciprocalOp = defineUnary('reciprocal', {
  onnx: 'Reciprocal',
  f: (x) => 1 / x,
  dx: (dy, _x, y) => neg(mul(dy, square(y))),
  range: [0.5, 2],
});
export const erfOp = defineUnary('erf', {
  onnx: 'Erf',
  f: erfOf,
  // erf' = 2 / sqrt(pi) exp(-x²)
  dx: (dy, x) => mul(dy, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
});
export const sinOp = defineUnary('sin', { onnx: 'Sin', f: Math.sin, dx: (dy, x) => mul(dy, cos(x)), tolerance: 3e-4 });
export const cosOp = defineUnary('cos', {
  onnx: 'Cos',
  f: Math.cos,
  dx: (dy, x) => neg(mul(dy, sin(x))),
  tolerance: 3e-4,
});
export const tanOp = defineUnary('tan', {
  onnx: 'Tan',
  f: Math.tan,
  dx: (dy, _x, y) => mul(dy, add(1, square(y))),
  range: [-1, 1],
  tolerance: 1e-4,
});
export const asinOp = defineUnary('asin', {
  onnx: 'Asin',
  f: Math.asin,
  dx: (dy, x) => div(dy, sqrt(oneMinusSquare(x))),
  range: [-0.8, 0.8],
});
export const acosOp = defineUnary('acos', {
  onnx: 'Acos',
  f: Math.acos,
  dx: (dy, x) => neg(div(dy, sqrt(oneMinusSquare(x)))),
  tolerance: 1e-4,
  range: [-0.8, 0.8],
});
export const atanOp = defineUnary('atan', { onnx: 'Atan', f: Math.atan, dx: (dy, x) => div(dy, add(1, square(x))) });
export const sinhOp = defineUnary('sinh', { onnx: 'Sinh', f: Math.sinh, dx: (dy, x) => mul(dy, cosh(x)) });
export const coshOp = defineUnary('cosh', { onnx: 'Cosh', f: Math.cosh, dx: (dy, x) => mul(dy, sinh(x)) });
export const asinhOp = defineUnary('asinh', {
  onnx: 'Asinh',
  f: Math.asinh,
  dx: (dy, x) => div(dy, sqrt(add(square(x), 1))),
});
export const acoshOp = defineUnary('acosh', {
  onnx: 'Acosh',
  f: Math.acosh,
  dx: (dy, x) => div(dy, sqrt(sub(square(x), 1))),
  range: [1.2, 3],
});
export const atanhOp = defineUnary('atanh', {
  onnx: 'Atanh',
  f: Math.atanh,
  dx: (dy, x) => div(dy, oneMinusSquare(x)),
  range: [-0.8, 0.8],
});

const of = (op: Op) => (x: Tensor) => apply(op, [x], {});

/** |x|; the gradient at 0 is 0. */
export const abs = of(absOp);
/** -1, 0 or 1. */
export const sign = of(signOp);
/** e to the x. */
export const exp = of(expOp);
/** Natural logarithm. */
export const log = of(logOp);
/** Square root; the gradient at 0 is infinite, as its derivative is. */
export const sqrt = of(sqrtOp);
/** 1 / x. */
export const reciprocal = of(reciprocalOp);
/** Gauss's error function. */
export const erf = of(erfOp);
/** Sine of radians. */
export const sin = of(sinOp);
/** Cosine of radians. */
export const cos = of(cosOp);
/** Tangent of radians. */
export const tan = of(tanOp);
/** Inverse sine. */
export const asin = of(asinOp);
/** Inverse cosine. */
export const acos = of(acosOp);
/** Inverse tangent. */
export const atan = of(atanOp);
/** Hyperbolic sine. */
export const sinh = of(sinhOp);
/** Hyperbolic cosine. */
export const cosh = of(coshOp);
/** Inverse hyperbolic sine. */
export const asinh = of(asinhOp);
/** Inverse hyperbolic cosine. */
export const acosh = of(acoshOp);
/** Inverse hyperbolic tangent. */
export const atanh = of(atanhOp);

/** x². */
export function square(x: Tensor): Tensor {
  return mul(x, x);
}

/** A scalar constant of x's type. */
export function scalarLike(x: Tensor, value: number): Tensor {
  return constant(value, [], x.dtype);
}

/** erf by its Taylor series near 0 and the continued fraction of erfc beyond, to about 1e-15. */
export function erfOf(x: number): number {
  const a = Math.abs(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
      term *= -(a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / ((a + fraction) * Math.sqrt(Math.PI)));
}
