/** @file Elementwise minimum and maximum, clipping, powers and remainders. */
import { roundHalfEven } from '../host.ts';
import { type Attrs, defineOp, type Op, type Sample } from '../op.ts';
import { broadcastShapes } from '../shape.ts';
import { apply, constant, isConstant, type Tensor, uniformValue } from '../tensor.ts';
import { add, div, mul, neg, type Operand, operands, sub } from './arithmetic.ts';
import { zerosLike } from './basic.ts';
import { cast } from './cast.ts';
import { greater, greaterEqual, where } from './compare.ts';
import { defineElementwise, mapBroadcast } from './elementwise.ts';
import { step, stepBelow, stepFrom, stepUpTo } from './step.ts';
import { log } from './unary.ts';

const apart: readonly [Sample, ...Sample[]] = [
  {
    inputs: [
      { shape: [2, 3], range: [0, 1] },
      { shape: [3], values: [-0.5, 1.5, -0.2] },
    ],
  },
  {
    name: 'broadcast',
    inputs: [
      { shape: [2, 1], values: [2, -2] },
      { shape: [1, 3], range: [-1, 1] },
    ],
  },
];

function defineExtremum(
  name: string,
  onnx: string,
  f: (a: number, b: number) => number,
  first: (a: Tensor, b: Tensor) => Tensor,
): Op {
  const chosen = ([a, b]: readonly Tensor[]) => first(a!, b!);
  return defineElementwise(name, {
    onnx,
    f: () => (a, b) => f(a!, b!),
    gradient: [({ dy, x }) => where(chosen(x), dy, zerosLike(dy)), ({ dy, x }) => where(chosen(x), zerosLike(dy), dy)],
    samples: apart,
  });
}

export const maximumOp = defineExtremum('maximum', 'Max', Math.max, (a, b) => greaterEqual(a, b));
export const minimumOp = defineExtremum('minimum', 'Min', Math.min, (a, b) => greaterEqual(b, a));

/** The larger of a and b; where they are equal the gradient goes to a. */
export function maximum(a: Operand, b: Operand): Tensor {
  return apply(maximumOp, operands(a, b), {});
}

/** The smaller of a and b; where they are equal the gradient goes to a. */
export function minimum(a: Operand, b: Operand): Tensor {
  return apply(minimumOp, operands(a, b), {});
}

interface ClipAttrs extends Attrs {
  readonly low: number;
  readonly high: number;
}

export const clipOp: Op<ClipAttrs> = defineOp<ClipAttrs>({
  name: 'clip',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  // 1 inside and at the bounds, so that black and white pixels can be led inwards. Behind a convolution the mask is taken from
  // the output, which is 1 strictly inside alone: the runtime then clips within the convolution and needs no copy before.
  gradient: [
    ({ dy, x: [x], y, attrs: { low, high } }) => {
      const fused = x!.node.op.name === 'conv';
      const [at, from, upTo] = fused ? [y, step, stepBelow] : [x!, stepFrom, stepUpTo];
      const above = low === Number.NEGATIVE_INFINITY ? dy : mul(dy, from(at, low));
      return high === Number.POSITIVE_INFINITY ? above : mul(above, upTo(at, high));
    },
  ],
  lower: ({ e, inputs: [x], x: [tensor], attrs: { low, high } }) => {
    const bound = (value: number) => (Number.isFinite(value) ? e.constant([value], tensor!.dtype, []) : '');
    return e.node('Clip', [x!, bound(low), bound(high)]);
  },
  evaluate: ([x], { low, high }) => x!.data.map((value) => Math.min(high, Math.max(low, value))),
  samples: [
    { inputs: [{ shape: [6], values: [-1, -0.2, 0.1, 0.4, 0.9, 2] }], attrs: { low: 0, high: 0.5 } },
    {
      name: 'from below only',
      inputs: [{ shape: [3], values: [-1, 0.3, 2] }],
      attrs: { low: -0.5, high: Number.POSITIVE_INFINITY },
    },
    {
      name: 'from above only',
      inputs: [{ shape: [3], values: [-1, 0.3, 2] }],
      attrs: { low: Number.NEGATIVE_INFINITY, high: 1 },
    },
    { name: 'relu6', inputs: [{ shape: [2, 3], values: [-1, 0.3, 2, 5.5, 6.5, 9] }], attrs: { low: 0, high: 6 } },
  ],
});

/** x kept within [low, high]; tensors as bounds broadcast. The gradient passes inside and, but behind a convolution, at the bounds. */
export function clip(
  x: Tensor,
  low: Operand = Number.NEGATIVE_INFINITY,
  high: Operand = Number.POSITIVE_INFINITY,
): Tensor {
  const [lowest, highest] = [low, high].map((bound) => (typeof bound === 'number' ? bound : uniformValue(bound)));
  if (lowest !== undefined && highest !== undefined) return apply(clipOp, [x], { low: lowest, high: highest });
  return minimum(maximum(x, low), high);
}

