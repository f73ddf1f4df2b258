/** @file Sum, difference, product and quotient of broadcast tensors. */
import type { Sample } from '../op.ts';
import { apply, constant, type Tensor } from '../tensor.ts';
import { defineElementwise, isNeutral } from './elementwise.ts';

/** A tensor or a number that stands for a scalar constant of the other operand's type. */
export type Operand = Tensor | number;

/** Turns two operands into tensors of one type. */
export function operands(a: Operand, b: Operand): [Tensor, Tensor] {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? constant(b, [], a.dtype) : b];
  if (typeof b === 'number') return [constant(a), constant(b)];
  return [constant(a, [], b.dtype), b];
}

const pairs: readonly [Sample, ...Sample[]] = [
  { inputs: [{ shape: [2, 3] }, { shape: [2, 3] }] },
  { name: 'broadcast', inputs: [{ shape: [2, 1, 3] }, { shape: [4, 1] }] },
];

export const addOp = defineElementwise('add', {
  onnx: 'Add',
  f: () => (a, b) => a! + b!,
  // d(a + b) = da + db
  gradient: [({ dy }) => dy, ({ dy }) => dy],
  simplify: ([a, b]) => (isNeutral(b!, 0, a!) ? a : isNeutral(a!, 0, b!) ? b : undefined),
  samples: pairs,
});

/** a + b. */
export function add(a: Operand, b: Operand): Tensor {
  return apply(addOp, operands(a, b), {});
}

export const subOp = defineElementwise('sub', {
  onnx: 'Sub',
  f: () => (a, b) => a! - b!,
  // d(a - b) = da - db
  gradient: [({ dy }) => dy, ({ dy }) => neg(dy)],
  simplify: ([a, b]) => (isNeutral(b!, 0, a!) ? a : undefined),
  samples: pairs,
});

/** a - b. */
export function sub(a: Operand, b: Operand): Tensor {
  return apply(subOp, operands(a, b), {});
}

export const mulOp = defineElementwise('mul', {
  onnx: 'Mul',
  f: () => (a, b) => a! * b!,
  // d(a b) = b da + a db
  gradient: [({ dy, x: [, b] }) => mul(dy, b!), ({ dy, x: [a] }) => mul(dy, a!)],
  simplify: ([a, b]) => (isNeutral(b!, 1, a!) ? a : isNeutral(a!, 1, b!) ? b : undefined),
  samples: pairs,
});

/** a b. */
export function mul(a: Operand, b: Operand): Tensor {
  return apply(mulOp, operands(a, b), {});
}

export const divOp = defineElementwise('div', {
  onnx: 'Div',
  f: () => (a, b) => a! / b!,
  // d(a / b) = da / b - (a / b) db / b
  gradient: [({ dy, x: [, b] }) => div(dy, b!), ({ dy, y, x: [, b] }) => neg(div(mul(dy, y), b!))],
  simplify: ([a, b]) => (isNeutral(b!, 1, a!) ? a : undefined),
  samples: [
    { inputs: [{ shape: [2, 3] }, { shape: [2, 3], range: [0.5, 2] }] },
    { name: 'broadcast', inputs: [{ shape: [3] }, { shape: [2, 1], range: [-2, -0.5] }] },
  ],
});

/** a / b; whole numbers divide towards zero, as ONNX has it. */
export function div(a: Operand, b: Operand): Tensor {
  return apply(divOp, operands(a, b), {});
}

export const negOp = defineElementwise('neg', {
  onnx: 'Neg',
  f: () => (a) => -a!,
  gradient: [({ dy }) => neg(dy)],
  samples: [{ inputs: [{ shape: [2, 3] }] }],
});

/** -x. */
export function neg(x: Tensor): Tensor {
  return apply(negOp, [x], {});
}