const bases: readonly [Sample, ...Sample[]] = [
  { inputs: [{ shape: [2, 3], range: [0.3, 2] }, { shape: [3] }] },
  { name: 'squares of negatives', inputs: [{ shape: [3] }, { shape: [], values: [2], constant: true }] },
  { name: 'cubes', inputs: [{ shape: [3] }, { shape: [], values: [3], constant: true }] },
];

export const powOp: Op = defineOp({
  name: 'pow',
  infer: ([a, b]) => ({ shape: broadcastShapes(a!.shape, b!.shape), dtype: a!.dtype }),
  gradient: [
    // d(a^b)/da = b a^(b-1), 0 for b = 0 whatever a is
    ({ dy, x: [a, b] }) => mul(dy, mul(b!, pow(a!, sub(b!, 1)))),
    // d(a^b)/db = a^b log a, taken as 0 where a <= 0
    ({ dy, y, x: [a] }) => {
      const positive = greater(a!, 0);
      return where(positive, mul(dy, mul(y, log(where(positive, a!, 1)))), 0);
    },
  ],
  lower: ({ e, inputs }) => e.node('Pow', inputs),
  simplify: ([a, b]) => {
    const exponent = isConstant(b!) ? uniformValue(b!) : undefined;
    if (exponent === 1 && broadcastShapes(a!.shape, b!.shape).length === a!.shape.length) return a;
    return exponent === 2 && b!.shape.length === 0 ? mul(a!, a!) : undefined;
  },
  evaluate: (inputs, _attrs, [spec]) => mapBroadcast(inputs, spec!.shape, (a, b) => a! ** b!),
  samples: bases,
});

/** a to the b; the exponent may be of another type. */
export function pow(a: Tensor, b: Operand): Tensor {
  const exponent = typeof b === 'number' ? constant(b, [], a.dtype) : cast(b, a.dtype);
  return apply(powOp, [a, exponent], {});
}

interface ModAttrs extends Attrs {
  readonly truncated: boolean;
}

export const modOp: Op<ModAttrs> = defineElementwise<ModAttrs>('mod', {
  lower: ({ e, inputs, attrs: { truncated } }) => e.node('Mod', inputs, { fmod: Number(truncated) }),
  f:
    ({ truncated }) =>
    (a, b) =>
      truncated ? a! % b! : a! - b! * Math.floor(a! / b!),
  // mod(a, b) = a - b q with a constant whole q
  gradient: [({ dy }) => dy, ({ dy, y, x: [a, b] }) => neg(mul(dy, round(div(sub(a!, y), b!))))],
  decompose: ([a, b]) => sub(a!, mul(b!, floor(div(a!, b!)))),
  decomposeOn: (device, [a], { truncated }) => device === 'webgpu' && !truncated && a!.dtype.startsWith('float'),
  samples: [
    {
      inputs: [
        { shape: [3], values: [3.2, -3.2, 5.5] },
        { shape: [], values: [2] },
      ],
      attrs: { truncated: true },
    },
    {
      name: 'whole numbers',
      inputs: [
        { shape: [4], values: [7, -7, 7, -7], dtype: 'int32' },
        { shape: [4], values: [3, 3, -3, -3], dtype: 'int32' },
      ],
      attrs: { truncated: false },
    },
  ],
});

/** Remainder with the divisor's sign (Python's), or the dividend's where `truncated` (C's fmod). */
export function mod(a: Operand, b: Operand, { truncated = false } = {}): Tensor {
  return apply(modOp, operands(a, b), { truncated });
}

function defineRounding(name: string, onnx: string, f: (x: number) => number): Op {
  return defineElementwise(name, {
    onnx,
    f: () => (x) => f(x!),
    gradient: 'zero',
    samples: [{ inputs: [{ shape: [5], values: [-1.5, -0.4, 0, 0.6, 2.5] }] }],
  });
}

export const floorOp = defineRounding('floor', 'Floor', Math.floor);
export const ceilOp = defineRounding('ceil', 'Ceil', Math.ceil);

/** The next whole number below. */
export function floor(x: Tensor): Tensor {
  return apply(floorOp, [x], {});
}

/** The next whole number above. */
export function ceil(x: Tensor): Tensor {
  return apply(ceilOp, [x], {});
}

export const roundOp: Op = defineElementwise('round', {
  onnx: 'Round',
  f: () => (x) => roundHalfEven(x!),
  // Straight through (Bengio et al. 2013): the gradient of the identity, so that a quantised model can be attacked.
  gradient: [({ dy }) => dy],
  // floor(x + 1/2), minus 1 where x lies half-way and that came out odd
  decompose: ([x]) => {
    const up = floor(add(x!, 0.5));
    const half = cast(greaterEqual(sub(up, x!), 0.5), x!.dtype);
    const odd = sub(up, mul(2, floor(mul(up, 0.5))));
    return sub(up, mul(half, odd));
  },
  decomposeOn: (device) => device === 'webgpu',
  samples: [{ name: 'straight through', inputs: [{ shape: [7], values: [-2.5, -1.5, -0.4, 0.5, 0.6, 1.5, 2.5] }] }],
});

/** The nearest whole number, halves to even. The gradient passes straight through. */
export function round(x: Tensor): Tensor {
  return apply(roundOp, [x], {});
}
